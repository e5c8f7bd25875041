"""Placers over stores in memory."""

from collections.abc import Sequence

import msgspec

from matinee.clock import Clock
from matinee_backend.adapters.memory import MemoryHistory, MemoryPlans, MemoryTitles
from matinee_backend.records import Watched
from matinee_backend.services.placement.place import Placer
from matinee_backend.services.placement.roster import Member, Roster
from matinee_backend.settings import PlacementSettings
from tests.support.clock import HandClock
from tests.support.control_plane import catalog_title


class Fleet:
    """Stores and a roster that a test fills, and the placer over them."""

    def __init__(self, *, clock: Clock | None = None, settings: PlacementSettings | None = None) -> None:
        self.clock = clock or HandClock()
        self.titles = MemoryTitles()
        self.history = MemoryHistory()
        self.plans = MemoryPlans()
        self.members: list[Member] = []
        self.placer = self.new_placer(settings or PlacementSettings())

    def new_placer(self, settings: PlacementSettings) -> Placer:
        """Another process over the same stores."""
        return Placer(
            titles=self.titles,
            history=self.history,
            plans=self.plans,
            roster=self._roster,
            clock=self.clock,
            settings=settings,
        )

    def join(self, *names: str, group: str = "", region: str = "", shelf_bytes: int = 0) -> None:
        """Appliances of the kind that their name begins with; each a group of its own, unless one is named."""
        self.members += [
            Member(
                name=name,
                kind=name.partition("-")[0],
                base_url=f"http://{name}.example",
                group=group or name,
                region=region,
                shelf_bytes=shelf_bytes,
            )
            for name in names
        ]

    async def add(self, *title_ids: str, size_bytes: int = 1, added_wall_ms: int = 1_000, release: int = 0) -> None:
        for title_id in title_ids:
            title = catalog_title(title_id, added_wall_ms=added_wall_ms, available_from_wall_ms=release)
            digest = f"index of {title_id}"
            await self.titles.put(msgspec.structs.replace(title, size_bytes=size_bytes, index_sha256=digest))

    async def watch(self, title_id: str, *, viewers: int, wall_ms: int, country: str = "US") -> None:
        for number in range(viewers):
            await self.history.put(
                Watched(
                    profile_id=f"profile-{number}",
                    title_id=title_id,
                    position_ms=0,
                    watched_wall_ms=wall_ms,
                    country=country,
                )
            )

    async def placed(self, name: str) -> list[str]:
        return [title.title_id for title in (await self.placer.placement_for(name)).titles]

    async def _roster(self) -> Roster:
        return Roster(self.members)


def placer(members: Sequence[str] = ()) -> Placer:
    """One that knows these appliances, and no title."""
    fleet = Fleet()
    fleet.join(*members)
    return fleet.placer
