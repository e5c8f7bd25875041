"""Placing titles onto appliances."""

from matinee.wire.placement import Placement
from matinee_backend.adapters.memory import MemoryHistory, MemoryTitles
from matinee_backend.services.placement.place import Placer
from matinee_backend.settings import PlacementSettings
from tests.support.control_plane import appliance, catalog_title


def ids(placement: Placement) -> list[str]:
    return [title.title_id for title in placement.titles]


async def test_an_exchange_holds_everything_and_an_isp_appliance_the_first() -> None:
    it = Placer(titles=MemoryTitles(), history=MemoryHistory(), settings=PlacementSettings(isp_titles=1))
    await it.titles.put(catalog_title("old", added_wall_ms=1))
    await it.titles.put(catalog_title("new", added_wall_ms=2))
    assert ids(await it.placement_for(appliance("isp-a", titles=set()))) == ["new"]
    assert ids(await it.placement_for(appliance("exchange", titles=set()))) == ["new", "old"]
