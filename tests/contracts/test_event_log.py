"""EventLog: append-only, in order, whoever keeps it; on disk also through crashes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee.errors import ServiceUnavailable, SettingsInvalid
from matinee_backend.adapters.event_log import DiskEventLog
from matinee_backend.adapters.memory import MemoryEvents
from matinee_backend.ports import EventLog
from matinee_backend.settings import EventLogSettings

DEFAULTS = EventLogSettings()


@pytest.fixture(params=["memory", "disk", "disk in small segments"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventLog]:
    if request.param == "memory":
        yield MemoryEvents()
        return
    segment_bytes = 20 if "small" in request.param else 1 << 20
    disk = DiskEventLog(tmp_path / "events", EventLogSettings(segment_bytes=segment_bytes))
    yield disk
    await disk.close()


async def values(log: EventLog, offset: int = 0, limit: int = 100) -> list[tuple[int, bytes]]:
    return [(record.offset, record.value) for record in await log.read(offset, limit=limit)]


def overwrite_end(folder: Path, size_bytes: int, end: bytes) -> None:
    segment = next(folder.glob("*.events"))
    segment.write_bytes(segment.read_bytes()[:-size_bytes] + end)


async def test_what_was_appended_is_read_in_order(log: EventLog) -> None:
    assert await log.append([b"a", b"b"], wall_ms=1) == 0
    assert await log.append([b"c"], wall_ms=1) == 2
    assert await log.append([b"", b"d"], wall_ms=1) == 3
    assert await values(log) == [(0, b"a"), (1, b"b"), (2, b"c"), (3, b""), (4, b"d")]


async def test_reading_goes_on_anywhere_and_is_bounded(log: EventLog) -> None:
    for number in range(10):
        await log.append([b"value %d" % number], wall_ms=1)
    assert await values(log, 4, limit=2) == [(4, b"value 4"), (5, b"value 5")]
    assert await values(log, 6, limit=2) == [(6, b"value 6"), (7, b"value 7")]
    assert await values(log, 1, limit=1) == [(1, b"value 1")]
    assert await values(log, 10) == []


async def test_a_reader_keeps_its_place(log: EventLog) -> None:
    await log.append([b"a"], wall_ms=1)
    assert await log.place("history") == 0
    await log.keep_place("history", 1)
    assert await log.place("history") == 1
    assert await log.place("other") == 0


async def test_a_waiting_reader_is_woken_by_what_is_appended(log: EventLog) -> None:
    await log.append([b"a"], wall_ms=1)
    await log.wait_beyond(0, timeout_ms=60_000)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(log.wait_beyond(1, timeout_ms=60_000))
        await asyncio.sleep(0)
        await log.append([b"b"], wall_ms=1)
    assert await values(log, 1) == [(1, b"b")]


async def test_a_waiting_reader_gives_up_after_its_time(log: EventLog) -> None:
    await log.wait_beyond(0, timeout_ms=1)
    assert await values(log) == []


async def test_a_replay_begins_where_its_time_began(log: EventLog) -> None:
    assert await log.offset_since(0) == 0
    for wall_ms in (10, 20, 20, 30):
        await log.append([b"at %d" % wall_ms], wall_ms=wall_ms)
    assert [await log.offset_since(wall_ms) for wall_ms in (0, 10, 11, 20, 21, 30, 31)] == [0, 0, 1, 1, 3, 3, 4]


async def test_a_clock_that_is_turned_back_does_not_reorder_the_log(log: EventLog) -> None:
    await log.append([b"a"], wall_ms=50)
    await log.append([b"b"], wall_ms=10)
    assert [record.wall_ms for record in await log.read(0, limit=9)] == [50, 50]
    assert await log.offset_since(50) == 0


async def test_a_group_goes_back_and_follows_again(log: EventLog) -> None:
    await log.append([b"a", b"b"], wall_ms=1)
    await log.keep_place("history", 2)
    await log.keep_place("history", 0)
    assert await values(log, await log.place("history")) == [(0, b"a"), (1, b"b")]


async def test_readers_at_different_places_do_not_disturb_one_another(log: EventLog) -> None:
    for number in range(12):
        await log.append([b"value %d" % number], wall_ms=1)
    seen: dict[str, list[tuple[int, bytes]]] = {"fast": [], "slow": []}
    for _ in range(12):
        for name, limit in (("fast", 3), ("slow", 1)):
            offset = seen[name][-1][0] + 1 if seen[name] else 0
            seen[name] += await values(log, offset, limit=limit)
    assert seen["fast"] == seen["slow"] == [(number, b"value %d" % number) for number in range(12)]


async def test_a_claim_is_kept(log: EventLog) -> None:
    assert await log.claim("history")
    assert await log.claim("history")
    assert await log.claim("quality")


@pytest.mark.parametrize("torn_bytes", range(1, 12))
async def test_a_torn_tail_is_cut_off_and_the_rest_is_still_there(tmp_path: Path, torn_bytes: int) -> None:
    log = DiskEventLog(tmp_path, DEFAULTS)
    await log.append([b"kept", b"torn"], wall_ms=1)
    await log.close()
    overwrite_end(tmp_path, torn_bytes, b"")
    again = DiskEventLog(tmp_path, DEFAULTS)
    assert await again.append([b"next"], wall_ms=1) == 1
    assert await values(again) == [(0, b"kept"), (1, b"next")]
    await again.close()


async def test_a_damaged_record_is_not_read(tmp_path: Path) -> None:
    log = DiskEventLog(tmp_path, DEFAULTS)
    await log.append([b"kept", b"flipped"], wall_ms=1)
    overwrite_end(tmp_path, 1, b"?")
    assert await values(log) == [(0, b"kept")]
    await log.close()


async def test_the_log_and_its_places_survive_the_process(tmp_path: Path) -> None:
    log = DiskEventLog(tmp_path, EventLogSettings(segment_bytes=30))
    for number in range(9):
        await log.append([b"value %d" % number], wall_ms=1)
    await log.keep_place("history", 4)
    await log.close()
    again = DiskEventLog(tmp_path, EventLogSettings(segment_bytes=30))
    assert len(await values(again)) == 9
    assert await again.place("history") == 4
    assert await again.append([b"more"], wall_ms=1) == 9
    await again.close()


async def test_beyond_its_bound_the_oldest_segment_is_dropped(tmp_path: Path) -> None:
    log = DiskEventLog(tmp_path, EventLogSettings(segment_bytes=24, keep_bytes=80))
    for number in range(9):
        await log.append([b"value %d" % number], wall_ms=1)
    kept = await values(log)
    assert 0 < len(kept) < 9
    assert kept[-1] == (8, b"value 8")
    await log.close()


async def test_what_is_too_old_is_dropped_with_its_segment(tmp_path: Path) -> None:
    log = DiskEventLog(tmp_path, EventLogSettings(keep_ms=800))
    for wall_ms in range(0, 3_000, 50):
        await log.append([b"at %d" % wall_ms], wall_ms=wall_ms)
    kept = [record.wall_ms for record in await log.read(0, limit=100)]
    assert kept == list(range(kept[0], 3_000, 50)), "the oldest go first, and none between"
    assert 2_950 - 800 - 200 <= kept[0] <= 2_950 - 800
    assert await log.offset_since(0) == kept[0] // 50
    await log.close()


async def test_one_process_at_a_time_reads_for_a_group(tmp_path: Path) -> None:
    one, other = DiskEventLog(tmp_path, DEFAULTS), DiskEventLog(tmp_path, DEFAULTS)
    assert await one.claim("history")
    assert not await other.claim("history")
    assert await other.claim("quality")
    await one.close()
    assert await other.claim("history")
    await other.close()


async def test_two_processes_do_not_write_one_log(tmp_path: Path) -> None:
    one, other = DiskEventLog(tmp_path, DEFAULTS), DiskEventLog(tmp_path, DEFAULTS)
    one.open()
    with pytest.raises(SettingsInvalid, match="Another process writes the event log"):
        other.open()
    await one.append([b"a"], wall_ms=1)
    assert await values(other) == [(0, b"a")]
    await one.close()
    await other.close()


async def test_a_log_that_cannot_be_written_says_when_to_come_back(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("a file where the folder should be")
    log = DiskEventLog(tmp_path / "events", DEFAULTS)
    with pytest.raises(ServiceUnavailable) as refused:
        await log.append([b"a"], wall_ms=1)
    assert refused.value.retry_after_ms is not None
    await log.close()
