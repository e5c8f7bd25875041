"""What a shelf of our own and a folder of somebody else's both promise."""

import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from matinee.wire.title import MediaFile, TitleIndex
from matinee_edge.folder import Folder
from matinee_edge.holdings import Holdings
from tests.support.edge import shelf_in, stock
from tests.support.titles import write_title

Stocking = Callable[..., Awaitable[Holdings]]


async def shelf_with(media: Path, root: Path, *titles: str, lacking: str = "") -> Holdings:
    shelf = shelf_in(root)
    await stock(shelf, media, *titles, lacking=lacking)
    return shelf


async def folder_with(media: Path, root: Path, *titles: str, lacking: str = "") -> Holdings:
    for title_id in titles:
        if lacking:
            (media / title_id / lacking).unlink()
        shutil.copytree(media / title_id, root / title_id)
    return Folder(root)


@pytest.fixture(params=[shelf_with, folder_with], ids=["shelf", "folder"])
def stocked(request: pytest.FixtureRequest, tmp_path: Path) -> Stocking:
    """Holdings of these titles, which lie in `tmp_path/media`; one file of each may lack."""

    async def holding(*titles: str, lacking: str = "") -> Holdings:
        found: Holdings = await request.param(tmp_path / "media", tmp_path / "here", *titles, lacking=lacking)
        return found

    return holding


def content(holdings: Holdings, title_id: str, file: MediaFile) -> bytes | None:
    descriptor = holdings.open(title_id, file)
    if descriptor is None:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read()


def file_of(index: TitleIndex, path: str) -> MediaFile:
    return next(file for file in index.files if file.path == path)


async def test_a_whole_title_is_told_and_every_file_of_it_reads_back(tmp_path: Path, stocked: Stocking) -> None:
    index = write_title(tmp_path / "media", "heat")
    published = {file: (tmp_path / "media/heat" / file.path).read_bytes() for file in index.files}
    holdings = await stocked("heat")
    assert holdings.whole_titles() == ("heat",)
    assert holdings.progress() == {}
    assert {file: content(holdings, "heat", file) for file in index.files} == published


async def test_a_title_that_lacks_a_file_is_not_whole_and_says_how_much_is_here(
    tmp_path: Path, stocked: Stocking
) -> None:
    index = write_title(tmp_path / "media", "heat")
    holdings = await stocked("heat", lacking="poster.jpg")
    assert holdings.whole_titles() == ()
    assert holdings.progress() == {"heat": (len(index.files), len(index.files) + 1)}
    assert content(holdings, "heat", file_of(index, "poster.jpg")) is None


async def test_the_listing_is_the_titles_and_its_index_is_a_file_of_it(tmp_path: Path, stocked: Stocking) -> None:
    index = write_title(tmp_path / "media", "heat")
    raw = (tmp_path / "media/heat/title.json").read_bytes()
    holdings = await stocked("heat")
    listing = holdings.listing("heat")
    assert listing is not None
    assert listing.files.keys() == {file.path for file in index.files} | {"title.json"}
    assert content(holdings, "heat", listing.index) == raw


@pytest.mark.parametrize("title_id", ["alien", "..", ".", "", "a/b", "heat/..", "here", "objects"])
async def test_what_is_no_title_here_has_no_listing_and_no_files(
    tmp_path: Path, stocked: Stocking, title_id: str
) -> None:
    index = write_title(tmp_path / "media", "heat")
    holdings = await stocked("heat")
    assert holdings.listing(title_id) is None
    assert holdings.open(title_id, index.files[0]) is None


async def test_a_file_that_the_index_lists_otherwise_is_not_opened(tmp_path: Path, stocked: Stocking) -> None:
    index = write_title(tmp_path / "media", "heat")
    other = write_title(tmp_path / "other", "heat", seed=2)
    holdings = await stocked("heat")
    assert holdings.open("heat", file_of(other, "poster.jpg")) is None
    assert content(holdings, "heat", file_of(index, "poster.jpg")) is not None


async def test_requests_for_anything_may_be_counted_and_anything_placed(tmp_path: Path, stocked: Stocking) -> None:
    write_title(tmp_path / "media", "heat")
    holdings = await stocked("heat")
    for title_id, path in (("heat", "poster.jpg"), ("heat", "nothing"), ("alien", "x"), ("", "")):
        holdings.asked(title_id, path)
    holdings.place(["alien", "heat", "heat"])
    await holdings.tend()
    assert 0 <= holdings.used_permille <= 1_000
    assert holdings.whole_titles() == ("heat",)
