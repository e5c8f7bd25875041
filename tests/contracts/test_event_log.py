"""EventLog: append-only, in order, whoever keeps it; on disk also through crashes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee.errors import ServiceUnavailable, SettingsInvalid
from matinee_backend.adapters.event_log import DiskEventLog
from matinee_backend.adapters.memory import MemoryEvents
from matinee_backend.ports import EventLog


@pytest.fixture(params=["memory", "disk", "disk in small segments"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventLog]:
    if request.param == "memory":
        yield MemoryEvents()
        return
    segment_bytes = 20 if "small" in request.param else 1 << 20
    disk = DiskEventLog(tmp_path / "events", segment_bytes=segment_bytes)
    yield disk
    await disk.close()


async def values(log: EventLog, offset: int = 0, limit: int = 100) -> list[tuple[int, bytes]]:
    return [(record.offset, record.value) for record in await log.read(offset, limit=limit)]


def overwrite_end(folder: Path, size_bytes: int, end: bytes) -> None:
    segment = next(folder.glob("*.log"))
    segment.write_bytes(segment.read_bytes()[:-size_bytes] + end)


async def test_what_was_appended_is_read_in_order(log: EventLog) -> None:
    assert await log.append([b"a", b"b"]) == 0
    assert await log.append([b"c"]) == 2
    assert await log.append([b"", b"d"]) == 3
    assert await values(log) == [(0, b"a"), (1, b"b"), (2, b"c"), (3, b""), (4, b"d")]


async def test_reading_goes_on_anywhere_and_is_bounded(log: EventLog) -> None:
    for number in range(10):
        await log.append([b"value %d" % number])
    assert await values(log, 4, limit=2) == [(4, b"value 4"), (5, b"value 5")]
    assert await values(log, 6, limit=2) == [(6, b"value 6"), (7, b"value 7")]
    assert await values(log, 1, limit=1) == [(1, b"value 1")]
    assert await values(log, 10) == []


async def test_a_reader_keeps_its_place(log: EventLog) -> None:
    await log.append([b"a"])
    assert await log.place("history") == 0
    await log.keep_place("history", 1)
    assert await log.place("history") == 1
    assert await log.place("other") == 0


async def test_a_waiting_reader_is_woken_by_what_is_appended(log: EventLog) -> None:
    await log.append([b"a"])
    await log.wait_beyond(0, timeout_ms=60_000)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(log.wait_beyond(1, timeout_ms=60_000))
        await asyncio.sleep(0)
        await log.append([b"b"])
    assert await values(log, 1) == [(1, b"b")]


async def test_a_waiting_reader_gives_up_after_its_time(log: EventLog) -> None:
    await log.wait_beyond(0, timeout_ms=1)
    assert await values(log) == []


@pytest.mark.parametrize("torn_bytes", range(1, 12))
async def test_a_torn_tail_is_cut_off_and_the_rest_is_still_there(tmp_path: Path, torn_bytes: int) -> None:
    log = DiskEventLog(tmp_path)
    await log.append([b"kept", b"torn"])
    await log.close()
    overwrite_end(tmp_path, torn_bytes, b"")
    again = DiskEventLog(tmp_path)
    assert await again.append([b"next"]) == 1
    assert await values(again) == [(0, b"kept"), (1, b"next")]
    await again.close()


async def test_a_damaged_record_is_not_read(tmp_path: Path) -> None:
    log = DiskEventLog(tmp_path)
    await log.append([b"kept", b"flipped"])
    overwrite_end(tmp_path, 1, b"?")
    assert await values(log) == [(0, b"kept")]
    await log.close()


async def test_the_log_and_its_places_survive_the_process(tmp_path: Path) -> None:
    log = DiskEventLog(tmp_path, segment_bytes=30)
    for number in range(9):
        await log.append([b"value %d" % number])
    await log.keep_place("history", 4)
    await log.close()
    again = DiskEventLog(tmp_path, segment_bytes=30)
    assert len(await values(again)) == 9
    assert await again.place("history") == 4
    assert await again.append([b"more"]) == 9
    await again.close()


async def test_beyond_its_bound_the_oldest_segment_is_dropped(tmp_path: Path) -> None:
    log = DiskEventLog(tmp_path, segment_bytes=16, keep_bytes=40)
    for number in range(9):
        await log.append([b"value %d" % number])
    kept = await values(log)
    assert 0 < len(kept) < 9
    assert kept[-1] == (8, b"value 8")
    await log.close()


async def test_two_processes_do_not_write_one_log(tmp_path: Path) -> None:
    one, other = DiskEventLog(tmp_path), DiskEventLog(tmp_path)
    one.open()
    with pytest.raises(SettingsInvalid, match="Another process writes the event log"):
        other.open()
    await one.append([b"a"])
    assert await values(other) == [(0, b"a")]
    await one.close()
    await other.close()


async def test_a_log_that_cannot_be_written_says_when_to_come_back(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("a file where the folder should be")
    log = DiskEventLog(tmp_path / "events")
    with pytest.raises(ServiceUnavailable) as refused:
        await log.append([b"a"])
    assert refused.value.retry_after_ms is not None
    await log.close()
