"""What the catalog says of titles follows what happens to their objects."""

from pathlib import Path

import pytest

from matinee_edge.catalog import Catalog
from matinee_edge.database import Database
from matinee_edge.eviction import Known
from matinee_edge.inventory import Inventory
from matinee_edge.listing import Listing, listing_of
from tests.support.titles import write_title

Books = tuple[Catalog, Inventory]


@pytest.fixture
def books(tmp_path: Path) -> Books:
    database = Database(tmp_path / "shelf.sqlite")
    return Catalog(database), Inventory(database)


def listing(folder: Path, title_id: str, *, seed: int = 1) -> Listing:
    write_title(folder, title_id, seed=seed)
    return listing_of((folder / title_id / "title.json").read_bytes(), title_id=title_id)


def test_a_titles_progress_follows_its_objects(tmp_path: Path, books: Books) -> None:
    catalog, inventory = books
    heat = listing(tmp_path, "heat")
    digests = [file.sha256 for file in heat.files.values()]
    inventory.settle(digests[0], size_bytes=10)
    assert catalog.adopt(heat) == []
    assert catalog.progress() == {"heat": (1, len(digests))}
    for digest in digests:
        inventory.settle(digest, size_bytes=10)
    assert catalog.progress() == {"heat": (len(digests), len(digests))}
    assert catalog.hashes_here("heat") == set(digests)
    for digest in digests:
        inventory.settle(digest, size_bytes=None)
    assert catalog.empty_titles() == ["heat"]
    assert catalog.forget("heat") == []
    assert catalog.progress() == {}


def test_what_only_a_forgotten_title_needed_is_told_and_what_another_needs_is_not(tmp_path: Path, books: Books) -> None:
    catalog, inventory = books
    heat, alien = listing(tmp_path, "heat", seed=1), listing(tmp_path, "alien", seed=2)
    shared = heat.files["text/en.vtt"].sha256
    for each in (heat, alien):
        catalog.adopt(each)
        for file in each.files.values():
            inventory.settle(file.sha256, size_bytes=10)
    assert set(catalog.forget("heat")) == {file.sha256 for file in heat.files.values()} - {shared}
    assert catalog.titles_of(shared) == ["alien"]


def test_a_title_made_anew_needs_what_its_new_index_lists(tmp_path: Path, books: Books) -> None:
    catalog, inventory = books
    old, new = listing(tmp_path, "heat", seed=1), listing(tmp_path, "heat", seed=2)
    catalog.adopt(old)
    for file in old.files.values():
        inventory.settle(file.sha256, size_bytes=10)
    orphans = catalog.adopt(new)
    assert set(orphans) == {file.sha256 for file in old.files.values()} - {old.files["text/en.vtt"].sha256}
    assert catalog.progress() == {"heat": (1, len(new.files))}
    assert catalog.index_hashes() == {"heat": new.index.sha256}


def test_the_best_place_of_its_titles_is_an_objects_rank(tmp_path: Path, books: Books) -> None:
    catalog, inventory = books
    heat, alien = listing(tmp_path, "heat", seed=1), listing(tmp_path, "alien", seed=2)
    catalog.adopt(heat)
    catalog.adopt(alien)
    catalog.place(["other", "alien", "heat"])
    shared = heat.files["text/en.vtt"].sha256
    ranks = [inventory.known(digest).rank for digest in (shared, heat.index.sha256, alien.index.sha256)]
    assert ranks == [1, 2, 1]
    catalog.place([])
    assert inventory.known(shared) == Known(None, 0, 0)
