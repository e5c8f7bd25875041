"""The atlas: of each place on the network, who is near to it, tier by tier. Immutable but for what it remembers."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from matinee.wire.steering import Announcement, Utilization
from matinee_backend.records import HeardAppliance
from matinee_backend.services.steering.rendezvous import key_of
from matinee_backend.services.steering.room import UNKNOWN_LINK_KBPS, Room
from matinee_backend.services.steering.subnets import SubnetMap

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


class Tier(NamedTuple):
    """Appliances that are equally near."""

    nearness: Nearness
    blocks: tuple[Block, ...]


Area = tuple[Tier, ...]
"""Where an address lies: the tiers around it, the nearest first."""


class Atlas:
    def __init__(self, standings: Iterable[Standing], subnets: SubnetMap) -> None:
        self.subnets = subnets
        self._sites: dict[tuple[str, str], list[Standing]] = {}
        """Appliances by kind and site."""
        self._clusters: dict[str, set[str]] = {}
        self._regions: dict[str, set[str]] = {}
        """Regions of each site."""
        self._areas: dict[int, Area] = {}
        for it in standings:
            self._sites.setdefault((it.heard.kind, it.site), []).append(it)
            if it.place.cluster:
                self._clusters.setdefault(it.place.cluster, set()).add(it.site)
            self._regions.setdefault(it.site, set()).add(it.place.region)
        self._cluster_of = {site: name for name, sites in self._clusters.items() for site in sites}

    def area(self, address: str) -> Area:
        """The tiers around the address."""
        number = self.subnets.reach_of(address)
        area = self._areas.get(number)
        if area is None:
            area = self._areas[number] = tuple(self._tiers(number))
        return area

    def _tiers(self, number: int) -> Iterable[Tier]:
        groups = self.subnets.reaches[number]
        isps, exchanges = self._all("isp"), self._all("exchange")
        if self.subnets.is_empty:
            # Without any map all are near.
            groups = (tuple(isps),)
        home = groups[0] if groups else ()
        covering = [site for group in groups for site in group]
        near = [site for site in home if ("isp", site) in self._sites]
        helping = sorted(
            {it for site in near for it in self._clusters.get(self._cluster_of.get(site, ""), ())} - {*near}
        )
        regions = {region for site in home for region in self._regions.get(site, ())} or {""}
        in_region = [site for site in exchanges if self._regions[site] & regions]
        told = {("isp", it) for it in (*near, *helping)}
        around = [(kind, it) for it in dict.fromkeys(covering) for kind in ("isp", "exchange")]
        yield self._tier("home", [("isp", it) for it in near])
        yield self._tier("cluster", [("isp", it) for it in helping])
        yield self._tier("covering", [it for it in around if it not in told])
        told.update(around)
        yield self._tier("region", [("exchange", it) for it in in_region if ("exchange", it) not in told])
        told.update(("exchange", it) for it in in_region)
        yield self._tier("elsewhere", [("exchange", it) for it in exchanges if ("exchange", it) not in told])
        yield self._tier("origin", [("origin", it) for it in self._all("origin")])

    def _all(self, kind: str) -> list[str]:
        return sorted(site for of_kind, site in self._sites if of_kind == kind)

    def _tier(self, nearness: Nearness, sites: Sequence[tuple[str, str]]) -> Tier:
        found = [(site, self._sites[kind, site]) for kind, site in sites if (kind, site) in self._sites]
        return Tier(
            nearness,
            tuple(Block(key_of(site), sum(it.capacity_kbps for it in them), tuple(them)) for site, them in found),
        )
