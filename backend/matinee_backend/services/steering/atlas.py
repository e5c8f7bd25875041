"""The atlas: of each place on the network, who is near to it, tier by tier. Immutable but for what it remembers."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from matinee.wire.steering import Announcement, Utilization
from matinee_backend.records import HeardAppliance
from matinee_backend.services.steering.rendezvous import key_of
from matinee_backend.services.steering.room import UNKNOWN_LINK_KBPS, Room
from matinee_backend.services.steering.subnets import Reach, SubnetMap

MOST_AREAS = 1 << 16
"""Remembered; one is made again in some microseconds."""
UNWELL_ERRORS_PERMILLE = 100
"""So many answers of 5xx, or first bytes so late, and clients go elsewhere while they can."""
UNWELL_FIRST_BYTE_MS = 2_000

Nearness = Literal["home", "cluster", "covering", "region", "elsewhere", "origin", "commercial"]
"""From near to far: whose announcement of the client's address is the longest; the sites that help those out; whose
announcement is shorter; the exchanges of the region; all other exchanges; the origin; those who ask for money."""


class Standing:
    """One appliance: what it said last, what it holds, where it stands, how much room it has."""

    __slots__ = ("capacity_kbps", "heard", "is_well", "key", "place", "room", "site", "site_key", "titles")

    def __init__(self, heard: HeardAppliance, *, titles: frozenset[str], place: Announcement) -> None:
        self.key = key_of(heard.appliance)
        self.room = Room()
        self.stand(place)
        self.hear(heard, titles=titles)

    def hear(self, heard: HeardAppliance, *, titles: frozenset[str]) -> None:
        """It says this now, and holds these."""
        self.heard = heard
        self.titles = titles
        self.capacity_kbps = heard.used.link_kbps or UNKNOWN_LINK_KBPS
        self.is_well = is_well(heard.used)

    def stand(self, place: Announcement) -> None:
        """It stands there now."""
        self.place = place
        self.site = place.site or place.appliance
        """An appliance that names none is a site of its own."""
        self.site_key = key_of(self.site)


def is_well(used: Utilization) -> bool:
    """Whether an appliance answers as it should."""
    return used.error_permille < UNWELL_ERRORS_PERMILLE and used.first_byte_ms < UNWELL_FIRST_BYTE_MS


class Block(NamedTuple):
    """Appliances of one site."""

    key: int
    capacity_kbps: int
    standings: tuple[Standing, ...]
    keys: tuple[int, ...]
    """Theirs."""
    capacities: tuple[int, ...]


class Tier(NamedTuple):
    """Appliances that are equally near."""

    nearness: Nearness
    blocks: tuple[Block, ...]
    keys: tuple[int, ...]
    """Those of the blocks."""
    capacities: tuple[int, ...]


Area = tuple[Tier, ...]
"""Where an address lies: the tiers around it, the nearest first."""


class Atlas:
    def __init__(self, standings: Iterable[Standing], subnets: SubnetMap) -> None:
        self.subnets = subnets
        by_site: dict[tuple[str, str], list[Standing]] = {}
        self._clusters: dict[str, set[str]] = {}
        self._regions: dict[str, set[str]] = {}
        """Regions of each site."""
        for it in standings:
            by_site.setdefault((it.heard.kind, it.site), []).append(it)
            if it.place.cluster:
                self._clusters.setdefault(it.place.cluster, set()).add(it.site)
            self._regions.setdefault(it.site, set()).add(it.place.region)
        self._blocks = {(kind, site): _block(site, them) for (kind, site), them in sorted(by_site.items())}
        """Appliances by kind and site."""
        self._helping = {site: sites for sites in self._clusters.values() for site in sites}
        self._exchanges: dict[frozenset[str], tuple[Tier, Tier]] = {}
        self._near: dict[tuple[str, ...], tuple[Tier, ...]] = {}
        self._areas: dict[int, Area] = {}
        self._origin = _tier("origin", self._all("origin"))

    def area(self, address: str) -> Area:
        """The tiers around the address."""
        number = self.subnets.reach_of(address)
        area = self._areas.get(number)
        if area is None:
            if len(self._areas) >= MOST_AREAS:
                self._areas.clear()
            area = self._areas[number] = tuple(self._tiers(self.subnets.reaches[number]))
        return area

    def _tiers(self, groups: Reach) -> Iterable[Tier]:
        """Each appliance in the nearest tier that it belongs to."""
        if self.subnets.is_empty:
            # Without any map all are near.
            groups = (tuple(site for kind, site in self._blocks if kind == "isp"),)
        home = groups[0] if groups else ()
        near = self._near.get(home)
        if near is None:
            near = self._near[home] = self._near_to(home)
        around = [site for group in groups for site in group]
        announcing = list(dict.fromkeys(self._found("exchange", around)))
        told = {block.key for tier in near[:2] for block in tier.blocks}
        others = [it for it in dict.fromkeys(self._found("isp", around)) if it.key not in told]
        yield from near[:2]
        yield _tier("covering", others + announcing)
        for tier in near[2:]:
            yield tier if not announcing else _tier(tier.nearness, [it for it in tier.blocks if it not in announcing])
        yield self._origin

    def _near_to(self, home: Sequence[str]) -> tuple[Tier, ...]:
        """The tiers of a client whom these sites are nearest to, but for those that announce shorter prefixes."""
        near = [site for site in home if ("isp", site) in self._blocks]
        helping = sorted({it for site in near for it in self._helping.get(site, ())} - {*near})
        regions = frozenset(region for site in home for region in self._regions.get(site, ())) or frozenset({""})
        tiers = _tier("home", self._found("isp", near)), _tier("cluster", self._found("isp", helping))
        return tiers + self._exchanges_of(regions)

    def _exchanges_of(self, regions: frozenset[str]) -> tuple[Tier, Tier]:
        """The exchanges of these regions, and the others."""
        found = self._exchanges.get(regions)
        if found is None:
            within, beyond = list[Block](), list[Block]()
            for it in self._all("exchange"):
                (within if self._regions[it.standings[0].site] & regions else beyond).append(it)
            found = self._exchanges[regions] = _tier("region", within), _tier("elsewhere", beyond)
        return found

    def _all(self, kind: str) -> list[Block]:
        return [block for (of_kind, _), block in self._blocks.items() if of_kind == kind]

    def _found(self, kind: str, sites: Iterable[str]) -> list[Block]:
        return [self._blocks[kind, site] for site in sites if (kind, site) in self._blocks]


def _block(site: str, standings: Sequence[Standing]) -> Block:
    capacities = tuple(it.capacity_kbps for it in standings)
    return Block(key_of(site), sum(capacities), tuple(standings), tuple(it.key for it in standings), capacities)


def _tier(nearness: Nearness, blocks: Sequence[Block]) -> Tier:
    return Tier(nearness, tuple(blocks), tuple(it.key for it in blocks), tuple(it.capacity_kbps for it in blocks))
