"""Placing titles onto appliances."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec

from matinee.clock import Clock
from matinee.wire.placement import FillWindow, PlacedTitle, Placement, placement_digest
from matinee_backend.ports import HistoryStore, PlanStore, TitleStore
from matinee_backend.records import DAY_MS, CatalogTitle, GroupPlan
from matinee_backend.services.placement.forecast import SEEN_DAYS, forecast
from matinee_backend.services.placement.roster import Member, Roster
from matinee_backend.services.placement.rules import Shelf, Wanted, in_order, moved_bytes, plan
from matinee_backend.settings import PlacementSettings

LOOK_EVERY_MS = 1_000
"""How old what is known of titles and appliances may be."""
MAX_PLACEMENTS = 50_000
"""Kept made; beyond it all are made anew."""


class Placer:
    """Plans are kept in a store: processes agree, and the next plan knows what lies where."""

    def __init__(
        self,
        *,
        titles: TitleStore,
        history: HistoryStore,
        plans: PlanStore,
        roster: Callable[[], Awaitable[Roster]],
        clock: Clock,
        settings: PlacementSettings,
    ) -> None:
        """`roster`: every appliance that is counted on, also those that are away for a while."""
        self._titles = titles
        self._history = history
        self._plans = plans
        self._find = roster
        self._clock = clock
        self._settings = settings
        self._looked_ms = -LOOK_EVERY_MS
        self._catalog: Mapping[str, CatalogTitle] = {}
        self._roster = Roster(())
        self._basis = ""
        self._viewers: dict[str, Mapping[str, float]] = {}
        """Expected, by region; of `_forecast_until_ms`."""
        self._forecast_until_ms = 0
        self._made: dict[str, tuple[Placement, str]] = {}

    async def placement_for(self, appliance: str) -> Placement:
        """What the appliance should hold; nothing for one that nobody knows. Raises ServiceUnavailable."""
        return (await self._told(appliance))[0]

    async def news_for(self, appliance: str, *, known: str) -> Placement | None:
        """The same; None if it is the placement with the digest `known`."""
        placement, digest = await self._told(appliance)
        return placement if digest != known else None

    async def _told(self, appliance: str) -> tuple[Placement, str]:
        await self._look(is_due=appliance not in self._roster.members)
        made = self._made.get(appliance)
        if made is None:
            member = self._roster.members.get(appliance)
            placement = await self._placement_of(member) if member is not None else Placement(titles=())
            made = placement, placement_digest(placement)
            if len(self._made) >= MAX_PLACEMENTS:
                self._made.clear()
            self._made[appliance] = made
        return made

    async def _look(self, *, is_due: bool) -> None:
        """Know the titles and appliances of now; what was made for others is made anew."""
        now_ms = self._clock.now_ms()
        if now_ms - self._looked_ms < LOOK_EVERY_MS and not is_due:
            return
        roster, titles = await self._find(), await self._titles.titles()
        self._looked_ms, self._roster = now_ms, roster
        self._catalog = {title.index.title_id: title for title in titles}
        basis = _digest(titles, roster)
        if basis != self._basis or now_ms >= self._forecast_until_ms:
            self._basis = basis
            self._made.clear()
        if now_ms >= self._forecast_until_ms:
            self._forecast_until_ms = now_ms + self._settings.plan_every_ms
            self._viewers.clear()

    async def _placement_of(self, member: Member) -> Placement:
        roster, settings = self._roster, self._settings
        if member.kind == "origin":
            return Placement(titles=())
        if member.kind == "exchange":
            wanted = in_order(await self._wanted(member.region), held=())
            titles: Sequence[str] = [it.title_id for it in wanted]
            holders: Mapping[str, tuple[str, ...]] = {}
            peers: tuple[Member, ...] = ()
        else:
            members = roster.groups[member.group]
            planned = await self._planned(member.group, members)
            titles = planned.titles.get(member.name, ())
            peers = tuple(it for it in members if it.name != member.name)
            holders = _holders(titles, planned.titles, peers=peers)
        return Placement(
            titles=tuple(
                PlacedTitle(
                    title_id=title_id,
                    size_bytes=self._catalog[title_id].size_bytes,
                    index_sha256=self._catalog[title_id].index_sha256,
                    released_wall_ms=self._catalog[title_id].index.available_from_wall_ms,
                    is_urgent=self._is_urgent(member, self._catalog[title_id]),
                    holders=holders.get(title_id, ()),
                )
                for title_id in titles
                if title_id in self._catalog
            ),
            windows=(FillWindow(from_minute=settings.from_minute, until_minute=settings.until_minute),),
            rate_kbps=settings.rate_kbps,
            peers=tuple(it.source for it in peers),
            parents=tuple(it.source for it in roster.parents_of(member)),
        )

    def _is_urgent(self, member: Member, title: CatalogTitle) -> bool:
        """Nothing nearby has it, and it is out before a night has passed; or an operator says so."""
        title_id = title.index.title_id
        if title_id in self._settings.urgent:
            return True
        is_soon = title.index.available_from_wall_ms < self._clock.wall_ms() + DAY_MS
        return is_soon and self._roster.goes_ahead(member, title_id=title_id)

    async def _planned(self, group: str, members: Sequence[Member]) -> GroupPlan:
        """The group's plan: the kept one while it is of use, else one that moves little of it."""
        wall_ms, last = self._clock.wall_ms(), await self._plans.plan(group)
        basis = _digest(self._catalog.values(), Roster(members))
        if last is not None and last.basis == basis and wall_ms - last.made_wall_ms < self._settings.plan_every_ms:
            return last
        shelves = [Shelf(it.name, it.shelf_bytes or self._settings.shelf_bytes) for it in members]
        before = last.titles if last is not None else {}
        after = plan(await self._wanted(members[0].region), shelves, held=before)
        sizes = {title_id: title.size_bytes for title_id, title in self._catalog.items()}
        made = GroupPlan(
            group=group,
            made_wall_ms=wall_ms,
            basis=basis,
            titles=after,
            moved_bytes=moved_bytes(before, after, sizes=sizes),
        )
        await self._plans.keep(made)
        return made

    async def _wanted(self, region: str) -> list[Wanted]:
        """Every title; of those that nobody is expected to watch, the newest first."""
        viewers = self._viewers.get(region)
        if viewers is None:
            viewers = self._viewers[region] = await self._forecast(region)
        newest = sorted(self._catalog.values(), key=lambda it: (-it.added_wall_ms, it.index.title_id))
        return [
            Wanted(it.index.title_id, it.size_bytes, viewers.get(it.index.title_id, 0.0) - place * _NEWER)
            for place, it in enumerate(newest)
        ]

    async def _forecast(self, region: str) -> Mapping[str, float]:
        day = self._clock.wall_ms() // DAY_MS + 1
        await self._history.forget_days(day - SEEN_DAYS)
        seen = await self._history.daily_viewers(day - SEEN_DAYS)
        firsts = {
            title_id: max(title.added_wall_ms, title.index.available_from_wall_ms) // DAY_MS
            for title_id, title in self._catalog.items()
        }
        return forecast(seen, day=day, first_days=firsts, countries=self._settings.regions.get(region, ()))


_NEWER = 1e-9
"""Of a viewer: enough to tell equals apart, and nothing else."""


def _digest(titles: Iterable[CatalogTitle], roster: Roster) -> str:
    facts = (
        [(it.index.title_id, it.index_sha256, it.index.available_from_wall_ms) for it in titles],
        [(it.name, it.kind, it.base_url, it.group, it.region, it.shelf_bytes) for it in roster.members.values()],
    )
    return sha256(msgspec.json.encode(facts)).hexdigest()[:32]


def _holders(
    titles: Sequence[str], planned: Mapping[str, Sequence[str]], *, peers: Sequence[Member]
) -> dict[str, tuple[str, ...]]:
    """For each title the peers that should hold it too."""
    of_peer = {peer.name: frozenset(planned.get(peer.name, ())) for peer in peers}
    return {title_id: tuple(name for name, held in of_peer.items() if title_id in held) for title_id in titles}
