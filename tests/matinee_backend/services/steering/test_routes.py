"""GET /v1/steering/{session_id}, POST /v1/appliances/{appliance}/heartbeat."""

from pathlib import Path

import httpx2
import msgspec

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
        assert [title["title_id"] for title in placement.json()["titles"]] == ["sintel"]
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
