"""The shelf: whole files, verified, and nothing else."""

import os
from pathlib import Path

import pytest

from matinee.errors import MediaCorrupt, SegmentUnavailable
from matinee.wire.title import MediaFile, TitleIndex
from matinee_edge.shelf import DRAFTS_NAME, Shelf
from tests.support.titles import write_title


def read(shelf: Shelf, title_id: str, file: MediaFile) -> bytes | None:
    descriptor = shelf.open(title_id, file)
    if descriptor is None:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read()


def file_of(index: TitleIndex, path: str) -> MediaFile:
    return next(file for file in index.files if file.path == path)


def put(shelf: Shelf, title_id: str, file: MediaFile, content: bytes) -> None:
    landing = shelf.landing(file)
    try:
        landing.write(content)
        landing.verify()
        shelf.place(title_id, landing)
    finally:
        landing.discard()


def test_a_whole_title_is_known_at_once_and_every_file_reads_back(tmp_path: Path) -> None:
    index = write_title(tmp_path, "heat")
    shelf = Shelf(tmp_path, is_owned=False)
    assert shelf.whole_titles() == ("heat",)
    for file in index.files:
        assert read(shelf, "heat", file) == (tmp_path / "heat" / file.path).read_bytes()


def test_a_folder_without_an_index_is_no_title(tmp_path: Path) -> None:
    write_title(tmp_path, "heat")
    (tmp_path / "heat" / "title.json").unlink()
    assert Shelf(tmp_path, is_owned=False).listing("heat") is None


def test_a_title_with_a_broken_index_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    write_title(tmp_path, "heat")
    write_title(tmp_path, "alien")
    (tmp_path / "heat" / "title.json").write_bytes(b"{")
    assert Shelf(tmp_path, is_owned=False).whole_titles() == ("alien",)


def test_an_origin_finds_new_titles_and_forgets_those_that_are_gone(tmp_path: Path) -> None:
    write_title(tmp_path, "heat")
    shelf = Shelf(tmp_path, is_owned=False)
    write_title(tmp_path, "alien")
    (tmp_path / "heat" / "title.json").unlink()
    shelf.accept(shelf.scan())
    assert shelf.whole_titles() == ("alien",)


def test_a_file_of_another_size_than_listed_is_dropped_and_lacking(tmp_path: Path) -> None:
    index = write_title(tmp_path, "heat")
    shelf = Shelf(tmp_path, is_owned=True)
    file = file_of(index, "video/v1/1.m4s")
    path = tmp_path / "heat" / file.path
    path.write_bytes(b"short")
    assert shelf.open("heat", file) is None
    assert not path.exists()
    assert shelf.lacking("heat") == [file]
    assert shelf.whole_titles() == ()
    assert shelf.progress() == {"heat": (len(index.files), len(index.files) + 1)}


def test_an_origins_files_are_never_touched(tmp_path: Path) -> None:
    index = write_title(tmp_path, "heat")
    path = tmp_path / "heat" / "poster.jpg"
    path.write_bytes(b"short")
    shelf = Shelf(tmp_path, is_owned=False)
    assert shelf.open("heat", file_of(index, "poster.jpg")) is None
    assert path.read_bytes() == b"short"


def test_a_link_that_leads_out_of_the_shelf_is_not_followed(tmp_path: Path) -> None:
    index = write_title(tmp_path / "shelf", "heat")
    file = file_of(index, "poster.jpg")
    secret = tmp_path / "secret"
    secret.write_bytes(b"x" * file.size_bytes)
    (tmp_path / "shelf/heat/poster.jpg").unlink()
    (tmp_path / "shelf/heat/poster.jpg").symlink_to(secret)
    assert Shelf(tmp_path / "shelf", is_owned=False).open("heat", file) is None


def test_a_title_becomes_whole_file_by_file(tmp_path: Path) -> None:
    index = write_title(tmp_path / "from", "heat")
    shelf = Shelf(tmp_path / "to", is_owned=True)
    shelf.adopt("heat", (tmp_path / "from/heat/title.json").read_bytes())
    for file in index.files:
        assert shelf.whole_titles() == ()
        put(shelf, "heat", file, (tmp_path / "from/heat" / file.path).read_bytes())
    assert shelf.whole_titles() == ("heat",)
    assert Shelf(tmp_path / "to", is_owned=True).whole_titles() == ("heat",)


@pytest.mark.parametrize(
    "spoil",
    [lambda raw: raw[:-1], lambda raw: raw + b"x", lambda raw: bytes([raw[0] ^ 1]) + raw[1:], lambda raw: b""],
    ids=["shorter", "longer", "one bit", "nothing"],
)
def test_bytes_that_are_not_the_listed_ones_never_land(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    index = write_title(tmp_path / "from", "heat")
    shelf = Shelf(tmp_path / "to", is_owned=True)
    shelf.adopt("heat", (tmp_path / "from/heat/title.json").read_bytes())
    file = file_of(index, "poster.jpg")
    with pytest.raises(MediaCorrupt):
        put(shelf, "heat", file, spoil((tmp_path / "from/heat/poster.jpg").read_bytes()))
    assert shelf.open("heat", file) is None
    assert list((tmp_path / "to" / DRAFTS_NAME).iterdir()) == []


def test_drafts_left_by_a_killed_process_are_swept(tmp_path: Path) -> None:
    (tmp_path / DRAFTS_NAME).mkdir()
    (tmp_path / DRAFTS_NAME / "tmpabc").write_bytes(b"half")
    Shelf(tmp_path, is_owned=True)
    assert list((tmp_path / DRAFTS_NAME).iterdir()) == []


def test_a_title_made_anew_keeps_only_the_files_that_did_not_change(tmp_path: Path) -> None:
    write_title(tmp_path / "shelf", "heat", seed=1)
    write_title(tmp_path / "new", "heat", seed=2)
    shelf = Shelf(tmp_path / "shelf", is_owned=True)
    listing = shelf.adopt("heat", (tmp_path / "new/heat/title.json").read_bytes())
    lacking = {file.path for file in shelf.lacking("heat")}
    assert lacking == set(listing.files) - {"title.json", "text/en.vtt"}


def test_files_of_a_title_without_an_index_are_not_trusted(tmp_path: Path) -> None:
    write_title(tmp_path / "shelf", "heat")
    raw = (tmp_path / "shelf/heat/title.json").read_bytes()
    (tmp_path / "shelf/heat/title.json").unlink()
    shelf = Shelf(tmp_path / "shelf", is_owned=True)
    listing = shelf.adopt("heat", raw)
    assert len(shelf.lacking("heat")) == len(listing.files) - 1


def test_a_file_that_was_replaced_in_the_index_meanwhile_does_not_land(tmp_path: Path) -> None:
    old = write_title(tmp_path / "old", "heat", seed=1)
    write_title(tmp_path / "new", "heat", seed=2)
    shelf = Shelf(tmp_path / "shelf", is_owned=True)
    shelf.adopt("heat", (tmp_path / "old/heat/title.json").read_bytes())
    landing = shelf.landing(file_of(old, "poster.jpg"))
    landing.write((tmp_path / "old/heat/poster.jpg").read_bytes())
    landing.verify()
    shelf.adopt("heat", (tmp_path / "new/heat/title.json").read_bytes())
    with pytest.raises(SegmentUnavailable, match="replaced"):
        shelf.place("heat", landing)
