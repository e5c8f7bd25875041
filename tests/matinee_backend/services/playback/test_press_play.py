"""Press play: what is refused holds no stream."""

from pathlib import Path
from typing import Any

import pytest

from matinee.wire.steering import HEARTBEAT_EXPIRY_MS
from tests.support.control_plane import control_plane


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title_id": "nothing"}, "title-unknown"),
        ({"title_id": "french"}, "not-entitled"),
        ({"title_id": "keyless"}, "license-refused"),
        ({"device_id": "device-2"}, "license-refused"),
        ({"profile_id": "other"}, "request-invalid"),
    ],
)
async def test_a_play_that_is_refused_holds_no_stream(tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        await control.add_title("french", countries=("FR",))
        await control.add_title("keyless", key_ids=("f" * 32,))
        refused = await control.play(**changes)
        leases = await control.stores.leases.in_use("account-1", wall_ms=0)
    assert refused.json()["type"] == f"urn:matinee:problem:{code}"
    assert leases == ()


async def test_without_an_appliance_the_player_is_told_when_to_come_back(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        control.clock.ahead_ms += HEARTBEAT_EXPIRY_MS + 1_000
        refused = await control.play()
        leases = await control.stores.leases.in_use("account-1", wall_ms=0)
    assert refused.status_code == 503
    assert refused.json()["retry_after_ms"] > 0
    assert leases == ()


async def test_a_clear_title_plays_without_a_license(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title("clear", key_ids=())
        played = await control.play("clear")
    assert played.json()["license"] == ""


async def test_a_device_that_was_forgotten_plays_nothing(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        await control.add_title()
        headers = control.bearer_of("account-1", device_id="never-registered")
        asked = {"title_id": "big-buck", "device_id": "never-registered", "profile_id": "profile-1"}
        refused = await control.client.post("/v1/play", json=asked, headers=headers)
    assert refused.json()["type"] == "urn:matinee:problem:license-refused"
