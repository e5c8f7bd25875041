"""Rot is found, dropped, and mended."""

import asyncio
from pathlib import Path

from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing
from matinee_edge.scrub import ROUND_MS, Scrub
from matinee_edge.shelf import Shelf
from tests.support.clock import HandClock
from tests.support.edge import eventually, put, shelf_in, stock
from tests.support.titles import write_title


class Ward:
    """A shelf with heat, and a scrub whose fetches land from `media`."""

    def __init__(self, folder: Path) -> None:
        self.media = folder / "media"
        self.clock = HandClock()
        self.index = write_title(self.media, "heat")
        self.shelf = shelf_in(folder / "shelf", clock=self.clock)
        self.landed: list[str] = []

    async def whole(self) -> "Ward":
        await stock(self.shelf, self.media, "heat")
        self.clock.move(ROUND_MS)
        return self

    def scrub(self, shelf: Shelf | None = None) -> Scrub:
        return Scrub(shelf or self.shelf, land=self._land, rate_kbps=8, clock=self.clock)

    def rot(self, file: MediaFile) -> None:
        path = self.shelf.objects.path(file.sha256)
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)

    async def _land(self, listing: Listing, file: MediaFile) -> None:
        assert not self.shelf.objects.path(file.sha256).exists(), "dropped before it is fetched again"
        self.landed.append(file.path)
        put(self.shelf, self.media, file, title_id=listing.title_id)


async def test_every_object_is_checked_once_in_a_round(tmp_path: Path) -> None:
    ward = await Ward(tmp_path).whole()
    scrub = ward.scrub()
    while await scrub.check_next() is not None:
        pass
    assert scrub.checked == len(ward.index.files) + 1
    assert (ward.landed, ward.shelf.objects.rotten) == ([], 0)


async def test_a_flipped_bit_is_found_told_dropped_and_fetched_again(tmp_path: Path) -> None:
    ward, gone = await Ward(tmp_path).whole(), set[str]()
    ward.shelf.on_gone(gone.update)
    rotten = next(file for file in ward.index.files if file.path == "video/v1/2.m4s")
    ward.rot(rotten)
    scrub = ward.scrub()
    while await scrub.check_next() is not None:
        pass
    assert gone == {rotten.sha256}
    assert (ward.landed, ward.shelf.objects.rotten) == (["video/v1/2.m4s"], 1)
    assert ward.shelf.objects.read(rotten.sha256) == (ward.media / "heat" / rotten.path).read_bytes()
    assert ward.shelf.whole_titles() == ("heat",)


async def test_a_file_that_vanished_is_noticed_too(tmp_path: Path) -> None:
    ward = await Ward(tmp_path).whole()
    ward.shelf.objects.path(ward.index.files[0].sha256).unlink()
    scrub = ward.scrub()
    while await scrub.check_next() is not None:
        pass
    assert ward.landed == [ward.index.files[0].path]


async def test_after_a_restart_the_round_goes_on_where_it_stopped(tmp_path: Path) -> None:
    ward = await Ward(tmp_path).whole()
    before = ward.scrub()
    for _ in range(5):
        await before.check_next()
    after = ward.scrub(shelf_in(tmp_path / "shelf", clock=ward.clock))
    while await after.check_next() is not None:
        pass
    assert after.checked == len(ward.index.files) + 1 - 5


async def test_it_reads_no_faster_than_it_may(tmp_path: Path) -> None:
    ward = await Ward(tmp_path).whole()
    scrub = ward.scrub()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(scrub.run())
        await eventually(lambda: ward.clock.waiting)
        oldest = ward.shelf.inventory.oldest_checked()
        assert scrub.checked == 1
        await ward.clock.advance(1)
        await eventually(lambda: ward.clock.waiting)
        assert scrub.checked == 1
        await ward.clock.advance(10_000)
        await eventually(lambda: scrub.checked == 2)
        running.cancel()
    assert oldest
