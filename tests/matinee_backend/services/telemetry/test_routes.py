"""POST /v1/telemetry."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2

from matinee.wire.telemetry import MAX_BATCH_EVENTS
from tests.support.control_plane import ControlPlane, control_plane


def event(kind: str, session_id: str, control: ControlPlane, **facts: Any) -> dict[str, Any]:
    return {"type": kind, "id": "e1", "session_id": session_id, "ts": control.clock.wall_ms(), **facts}


async def tell(control: ControlPlane, *events: dict[str, Any]) -> httpx2.Response:
    return await control.client.post("/v1/telemetry", json={"events": events}, headers=control.bearer)


async def test_what_was_told_is_where_watching_goes_on(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control, asyncio.timeout(20):
        await control.add_title("sintel")
        session_id = (await control.play("sintel")).json()["session_id"]
        moved = event(
            "PlayheadMoved", session_id, control, position_ms=60_000, title_id="sintel", profile_id="profile-1"
        )
        assert (await tell(control, moved)).json() == {"accepted": 1}
        while (await control.play("sintel")).json()["resume_ms"] != 60_000:
            continue
        homepage = await control.client.get("/v1/profiles/profile-1/homepage", headers=control.bearer)
    assert homepage.json()["rows"][0]["title"] == "Continue watching"


async def test_batches_that_are_no_batches_are_refused_whole(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        stall = event("StallEnded", "s1", control, stall_ms=5)
        for events in ([{"type": "Nonsense"}], [stall] * (MAX_BATCH_EVENTS + 1), [stall, {"type": "StallEnded"}]):
            assert (await tell(control, *events)).status_code == 400
        assert await control.stores.events.read(0, limit=9) == ()
        assert (await tell(control)).json() == {"accepted": 0}


async def test_who_is_not_logged_in_tells_nothing(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        refused = await control.client.post("/v1/telemetry", json={"events": []})
    assert refused.status_code == 401
