"""From the shelf first, from the parent otherwise; an origin has none."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from matinee.clock import SystemClock
from matinee.errors import MatineeError, SegmentUnavailable, StorageFull, TitleUnknown
from matinee_edge.arriving import WITHHELD_BYTES, Arriving
from matinee_edge.folder import Folder
from matinee_edge.held import Held, OpenFiles
from matinee_edge.parent import Parent
from matinee_edge.scrub import ROUND_MS, Scrub
from matinee_edge.shelf import Shelf
from matinee_edge.supply import Supply
from matinee_edge.tally import Tally
from tests.support.clock import HandClock
from tests.support.edge import Issuer, Spy, appliance, eventually, origin_settings, pulling, shelf_in
from tests.support.titles import write_title

SEGMENT = "video/v1/1.m4s"
SEGMENT_BYTES = 400_000


def origin(folder: Path, tally: Tally) -> Supply:
    files = OpenFiles(max_files=8, memory_bytes=1 << 20)
    return Supply(Folder(folder), misses=None, files=files, tally=tally)


@asynccontextmanager
async def isp(
    folder: Path, *, quota_bytes: int = 1 << 30, segment_bytes: int = SEGMENT_BYTES
) -> AsyncIterator[tuple[Supply, Spy, Tally]]:
    """An appliance that holds nothing, and a spy before its parent, which holds heat."""
    issuer, spies, tally = Issuer(folder), list[Spy](), Tally()
    write_title(folder / "media", "heat", segment_bytes=segment_bytes)
    shelf, files = shelf_in(folder / "shelf", quota_bytes=quota_bytes), OpenFiles(max_files=8, memory_bytes=1 << 20)
    async with appliance(origin_settings(folder / "media", issuer), spy=spies) as url:
        parent = Parent(url, token_file=issuer.media_token_file)
        async with pulling(shelf, parent) as misses:
            yield Supply(shelf, misses=misses, files=files, tally=tally), spies[0], tally


async def received(found: Held | Arriving) -> bytes:
    """What a client has at the end, or what it had when the fetch failed."""
    if isinstance(found, Held):
        return os.pread(found.descriptor, found.file.size_bytes, 0)
    got = b""
    try:
        while len(got) < found.file.size_bytes:
            sendable_bytes = await found.wait_beyond(len(got))
            got += os.pread(found.descriptor, sendable_bytes - len(got), len(got))
    except MatineeError:
        pass
    return got


def test_what_is_on_the_shelf_is_a_hit_and_stays_open(tmp_path: Path) -> None:
    index, tally = write_title(tmp_path, "heat"), Tally()
    supply = origin(tmp_path, tally)
    held = supply.held("heat", index.files[0].path)
    assert held is not None
    assert held.file == index.files[0]
    assert supply.held("heat", index.files[0].path) is held
    assert (tally.hits, tally.misses) == (2, 0)


async def test_an_origin_that_lost_a_file_says_so(tmp_path: Path) -> None:
    index, tally = write_title(tmp_path, "heat"), Tally()
    (tmp_path / "heat" / index.files[0].path).unlink()
    supply = origin(tmp_path, tally)
    assert supply.held("heat", index.files[0].path) is None
    with pytest.raises(SegmentUnavailable):
        await supply.fetched("heat", index.files[0].path)
    assert (tally.hits, tally.misses) == (0, 1)


@pytest.mark.parametrize("title_id", ["alien", "..", ".landing", "a/b", ""])
async def test_a_title_that_is_not_here_is_unknown(tmp_path: Path, title_id: str) -> None:
    supply = origin(tmp_path, Tally())
    assert supply.held(title_id, "poster.jpg") is None
    with pytest.raises(TitleUnknown):
        await supply.fetched(title_id, "poster.jpg")


async def test_what_lacks_is_sent_on_as_it_lands_and_is_a_hit_from_then_on(tmp_path: Path) -> None:
    async with isp(tmp_path) as (supply, spy, tally):
        found = await supply.fetched("heat", SEGMENT)
        assert await received(found) == (tmp_path / "media/heat" / SEGMENT).read_bytes()
        held = supply.held("heat", SEGMENT)
        assert held is not None
        assert await received(held) == (tmp_path / "media/heat" / SEGMENT).read_bytes()
        assert (tally.hits, tally.misses) == (1, 1)
        assert spy.asked == ["heat/title.json", f"heat/{SEGMENT}"]


async def test_a_file_of_other_bytes_is_never_received_whole(tmp_path: Path) -> None:
    async with isp(tmp_path) as (supply, spy, _):
        await supply.listing("heat")
        spy.spoil = lambda body: bytes([body[0] ^ 1]) + body[1:]
        found = await supply.fetched("heat", SEGMENT)
        assert isinstance(found, Arriving)
        assert len(await received(found)) <= found.file.size_bytes - WITHHELD_BYTES
        assert supply.held("heat", SEGMENT) is None


async def test_a_title_made_anew_is_not_answered_from_open_files(tmp_path: Path) -> None:
    write_title(tmp_path, "heat", seed=1)
    shelf, files = Folder(tmp_path), OpenFiles(max_files=8, memory_bytes=1 << 20)
    supply = Supply(shelf, misses=None, files=files, tally=Tally())
    before = supply.held("heat", "poster.jpg")
    write_title(tmp_path / "new", "heat", seed=2)
    (tmp_path / "heat").rename(tmp_path / "old")
    (tmp_path / "new/heat").rename(tmp_path / "heat")
    shelf.accept(shelf.scan())
    after = supply.held("heat", "poster.jpg")
    assert before is not None
    assert after is not None
    assert await received(after) == (tmp_path / "heat/poster.jpg").read_bytes() != await received(before)


async def test_on_a_full_disk_viewers_are_served_and_fills_are_refused_without_asking_anybody(tmp_path: Path) -> None:
    async with isp(tmp_path, quota_bytes=30_000) as (supply, spy, tally):
        for number in range(2):
            found = await supply.fetched("heat", SEGMENT)
            assert await received(found) == (tmp_path / "media/heat" / SEGMENT).read_bytes()
            assert supply.held("heat", SEGMENT) is None
            assert tally.misses == number + 1
        listing = await supply.listing("heat")
        assert supply._misses is not None
        spy.asked.clear()
        with pytest.raises(StorageFull):
            await supply._misses.land(listing, listing.files[SEGMENT])
        assert spy.asked == []


async def test_what_rotted_is_never_received_whole_by_those_who_ask_after_it_is_known(tmp_path: Path) -> None:
    async with isp(tmp_path) as (supply, spy, _):
        expected = (tmp_path / "media/heat" / SEGMENT).read_bytes()
        assert await received(await supply.fetched("heat", SEGMENT)) == expected
        shelf = supply._holdings
        assert isinstance(shelf, Shelf)
        held = supply.held("heat", SEGMENT)
        assert held is not None
        path = shelf.objects.path(held.file.sha256)
        path.write_bytes(bytes(len(expected)))
        clock = HandClock(wall_ms=SystemClock().wall_ms() + ROUND_MS)
        scrub = Scrub(shelf, land=None, rate_kbps=1, clock=clock)
        while await scrub.check_next() is not None:
            pass
        assert supply.held("heat", SEGMENT) is None
        assert await received(await supply.fetched("heat", SEGMENT)) == expected
        assert len(spy.asked) == 3


async def test_a_fetch_that_nobody_follows_any_more_is_given_up_and_begun_anew_for_the_next(tmp_path: Path) -> None:
    async with isp(tmp_path, segment_bytes=3_000_000) as (supply, spy, _):
        await supply.listing("heat")
        spy.is_open.clear()
        impatient = asyncio.get_running_loop().create_task(supply.fetched("heat", SEGMENT))
        await eventually(lambda: len(spy.asked) == 2)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
        spy.is_open.set()
        assert supply._misses is not None
        await eventually(lambda: not supply._misses._files)  # type: ignore[union-attr]
        assert supply.held("heat", SEGMENT) is None
        found = await supply.fetched("heat", SEGMENT)
        assert await received(found) == (tmp_path / "media/heat" / SEGMENT).read_bytes()
        assert len(spy.asked) == 3


async def test_ten_thousand_askers_for_one_missing_segment_cost_exactly_one_fetch(tmp_path: Path) -> None:
    async with isp(tmp_path, segment_bytes=100_000) as (supply, spy, _):
        await supply.listing("heat")
        expected = (tmp_path / "media/heat" / SEGMENT).read_bytes()
        spy.is_open.clear()

        async def follow() -> bool:
            return await received(await supply.fetched("heat", SEGMENT)) == expected

        async with asyncio.TaskGroup() as group:
            following = [group.create_task(follow()) for _ in range(10_000)]
            await eventually(lambda: len(spy.asked) == 2)
            spy.is_open.set()
        assert {task.result() for task in following} == {True}
        assert spy.asked == ["heat/title.json", f"heat/{SEGMENT}"]
