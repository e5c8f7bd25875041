"""The stock of a real appliance: parents and peers on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from matinee.errors import MatineeError
from matinee.wire.placement import Source
from matinee_edge.fill.stock import is_not_held
from matinee_edge.fill.upstream import Upstream
from matinee_edge.parent import Parent
from matinee_edge.shelf import Shelf
from tests.support.edge import Issuer, Spy, appliance, isp_settings, origin_settings, pulling, shelf_in
from tests.support.edge import stock as stock_shelf
from tests.support.titles import write_title


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[tuple[Upstream, Shelf, Source, Source, list[Spy]]]:
    """A stock with an empty shelf, its parent that holds a title, a peer that holds nothing, and spies on both."""
    issuer, spies = Issuer(folder), list[Spy]()
    write_title(folder / "media", "heat")
    async with (
        appliance(origin_settings(folder / "media", issuer), spy=spies) as origin,
        appliance(isp_settings(folder / "isp-b", issuer, name="isp-b", parent=origin), spy=spies) as peer,
    ):
        shelf, token_file = shelf_in(folder / "isp-a"), issuer.media_token_file
        async with pulling(shelf, Parent(origin, token_file=token_file)) as misses:
            stock = Upstream(shelf, misses, parent=origin, token_file=token_file, deadline_ms=5_000)
            yield stock, shelf, Source(name="parent", base_url=origin), Source(name="isp-b", base_url=peer), spies


async def test_a_peer_gives_what_is_on_its_shelf_and_fetches_nothing_for_it(tmp_path: Path) -> None:
    async with site(tmp_path) as (stock, shelf, parent, peer, spies):
        await stock.renew("heat", source=parent)
        file = next(it for it in stock.lacking("heat") if it.path == "poster.jpg")
        with pytest.raises(MatineeError) as refused:
            await stock.land("heat", file, source=peer, is_of_peer=True)
        assert is_not_held(refused.value)
        assert "heat/poster.jpg" not in spies[0].asked
        await stock.land("heat", file, source=peer, is_of_peer=False)
        assert "heat/poster.jpg" in spies[0].asked
        assert file not in shelf.lacking("heat")


async def test_a_peer_that_holds_the_file_gives_it(tmp_path: Path) -> None:
    write_title(tmp_path / "media", "heat")
    await stock_shelf(shelf_in(tmp_path / "isp-b"), tmp_path / "media", "heat")
    async with site(tmp_path) as (stock, shelf, _, peer, spies):
        await stock.renew("heat", source=peer)
        for file in list(stock.lacking("heat")):
            await stock.land("heat", file, source=peer, is_of_peer=True)
        assert shelf.whole_titles() == ("heat",)
        assert spies[0].asked == []
        assert not stock.is_pressed()


async def test_who_is_away_fails_without_being_taken_for_one_that_lacks_it(tmp_path: Path) -> None:
    async with site(tmp_path) as (stock, _, parent, _, _):
        await stock.renew("heat", source=parent)
        away = Source(name="isp-c", base_url="http://127.0.0.1:1")
        with pytest.raises(MatineeError) as refused:
            await stock.land("heat", stock.lacking("heat")[0], source=away, is_of_peer=True)
        assert not is_not_held(refused.value)
        with pytest.raises(MatineeError):
            await stock.renew("heat", source=away)
