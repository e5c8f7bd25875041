"""Placing titles onto appliances."""

from dataclasses import dataclass

from matinee.wire.placement import PlacedTitle, Placement
from matinee_backend.ports import HistoryStore, TitleStore
from matinee_backend.records import HeardAppliance
from matinee_backend.services.placement.rules import placed
from matinee_backend.settings import PlacementSettings


@dataclass(frozen=True, kw_only=True)
class Placer:
    titles: TitleStore
    history: HistoryStore
    settings: PlacementSettings

    async def placement_for(self, appliance: HeardAppliance) -> Placement:
        """What the appliance should hold now. Raises ServiceUnavailable."""
        titles = placed(
            await self.titles.titles(),
            await self.history.viewers_by_title(),
            kind=appliance.kind,
            isp_titles=self.settings.isp_titles,
        )
        return Placement(titles=tuple(PlacedTitle(title_id=title_id) for title_id in titles))
