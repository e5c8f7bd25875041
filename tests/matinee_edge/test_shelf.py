"""The shelf: titles over objects, kept through restarts, damage and a full disk."""

import asyncio
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import integers, lists, sampled_from

from matinee.errors import MediaCorrupt, MediaInvalid, SegmentUnavailable, StorageFull
from matinee.wire.title import MediaFile, TitleIndex
from matinee_edge.scrub import ROUND_MS, Scrub
from matinee_edge.shelf import DATABASE_NAME, TITLES_NAME, Shelf
from tests.support.clock import HandClock
from tests.support.edge import put, shelf_in, stock
from tests.support.titles import write_title

MODEL_TITLES = ("heat", "alien")


async def adopted(shelf: Shelf, media: Path, title_id: str = "heat") -> TitleIndex:
    await shelf.adopt(title_id, (media / title_id / "title.json").read_bytes())
    return TitleIndex(title_id=title_id, name="", duration_ms=0, ladder=(), files=tuple(shelf.lacking(title_id)))


async def whole(root: Path, media: Path, *titles: str) -> Shelf:
    shelf = shelf_in(root)
    await stock(shelf, media, *titles)
    return shelf


def read(shelf: Shelf, title_id: str, file: MediaFile) -> bytes | None:
    descriptor = shelf.open(title_id, file)
    if descriptor is None:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read()


def objects_on_disk(root: Path) -> dict[str, int]:
    files = (path for path in (root / "objects").rglob("*") if path.is_file())
    return {path.parent.name + path.name: path.stat().st_size for path in files}


async def test_a_title_becomes_whole_file_by_file_and_stays_so(tmp_path: Path) -> None:
    write_title(tmp_path, "heat")
    shelf = shelf_in(tmp_path / "shelf")
    for file in (await adopted(shelf, tmp_path)).files:
        assert shelf.whole_titles() == ()
        put(shelf, tmp_path, file, title_id="heat")
    assert shelf.whole_titles() == shelf_in(tmp_path / "shelf").whole_titles() == ("heat",)


async def test_the_same_bytes_in_two_titles_are_one_file(tmp_path: Path) -> None:
    write_title(tmp_path, "heat", seed=1)
    index = write_title(tmp_path, "alien", seed=1)
    shelf = await whole(tmp_path / "shelf", tmp_path, "heat")
    await adopted(shelf, tmp_path, "alien")
    assert shelf.whole_titles() == ("alien", "heat")
    assert len(objects_on_disk(tmp_path / "shelf")) == len(index.files) + 2
    shelf.objects.drop(index.files[0].sha256)
    assert shelf.whole_titles() == ()


async def test_bytes_that_are_not_the_listed_ones_never_land(tmp_path: Path) -> None:
    write_title(tmp_path, "heat")
    shelf = shelf_in(tmp_path / "shelf")
    file = (await adopted(shelf, tmp_path)).files[0]
    (tmp_path / "heat" / file.path).write_bytes(b"x" * file.size_bytes)
    with pytest.raises(MediaCorrupt):
        put(shelf, tmp_path, file, title_id="heat")
    assert shelf.open("heat", file) is None
    assert list((tmp_path / "shelf/landing").iterdir()) == []


async def test_an_index_of_another_title_or_without_hashes_is_refused(tmp_path: Path) -> None:
    write_title(tmp_path, "alien")
    shelf, raw = shelf_in(tmp_path / "shelf"), (tmp_path / "alien/title.json").read_bytes()
    with pytest.raises(MediaInvalid):
        await shelf.adopt("heat", raw)
    index = write_title(tmp_path, "heat")
    evil = (tmp_path / "heat/title.json").read_bytes().replace(index.files[0].sha256.encode(), b"../" * 21 + b"x")
    with pytest.raises(MediaInvalid):
        await shelf.adopt("heat", evil)


async def test_a_title_made_anew_keeps_only_the_files_that_did_not_change(tmp_path: Path) -> None:
    write_title(tmp_path / "old", "heat", seed=1)
    write_title(tmp_path / "new", "heat", seed=2)
    shelf, gone = await whole(tmp_path / "shelf", tmp_path / "old", "heat"), set[str]()
    shelf.on_gone(gone.update)
    listing = await shelf.adopt("heat", (tmp_path / "new/heat/title.json").read_bytes())
    assert {file.path for file in shelf.lacking("heat")} == set(listing.files) - {"title.json", "text/en.vtt"}
    assert gone >= {file.sha256 for file in shelf.lacking("heat")} - {file.sha256 for file in listing.files.values()}
    assert len(objects_on_disk(tmp_path / "shelf")) == 2


async def test_a_file_that_was_replaced_in_the_index_meanwhile_does_not_land(tmp_path: Path) -> None:
    write_title(tmp_path / "old", "heat", seed=1)
    write_title(tmp_path / "new", "heat", seed=2)
    shelf = shelf_in(tmp_path / "shelf")
    file = (await adopted(shelf, tmp_path / "old")).files[0]
    await adopted(shelf, tmp_path / "new")
    with pytest.raises(SegmentUnavailable, match="replaced"):
        put(shelf, tmp_path / "old", file, title_id="heat")


async def test_a_title_of_which_nothing_is_left_is_forgotten(tmp_path: Path) -> None:
    write_title(tmp_path, "heat")
    shelf = await whole(tmp_path / "shelf", tmp_path, "heat")
    for digest in objects_on_disk(tmp_path / "shelf"):
        shelf.objects.drop(digest)
    await shelf.tend()
    assert shelf.progress() == {}
    assert list((tmp_path / "shelf" / TITLES_NAME).iterdir()) == []
    assert shelf.inventory.used_bytes == 0


async def test_a_rotten_index_is_not_believed_and_the_files_stay_for_the_next(tmp_path: Path) -> None:
    index = write_title(tmp_path, "heat")
    shelf = await whole(tmp_path / "shelf", tmp_path, "heat")
    digest = shelf.catalog.index_hash("heat")
    assert digest is not None
    path = shelf.objects.path(digest)
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    shelf = shelf_in(tmp_path / "shelf")
    assert shelf.listing("heat") is None
    await adopted(shelf, tmp_path)
    assert shelf.whole_titles() == ("heat",)
    assert read(shelf, "heat", index.files[0]) == (tmp_path / "heat" / index.files[0].path).read_bytes()


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 500], ids=["lost", "garbage"])
async def test_a_lost_inventory_is_made_anew_from_the_disk(tmp_path: Path, damage: bytes) -> None:
    write_title(tmp_path, "heat")
    shelf = await whole(tmp_path / "shelf", tmp_path, "heat")
    used_bytes = shelf.inventory.used_bytes
    del shelf
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / "shelf" / (DATABASE_NAME + suffix)).unlink(missing_ok=True)
    if damage:
        (tmp_path / "shelf" / DATABASE_NAME).write_bytes(damage)
    shelf = shelf_in(tmp_path / "shelf")
    assert shelf.whole_titles() == ("heat",)
    assert shelf.inventory.used_bytes == used_bytes
    assert shelf.inventory.here() == objects_on_disk(tmp_path / "shelf")


async def test_what_was_asked_for_is_remembered_with_its_title_after_a_restart(tmp_path: Path) -> None:
    index = write_title(tmp_path, "heat")
    shelf = await whole(tmp_path / "shelf", tmp_path, "heat")
    for _ in range(3):
        shelf.asked("heat", "poster.jpg")
    await shelf.tend()
    shelf = shelf_in(tmp_path / "shelf")
    poster = next(file for file in index.files if file.path == "poster.jpg")
    digest = shelf.catalog.index_hash("heat")
    assert digest is not None
    assert shelf.inventory.known(poster.sha256).requests == shelf.inventory.known(digest).requests == 3 * 16


class ShelfAgainstModel(RuleBasedStateMachine):
    """Whatever is done in whatever order, a file is the listed bytes or not here, and the books agree with the disk."""

    def __init__(self) -> None:
        super().__init__()
        self.temporary = TemporaryDirectory()
        self.root = Path(self.temporary.name)
        self.clock = HandClock()
        for seed in (1, 2):
            for title_id in MODEL_TITLES:
                write_title(self.media(seed), title_id, rungs=1, segments=2, segment_bytes=900, seed=seed)
        self.seeds: dict[str, int] = {}
        """Which making of a title its index is of."""
        self.spoilt: set[str] = set()
        """Hashes whose files were tampered with, and nobody has looked since."""
        self.restart()

    def teardown(self) -> None:
        self.temporary.cleanup()

    def media(self, seed: int) -> Path:
        return self.root / f"media{seed}"

    def file(self, title_id: str, number: int) -> MediaFile | None:
        listing = self.shelf.listing(title_id)
        if listing is None:
            return None
        files = list(listing.files.values())
        return files[number % len(files)]

    @rule()
    def restart(self) -> None:
        """As after `kill -9`: nothing is closed."""
        self.shelf = shelf_in(self.root / "shelf", clock=self.clock, quota_bytes=8_000, draw=self.clock.now_ms() << 16)

    @rule(title_id=sampled_from(MODEL_TITLES), seed=sampled_from((1, 2)))
    def adopt(self, title_id: str, seed: int) -> None:
        asyncio.run(self.shelf.adopt(title_id, (self.media(seed) / title_id / "title.json").read_bytes()))
        self.seeds[title_id] = seed

    @rule(title_id=sampled_from(MODEL_TITLES), number=integers(0, 12))
    def land(self, title_id: str, number: int) -> None:
        file = self.file(title_id, number)
        if file is not None:
            with suppress(StorageFull):
                put(self.shelf, self.media(self.seeds[title_id]), file, title_id=title_id)
                self.spoilt.discard(file.sha256)

    @rule(title_id=sampled_from(MODEL_TITLES), number=integers(0, 12))
    def read(self, title_id: str, number: int) -> None:
        file = self.file(title_id, number)
        content = read(self.shelf, title_id, file) if file is not None else None
        if file is not None and content is not None and file.sha256 not in self.spoilt:
            assert sha256(content).hexdigest() == file.sha256
        assert content is None or (file is not None and len(content) == file.size_bytes)

    @rule(title_id=sampled_from(MODEL_TITLES), number=integers(0, 12), times=integers(1, 5))
    def ask(self, title_id: str, number: int, times: int) -> None:
        file = self.file(title_id, number)
        for _ in range(times if file is not None else 0):
            self.shelf.asked(title_id, file.path if file is not None else "")
        self.clock.move(1_000)

    @rule(title_ids=lists(sampled_from(MODEL_TITLES), max_size=2, unique=True))
    def place(self, title_ids: list[str]) -> None:
        self.shelf.place(title_ids)

    @rule()
    def tend(self) -> None:
        asyncio.run(self.shelf.tend())

    @rule(number=integers(0, 30), damage=sampled_from(("bit", "short", "gone")))
    def spoil(self, number: int, damage: str) -> None:
        objects = sorted(objects_on_disk(self.root / "shelf"))
        if not objects:
            return
        digest = objects[number % len(objects)]
        path = self.shelf.objects.path(digest)
        raw = path.read_bytes()
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes(raw[:-1] if damage == "short" else bytes([raw[0] ^ 1]) + raw[1:])
        self.spoilt.add(digest)

    @rule(number=integers(0, 30))
    def die_while_moving(self, number: int) -> None:
        objects = sorted(objects_on_disk(self.root / "shelf"))
        if objects:
            self.shelf.inventory.doubt(objects[number % len(objects)])
            self.restart()

    @rule()
    def scrub(self) -> None:
        self.clock.move(ROUND_MS)
        scrub = Scrub(self.shelf, land=None, rate_kbps=1, clock=self.clock)

        async def check_all() -> None:
            while await scrub.check_next() is not None:
                pass

        asyncio.run(check_all())
        self.spoilt.clear()
        for digest in objects_on_disk(self.root / "shelf"):
            assert sha256(self.shelf.objects.path(digest).read_bytes()).hexdigest() == digest

    @invariant()
    def the_books_agree_with_the_disk(self) -> None:
        here, on_disk = self.shelf.inventory.here(), objects_on_disk(self.root / "shelf")
        for found in (here, on_disk):
            for digest in self.spoilt:
                found.pop(digest, None)
        assert here == on_disk
        assert self.shelf.inventory.used_bytes == sum(self.shelf.inventory.here().values()) <= 8_000
        assert list((self.root / "shelf/landing").iterdir()) == []
        for title_id, (count, objects) in self.shelf.catalog.progress().items():
            assert count == len(self.shelf.catalog.hashes_here(title_id)) <= objects


TestShelfAgainstModel = ShelfAgainstModel.TestCase
TestShelfAgainstModel.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
