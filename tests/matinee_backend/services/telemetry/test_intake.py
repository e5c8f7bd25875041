"""The intake: groups, once, bounded."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from matinee.errors import ServiceUnavailable
from matinee.wire.telemetry import StallEnded
from matinee_backend.adapters.event_log import DiskEventLog
from matinee_backend.adapters.memory import MemoryEvents
from matinee_backend.ports import EventLog
from matinee_backend.services.telemetry.intake import Intake
from matinee_backend.services.telemetry.rules import Told
from matinee_backend.settings import EventLogSettings, TelemetrySettings
from tests.support.control_plane import AheadClock


class SlowEvents(MemoryEvents):
    """A log that takes its time: each append waits until it is let through, and breaks where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.appends: list[int] = []
        self.let_through = asyncio.Event()
        self.breaks = False

    async def append(self, values: Sequence[bytes], *, wall_ms: int) -> int:
        self.appends.append(len(values))
        await self.let_through.wait()
        if self.breaks:
            raise ServiceUnavailable("The disk is full.", retry_after_ms=5_000)
        return await super().append(values, wall_ms=wall_ms)


def told(*event_ids: str, account_id: str = "a") -> Told:
    events = tuple(StallEnded(event_id=it, session_id="s", ts=1, stall_ms=1) for it in event_ids)
    return Told(account_id=account_id, heard_wall_ms=1, events=events)


@asynccontextmanager
async def running(log: EventLog, *, waiting_bytes: int = 1_000) -> AsyncIterator[Intake]:
    intake = Intake(log, clock=AheadClock(), settings=TelemetrySettings(waiting_bytes=waiting_bytes))
    await intake.remember()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(intake.run())
        yield intake
        task.cancel()


async def ids(log: EventLog) -> list[str]:
    records = await log.read(0, limit=1_000)
    return [event.event_id for it in records for event in msgspec.json.decode(it.value, type=Told).events]


async def passes() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_came_while_the_log_was_busy_is_kept_by_one_append() -> None:
    log = SlowEvents()
    async with running(log) as intake, asyncio.TaskGroup() as tasks:
        tasks.create_task(intake.keep(told("e0"), size_bytes=1))
        await passes()
        for number in range(1, 20):
            tasks.create_task(intake.keep(told(f"e{number}"), size_bytes=1))
        await passes()
        log.let_through.set()
    assert log.appends == [1, 19]
    assert await ids(log) == [f"e{number}" for number in range(20)]


async def test_nobody_is_answered_before_the_log_has_it() -> None:
    log = SlowEvents()
    async with running(log) as intake, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(intake.keep(told("e1"), size_bytes=1))
        again = tasks.create_task(intake.keep(told("e1"), size_bytes=1))
        await passes()
        assert not first.done()
        assert not again.done(), "the one that is told again waits for the same"
        log.let_through.set()
    assert await ids(log) == ["e1"]


async def test_of_a_batch_only_what_is_new_is_kept() -> None:
    log = MemoryEvents()
    async with running(log) as intake:
        await intake.keep(told("e1", "e2"), size_bytes=1)
        await intake.keep(told("e2", "e3", "e3"), size_bytes=1)
        await intake.keep(told("e2", account_id="b"), size_bytes=1)
    assert await ids(log) == ["e1", "e2", "e3", "e2"]


async def test_a_count_of_what_was_lost_counts_once() -> None:
    log = MemoryEvents()
    lost = Told(account_id="a", heard_wall_ms=1, events=(), dropped=3, dropped_id="d1")
    async with running(log) as intake:
        await intake.keep(lost, size_bytes=1)
        await intake.keep(msgspec.structs.replace(lost, events=told("e1").events), size_bytes=1)
        await intake.keep(lost, size_bytes=1)
    kept = [msgspec.json.decode(it.value, type=Told) for it in await log.read(0, limit=9)]
    assert [(it.dropped, len(it.events)) for it in kept] == [(3, 0), (0, 1)]


async def test_a_log_that_breaks_refuses_all_and_keeps_them_when_they_are_told_again() -> None:
    log = SlowEvents()
    log.breaks = True
    log.let_through.set()
    async with running(log) as intake:
        for _ in range(2):
            with pytest.raises(ServiceUnavailable, match="disk is full"):
                await intake.keep(told("e1"), size_bytes=1)
        log.breaks = False
        await intake.keep(told("e1"), size_bytes=1)
    assert await ids(log) == ["e1"]


async def test_beyond_its_bound_it_is_told_when_to_come_back_and_later_there_is_room() -> None:
    log = SlowEvents()
    async with running(log, waiting_bytes=100) as intake, asyncio.TaskGroup() as tasks:
        tasks.create_task(intake.keep(told("e1"), size_bytes=100))
        await passes()
        with pytest.raises(ServiceUnavailable) as refused:
            await intake.keep(told("e2"), size_bytes=1)
        assert refused.value.retry_after_ms
        log.let_through.set()
        await passes()
        intake.check_room()


async def test_events_of_late_are_known_after_a_restart(tmp_path: Path) -> None:
    log = DiskEventLog(tmp_path, EventLogSettings())
    async with running(log) as intake:
        await intake.keep(told("e1"), size_bytes=1)
    await log.append([b"of another version"], wall_ms=AheadClock().wall_ms())
    await log.close()
    log = DiskEventLog(tmp_path, EventLogSettings())
    async with running(log) as intake:
        await intake.keep(told("e1"), size_bytes=1)
        await intake.keep(told("e2"), size_bytes=1)
    assert len(await log.read(0, limit=9)) == 3
    await log.close()


async def test_who_waits_when_the_service_ends_is_refused() -> None:
    log = SlowEvents()
    async with asyncio.TaskGroup() as tasks, running(log) as intake:
        waiting = [tasks.create_task(_refusal(intake, f"e{number}")) for number in range(3)]
        await passes()
    assert [it.result() for it in waiting] == ["The service ends; tell it again."] * 3


async def test_who_does_not_wait_any_more_holds_nobody_up() -> None:
    log = SlowEvents()
    async with running(log) as intake, asyncio.TaskGroup() as tasks:
        gone = tasks.create_task(intake.keep(told("e1"), size_bytes=1))
        tasks.create_task(intake.keep(told("e2"), size_bytes=1))
        await passes()
        gone.cancel()
        await passes()
        log.let_through.set()
    assert await ids(log) == ["e1", "e2"]


async def _refusal(intake: Intake, event_id: str) -> str:
    with pytest.raises(ServiceUnavailable) as refused:
        await intake.keep(told(event_id), size_bytes=1)
    return refused.value.what
