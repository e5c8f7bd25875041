"""POST /v1/play."""

import re
from pathlib import Path

import msgspec

from matinee.crypto.agreement import AgreementKey, license_key_context
from matinee.wire.auth import MediaClaims
from matinee.wire.license import License
from tests.support.control_plane import CONTENT_KEY, KEY_ID, control_plane, device_of


async def test_a_press_of_play_brings_all_that_a_player_needs(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        played = (await control.play()).json()
        wall_ms = control.clock.wall_ms()
        granted = control.trusted.verify(played["license"], License, wall_ms=wall_ms)
        context = license_key_context(license_id=granted.license_id, device_id="device-1", key_id=KEY_ID)
        assert control.device_key.unwrap(granted.keys[0].wrapped, context=context) == CONTENT_KEY
        token = played["oca_urls"][0]["url"].split("/t/")[1].split("/")[0]
        media = control.trusted.verify(token, MediaClaims, wall_ms=wall_ms)
        assert (media.sub, media.titles) == (played["session_id"], ("big-buck",))
        assert played["telemetry_url"] == "http://control.example/v1/telemetry"


async def test_each_hop_reports_its_share(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        shares = (await control.play()).headers["Server-Timing"]
    assert set(re.findall(r"(\w+);dur=", shares)) == {
        "gateway",
        "auth",
        "entitlement",
        "playback",
        "license",
        "total",
    }


async def test_a_play_beyond_the_plan_names_the_device_in_the_way(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        await control.stores.members.put_account(msgspec.structs.replace(control.account, plan="basic"))
        phone = device_of("device-2", agreement_key=AgreementKey.generate().public)
        await control.stores.members.register_device(phone, keep=8)
        assert (await control.play()).status_code == 200
        asked = {"title_id": "big-buck", "device_id": "device-2", "profile_id": "profile-1"}
        headers = control.bearer_of("account-1", device_id="device-2")
        refused = await control.client.post("/v1/play", json=asked, headers=headers)
    assert refused.status_code == 409
    assert refused.json()["facts"]["devices"] == ["Television"]


async def test_who_is_not_logged_in_or_no_longer_is_told_so(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        asked = {"title_id": "big-buck", "device_id": "device-1", "profile_id": "profile-1"}
        nobody = await control.client.post("/v1/play", json=asked)
        headers = control.bearer
        control.clock.ahead_ms += 13 * 3_600_000
        late = await control.client.post("/v1/play", json=asked, headers=headers)
    assert late.json()["type"] == "urn:matinee:problem:session-expired"
    assert nobody.json()["type"] == "urn:matinee:problem:token-invalid"
