"""A shelf that another process owns, seen from outside."""

import os
from pathlib import Path

from matinee_edge.workers.view import View
from tests.support.edge import shelf_in, stock
from tests.support.titles import write_title


def ignored(title_id: str, path: str) -> None:
    """Nobody counts."""


async def test_what_the_owner_puts_there_is_found_at_once_and_what_it_drops_is_gone(tmp_path: Path) -> None:
    index = write_title(tmp_path / "media", "heat")
    view = View(tmp_path / "shelf", asked=ignored)
    assert view.listing("heat") is None
    shelf = shelf_in(tmp_path / "shelf")
    await stock(shelf, tmp_path / "media", "heat")
    listing = view.listing("heat")
    assert listing is not None
    file = index.files[0]
    descriptor = view.open("heat", listing.files[file.path])
    assert descriptor is not None
    assert os.pread(descriptor, file.size_bytes, 0) == (tmp_path / "media/heat" / file.path).read_bytes()
    os.close(descriptor)
    shelf.objects.drop(file.sha256)
    assert view.open("heat", listing.files[file.path]) is None


async def test_a_title_made_anew_is_seen_when_the_view_is_tended(tmp_path: Path) -> None:
    shelf, gone = shelf_in(tmp_path / "shelf"), set[str]()
    view = View(tmp_path / "shelf", asked=ignored)
    view.on_gone(gone.update)
    write_title(tmp_path / "media", "heat")
    await stock(shelf, tmp_path / "media", "heat")
    old = view.listing("heat")
    assert old is not None
    anew = write_title(tmp_path / "media", "heat", seed=2)
    await stock(shelf, tmp_path / "media", "heat")
    await view.tend()
    new = view.listing("heat")
    assert new is not None
    assert new.files.keys() == {file.path for file in anew.files} | {"title.json"}
    assert new.index != old.index
    assert {file.sha256 for file in old.files.values()} <= gone


async def test_names_that_lead_out_of_the_shelf_lead_nowhere(tmp_path: Path) -> None:
    shelf_in(tmp_path / "shelf")
    (tmp_path / "secret").write_text("0" * 64)
    view = View(tmp_path / "shelf", asked=ignored)
    for name in ("../../secret", "..", "", "a/b", "/etc/passwd", "a\0b"):
        assert view.listing(name) is None
