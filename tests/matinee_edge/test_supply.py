"""From the shelf first, from the parent otherwise; an origin has none."""

import os
from pathlib import Path

import pytest

from matinee.errors import SegmentUnavailable, TitleUnknown
from matinee_edge.shelf import Shelf
from matinee_edge.supply import Supply
from matinee_edge.tally import Tally
from tests.support.titles import write_title


async def test_what_is_on_the_shelf_is_a_hit(tmp_path: Path) -> None:
    index, tally = write_title(tmp_path, "heat"), Tally()
    supply = Supply(Shelf(tmp_path, is_owned=False), misses=None, tally=tally)
    os.close(await supply.open("heat", index.files[0]))
    assert (tally.hits, tally.misses) == (1, 0)


async def test_an_origin_that_lost_a_file_says_so(tmp_path: Path) -> None:
    index, tally = write_title(tmp_path, "heat"), Tally()
    (tmp_path / "heat" / index.files[0].path).unlink()
    with pytest.raises(SegmentUnavailable):
        await Supply(Shelf(tmp_path, is_owned=False), misses=None, tally=tally).open("heat", index.files[0])
    assert (tally.hits, tally.misses) == (0, 1)


@pytest.mark.parametrize("title_id", ["alien", "..", ".landing", "a/b", ""])
async def test_a_title_that_is_not_here_is_unknown(tmp_path: Path, title_id: str) -> None:
    with pytest.raises(TitleUnknown):
        await Supply(Shelf(tmp_path, is_owned=False), misses=None, tally=Tally()).listing(title_id)
