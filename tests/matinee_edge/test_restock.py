"""What keeps a shelf filled: the placement says what stays and whom to ask."""

from pathlib import Path

from matinee.clock import SystemClock
from matinee.wire.placement import PlacedTitle, Placement, Source
from matinee_edge.restock import Restock
from tests.support.edge import Issuer, Spy, appliance, eventually, isp_settings, origin_settings, shelf_in, stock
from tests.support.titles import write_title


async def test_peers_that_the_placement_names_are_asked_before_the_parent(tmp_path: Path) -> None:
    issuer, spies = Issuer(tmp_path), list[Spy]()
    index = write_title(tmp_path / "media", "heat")
    await stock(shelf_in(tmp_path / "isp-b"), tmp_path / "media", "heat")
    async with (
        appliance(origin_settings(tmp_path / "media", issuer), spy=spies) as parent,
        appliance(isp_settings(tmp_path / "isp-b", issuer, name="isp-b", parent=parent), spy=spies) as peer,
    ):
        restock = Restock(isp_settings(tmp_path / "isp-a", issuer, parent=parent), clock=SystemClock(), draw=lambda: 0)
        restock.hold(
            Placement(
                titles=(PlacedTitle(title_id="heat"),),
                peers=(Source(name="isp-a", base_url="http://127.0.0.1:1"), Source(name="isp-b", base_url=peer)),
            )
        )
        assert restock.misses is not None
        async with restock.running():
            listing = await restock.misses.learn("heat")
            await restock.misses.land(listing, listing.files[index.files[0].path])
    assert spies[0].asked == []
    assert len(spies[1].asked) == 2


async def test_without_a_parent_only_the_scrub_runs(tmp_path: Path) -> None:
    settings = isp_settings(tmp_path / "isp-a", Issuer(tmp_path), parent=None)
    restock = Restock(settings, clock=SystemClock(), draw=lambda: 0)
    restock.hold(Placement(titles=(PlacedTitle(title_id="heat"),)))
    assert (restock.misses, restock.filler, len(restock.beside)) == (None, None, 1)


async def test_a_placement_is_filled(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    write_title(tmp_path / "media", "heat")
    async with appliance(origin_settings(tmp_path / "media", issuer)) as parent:
        settings = isp_settings(tmp_path / "isp-a", issuer, parent=parent, fill_at_once=True)
        restock = Restock(settings, clock=SystemClock(), draw=lambda: 0)
        restock.hold(Placement(titles=(PlacedTitle(title_id="heat"),)))
        assert restock.filler is not None
        async with restock.running():
            assert await restock.filler.fill()
        await eventually(lambda: restock.shelf.whole_titles() == ("heat",))
