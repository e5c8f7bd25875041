"""POST /v1/telemetry."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from matinee.wire.telemetry import MAX_BATCH_EVENTS
from matinee_asgi.reply import MAX_BODY_BYTES
from matinee_backend.services.telemetry.rules import Told
from matinee_backend.settings import Settings, TelemetrySettings
from tests.support.control_plane import ControlPlane, control_plane


def event(kind: str, session_id: str, control: ControlPlane, **facts: Any) -> dict[str, Any]:
    return {"type": kind, "id": "e1", "session_id": session_id, "ts": control.clock.wall_ms(), **facts}


async def tell(control: ControlPlane, *events: dict[str, Any]) -> httpx2.Response:
    return await control.client.post("/v1/telemetry", json={"events": events}, headers=control.bearer)


async def post(control: ControlPlane, body: bytes, *, coding: str = "identity") -> httpx2.Response:
    headers = {**control.bearer, "Content-Encoding": coding}
    return await control.client.post("/v1/telemetry", content=body, headers=headers)


async def kept(control: ControlPlane) -> list[Told]:
    records = await control.stores.events.read(0, limit=1_000)
    return [msgspec.json.decode(record.value, type=Told) for record in records]


async def test_what_was_told_is_where_watching_goes_on(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control, asyncio.timeout(20):
        await control.add_title("sintel")
        session_id = (await control.play("sintel")).json()["session_id"]
        moved = event(
            "PlayheadMoved", session_id, control, position_ms=60_000, title_id="sintel", profile_id="profile-1"
        )
        assert (await tell(control, moved)).json() == {"accepted": 1, "refused": []}
        while (await control.play("sintel")).json()["resume_ms"] != 60_000:
            continue
        homepage = await control.client.get("/v1/profiles/profile-1/homepage", headers=control.bearer)
    assert homepage.json()["rows"][0]["title"] == "Continue watching"


async def test_what_is_no_event_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        stall = event("StallEnded", "s1", control, stall_ms=5)
        answer = await tell(control, {"type": "Nonsense", "id": "n"}, stall, {"type": "StallEnded"})
        assert answer.status_code == 202
        assert answer.json()["accepted"] == 1
        assert [it["id"] for it in answer.json()["refused"]] == ["n", ""]
        assert len(await kept(control)) == 1


async def test_an_event_that_is_told_again_is_acknowledged_and_kept_once(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        stall = event("StallEnded", "s1", control, stall_ms=5)
        answers = [(await tell(control, stall)).json()["accepted"] for _ in range(3)]
        assert answers == [1, 1, 1]
        assert len(await kept(control)) == 1


async def test_batches_that_are_no_batches_are_refused_whole(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        stall = event("StallEnded", "s1", control, stall_ms=5)
        assert (await tell(control, *[stall] * (MAX_BATCH_EVENTS + 1))).status_code == 400
        assert (await post(control, b"{}")).status_code == 400
        assert (await post(control, gzip.compress(b" " * (MAX_BODY_BYTES + 1)))).status_code == 400
        assert (await post(control, gzip.compress(b" " * (MAX_BODY_BYTES + 1)), coding="gzip")).status_code == 400
        assert await kept(control) == []
        assert (await tell(control)).json() == {"accepted": 0, "refused": []}


async def test_a_packed_batch_is_unpacked(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        batch = json.dumps({"events": [event("StallEnded", "s1", control, stall_ms=5)]})
        answer = await post(control, gzip.compress(batch.encode()), coding="gzip")
        assert answer.json() == {"accepted": 1, "refused": []}


async def test_the_log_knows_the_network_but_not_the_address(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        place = {"appliance": "isp-a", "site": "berlin", "subnets": ["127.0.0.0/8"]}
        bearer = control.bearer_of_appliance("isp-a")
        assert (
            await control.client.post("/v1/appliances/isp-a/announcement", json=place, headers=bearer)
        ).status_code == 200
        await control.add_title("sintel")
        await tell(control, event("StallEnded", "s1", control, stall_ms=5))
        [told] = await kept(control)
    assert told.site == "berlin"
    assert b"127.0.0" not in msgspec.json.encode(told)


async def test_while_the_log_is_behind_players_are_told_when_to_come_back(tmp_path: Path) -> None:
    settings = Settings(telemetry=TelemetrySettings(waiting_bytes=1))
    async with control_plane(tmp_path, settings=settings) as control, asyncio.timeout(20):
        told = [
            tell(control, event("StallEnded", "s1", control, stall_ms=5) | {"id": f"e{number}"}) for number in range(30)
        ]
        answers = await asyncio.gather(*told)
        shed = [it for it in answers if it.status_code == 503]
        assert shed
        assert all(int(it.headers["Retry-After"]) >= 1 for it in shed)
        assert len(await kept(control)) == len(answers) - len(shed)


async def test_who_is_not_logged_in_tells_nothing(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        refused = await control.client.post("/v1/telemetry", json={"events": []})
    assert refused.status_code == 401


async def test_only_an_operator_sees_how_viewers_fare(tmp_path: Path) -> None:
    async with control_plane(tmp_path) as control:
        assert (await control.client.get("/v1/quality", headers=control.bearer)).status_code == 401
        seen = await control.client.get("/v1/quality", headers=control.bearer_of_operator)
    assert seen.status_code == 200
