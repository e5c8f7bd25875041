"""What the inventory says of objects stays true through restarts, and adds up."""

from pathlib import Path

import pytest

from matinee_edge.database import Database
from matinee_edge.eviction import HALF_LIFE_MS, Known
from matinee_edge.inventory import Inventory


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    return Inventory(Database(tmp_path / "shelf.sqlite"))


def put(inventory: Inventory, digest: str, *, size_bytes: int = 10, checked_wall_ms: int = 0) -> None:
    inventory.doubt(digest)
    inventory.settle(digest, size_bytes=size_bytes, checked_wall_ms=checked_wall_ms)


def digest_of(number: int) -> str:
    return f"{number:02x}" * 32


def test_what_is_in_doubt_is_not_here_and_told_to_the_next_start(tmp_path: Path, inventory: Inventory) -> None:
    put(inventory, digest_of(1))
    inventory.doubt(digest_of(1))
    inventory.doubt(digest_of(2))
    assert not inventory.is_here(digest_of(1))
    assert inventory.used_bytes == 0
    assert Inventory(Database(tmp_path / "shelf.sqlite")).in_doubt() == [digest_of(1), digest_of(2)]


def test_bytes_add_up_whatever_is_settled_how_often(inventory: Inventory) -> None:
    for size_bytes in (10, 20, 20, None, None, 30):
        inventory.settle(digest_of(1), size_bytes=size_bytes)
        put(inventory, digest_of(2), size_bytes=5)
        assert inventory.used_bytes == (size_bytes or 0) + 5 == sum(inventory.here().values())


def test_requests_add_up_and_fade(inventory: Inventory) -> None:
    put(inventory, digest_of(1))
    inventory.count({digest_of(1): 2, digest_of(9): 5}, wall_ms=0)
    inventory.count({digest_of(1): 1}, wall_ms=HALF_LIFE_MS)
    assert inventory.known(digest_of(1)) == Known(None, 32, HALF_LIFE_MS)
    assert inventory.known(digest_of(9)) == Known(None, 0, 0)


def test_a_sample_is_of_what_is_here_from_any_point_on_and_around_the_end(inventory: Inventory) -> None:
    for number in range(0, 200, 2):
        put(inventory, digest_of(number))
    inventory.doubt(digest_of(0))
    for draw in (0, 1 << 20, (1 << 30) - 1):
        sample = [resident.sha256 for resident in inventory.sample(16, draw=draw)]
        assert len(set(sample)) == 16
        assert digest_of(0) not in sample
    assert len(inventory.sample(1_000, draw=5)) == 99


def test_the_object_that_was_checked_the_longest_ago_comes_next(inventory: Inventory) -> None:
    put(inventory, digest_of(1), checked_wall_ms=20)
    put(inventory, digest_of(2), checked_wall_ms=10)
    inventory.mark_checked(digest_of(2), wall_ms=30)
    assert inventory.oldest_checked() == (digest_of(1), 20)
    inventory.doubt(digest_of(1))
    inventory.doubt(digest_of(2))
    assert inventory.oldest_checked() is None


def test_a_new_inventory_knows_that_it_does_not_know_the_disk(inventory: Inventory) -> None:
    known = [inventory.is_complete]
    inventory.rebuild([(digest_of(1), 7)])
    assert [*known, inventory.is_complete] == [False, True]
    assert inventory.here() == {digest_of(1): 7}
    assert inventory.used_bytes == 7


def test_what_another_process_put_is_here(tmp_path: Path, inventory: Inventory) -> None:
    put(Inventory(Database(tmp_path / "shelf.sqlite")), digest_of(1))
    assert inventory.is_here(digest_of(1))
