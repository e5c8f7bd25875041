"""Steering over HTTP: lists for players, heartbeats and announcements of appliances, explanations for operators."""

from pathlib import Path

import httpx2
import msgspec

from matinee.wire.steering import Announcement
from matinee_backend.settings import GatewaySettings, Settings, SteeringSettings
from tests.support.control_plane import ControlPlane, control_plane, heartbeat


async def beat(control: ControlPlane, name: str, *, path_name: str = "", token_of: str = "") -> httpx2.Response:
    return await control.client.post(
        f"/v1/appliances/{path_name or name}/heartbeat",
        content=msgspec.json.encode(heartbeat(name, titles=("sintel",))),
        headers=control.bearer_of_appliance(token_of or name),
    )


async def test_a_heartbeat_puts_an_appliance_on_the_list_and_says_what_to_hold(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title("sintel")
        placement = await beat(control, "exchange")
        reply = placement.json()
        assert [title["title_id"] for title in reply["placement"]["titles"]] == ["sintel"]
        assert (reply["tell_titles"], reply["tell_place"]) == (False, True)
        urls = (await control.play("sintel")).json()["oca_urls"]
    assert [each["appliance"] for each in urls] == ["isp-a", "exchange"]


async def test_nobody_beats_for_another_appliance(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        with_foreign_token = await beat(control, "isp-a", token_of="isp-b")
        with_foreign_name = await beat(control, "isp-a", path_name="isp-b", token_of="isp-b")
        by_a_member = await control.client.post(
            "/v1/appliances/isp-a/heartbeat", content=msgspec.json.encode(heartbeat("isp-a")), headers=control.bearer
        )
        assert await control.stores.appliances.heard_since(0) == ()
    assert with_foreign_token.status_code == by_a_member.status_code == 401
    assert with_foreign_name.status_code == 400


async def test_the_steering_url_of_a_session_is_all_that_a_plain_player_needs(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title("sintel")
        played = (await control.play("sintel")).json()
        # What DASH players add (ETSI TS 103 998) does not disturb.
        document = await control.client.get(played["steering_url"] + "&_DASH_pathway=isp-a&_DASH_throughput=9000")
        assert document.json()["PATHWAY-PRIORITY"] == ["isp-a"]
        assert document.json()["TTL"] == 30
        again = await control.client.get(document.json()["RELOAD-URI"])
        assert again.status_code == 200


async def test_a_session_is_steered_by_its_own_token_alone(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title("sintel")
        steering_url = (await control.play("sintel")).json()["steering_url"]
        without_token = await control.client.get(steering_url.split("?")[0])
        forged = await control.client.get(steering_url[:-3] + "AAA")
        foreign = await control.client.get("/v1/steering/other?" + steering_url.split("?")[1])
        control.clock.ahead_ms += 5 * 3_600_000
        late = await control.client.get(steering_url)
    assert without_token.status_code == 400
    assert forged.status_code == foreign.status_code == late.status_code == 401


async def announced(control: ControlPlane, name: str, *subnets: str, of: str = "") -> httpx2.Response:
    return await control.client.post(
        f"/v1/appliances/{name}/announcement",
        content=msgspec.json.encode(Announcement(appliance=of or name, subnets=subnets)),
        headers=control.bearer_of_appliance(name),
    )


async def test_an_appliance_announces_where_it_stands(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        taken = await announced(control, "isp-a", "10.0.0.0/8", "10.0.0.0/8", "2001:db8::/32")
        for_another = await announced(control, "isp-a", of="isp-b")
        nonsense = await announced(control, "isp-a", "10.0.0.1/8")
    assert taken.json() == {"subnets": 2}
    assert for_another.status_code == nonsense.status_code == 400


async def test_a_client_behind_a_trusted_proxy_is_steered_by_its_own_address(tmp_path: Path) -> None:
    gateway = GatewaySettings(trusted_proxies=("127.0.0.0/8",))
    forwarded = {"X-Forwarded-For": "192.0.2.1, 10.1.2.3"}
    for settings, expected in ((Settings(), 503), (Settings(gateway=gateway), 200)):
        async with control_plane(tmp_path / str(expected), settings=settings) as control:
            await control.add_title("sintel")
            await announced(control, "isp-a", "10.0.0.0/8")
            control.client.headers.update(forwarded)
            assert (await control.play("sintel")).status_code == expected


async def test_an_operator_alone_is_told_why_somebody_is_sent_somewhere(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title("sintel")
        url = "/v1/explanations/steering?client=10.0.0.1&title=sintel"
        told = await control.client.get(url, headers=control.bearer_of_operator)
        refused = [
            await control.client.get(url, headers=bearer)
            for bearer in ({}, control.bearer, control.bearer_of_appliance("isp-a"))
        ]
    assert [step["name"] for step in told.json()["places"]] == ["isp-a"]
    assert {answer.status_code for answer in refused} == {401}


async def test_too_many_questions_are_told_to_come_back(tmp_path: Path) -> None:
    settings = Settings(steering=SteeringSettings(questions_per_s=1))
    async with control_plane(tmp_path, settings=settings) as control:
        await control.add_title("sintel")
        steering_url = (await control.play("sintel")).json()["steering_url"]
        answers = [await control.client.get(steering_url) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert int(answers[1].headers["Retry-After"]) >= 1
