"""The fleet: all appliances as steering sees them, in memory, so that a decision asks nobody.

Kept equal to the directory by `lookout`. What changes with every heartbeat is changed in place; where the appliances
stand is an atlas, made anew when it changes.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from matinee.wire.steering import Announcement
from matinee_backend.records import HeardAppliance
from matinee_backend.services.steering.atlas import Atlas, Standing
from matinee_backend.services.steering.ranking import Asked, Commercial, Ranking, rank
from matinee_backend.services.steering.subnets import Prefixes, Reach, SubnetMap, packed

SMALL = 1_000
FORGET_AFTER_MS = 3_600_000
"""An appliance that was silent for so long is looked up anew when it comes back."""


class Fleet:
    def __init__(self, *, session_kbps: int, ttl_ms: int, commercial: tuple[Commercial, ...] = ()) -> None:
        """`session_kbps`: what one session takes; `ttl_ms`: when sessions ask again."""
        self._session_kbps = session_kbps
        self._ttl_ms = ttl_ms
        self._commercial = commercial
        self._standings: dict[str, Standing] = {}
        self._places: dict[str, Announcement] = {}
        self._shelves: dict[str, frozenset[str]] = {}
        self._subnets: dict[str, Prefixes] = {}
        self._shared: dict[tuple[bytes, bytes], Prefixes] = {}
        self._atlas = Atlas((), SubnetMap({}))
        self.is_moved = False
        """Whether appliances stand where the atlas does not know them."""
        self._has_new_subnets = False

    @property
    def subnets(self) -> SubnetMap:
        """The map that is in force."""
        return self._atlas.subnets

    @property
    def is_small(self) -> bool:
        """Whether an atlas is made in milliseconds."""
        return len(self._standings) + self.prefixes <= SMALL

    @property
    def prefixes(self) -> int:
        """Announced, by all appliances together."""
        return sum(it.number for it in self._subnets.values())

    def knows_shelf(self, digest: str) -> bool:
        """Whether the titles are known that it stands for."""
        return digest in self._shelves

    def keep_shelf(self, digest: str, titles: Iterable[str]) -> None:
        """From now on the digest stands for these titles."""
        self._shelves[digest] = frozenset(titles)

    def knows_place(self, appliance: str) -> bool:
        """Whether it has said where it stands."""
        return appliance in self._places

    def announce(self, place: Announcement) -> int:
        """An appliance stands there, near to so many subnets. Raises RequestInvalid for subnets that are none."""
        subnets = packed(place.subnets)
        slim = msgspec.structs.replace(place, subnets=())
        # Appliances of a site announce the same: they share one copy.
        subnets = self._shared.setdefault((subnets.v4.tobytes(), subnets.v6.tobytes()), subnets)
        if self._places.get(place.appliance) == slim and self._subnets.get(place.appliance) == subnets:
            return subnets.number
        self._has_new_subnets |= self._subnets.get(place.appliance, packed(())) != subnets
        self._places[place.appliance], self._subnets[place.appliance] = slim, subnets
        known = self._standings.get(place.appliance)
        if known is not None:
            known.stand(slim)
            self.is_moved = True
        return subnets.number

    def hear(self, heard: HeardAppliance) -> None:
        """A heartbeat; one that is not newer than the last is passed over."""
        titles = self._shelves.get(heard.shelf, frozenset())
        known = self._standings.get(heard.appliance)
        if known is None:
            place = self._places.get(heard.appliance, Announcement(appliance=heard.appliance))
            known = self._standings[heard.appliance] = Standing(heard, titles=titles, place=place)
            self.is_moved = True
        elif heard.heard_wall_ms <= known.heard.heard_wall_ms:
            return
        last, capacity_kbps = known.heard, known.capacity_kbps
        known.hear(heard, titles=titles)
        self.is_moved |= last.kind != heard.kind or known.capacity_kbps != capacity_kbps
        known.room.heard(heard.used, session_kbps=self._session_kbps, ttl_ms=self._ttl_ms, wall_ms=heard.heard_wall_ms)

    def rank(self, asked: Asked, *, address: str, wall_ms: int) -> Ranking:
        """The places for a session at that address, best first. Nothing is changed by it."""
        return rank(
            self._atlas.area(address),
            asked,
            commercial=self._commercial,
            current=self._standings.get(asked.current),
            wall_ms=wall_ms,
        )

    def send(self, asked: Asked, *, address: str, wall_ms: int) -> Ranking:
        """As `rank`; a session that comes new to the first place counts there from now on."""
        ranking = self.rank(asked, address=address, wall_ms=wall_ms)
        if ranking.places and ranking.places[0].name != asked.current:
            standing = ranking.places[0].standing
            if standing is not None:
                standing.room.hand_out()
        return ranking

    def around(self, address: str) -> Reach:
        """The sites whose announcements cover the address."""
        return self._atlas.subnets.reach(address)

    def chart(self) -> Callable[[], Atlas]:
        """What makes an atlas of the fleet as it stands now; it may run in a thread of its own. See `use`."""
        standings, announced = tuple(self._standings.values()), self._announced() if self._has_new_subnets else None
        known = self._atlas.subnets
        self.is_moved = self._has_new_subnets = False
        return lambda: Atlas(standings, known if announced is None else SubnetMap(announced))

    def use(self, atlas: Atlas) -> None:
        """The atlas holds from now on."""
        self._atlas = atlas

    def tidy(self, *, wall_ms: int) -> None:
        """Who was silent for very long is forgotten, and the shelves that nobody has any more."""
        for name, it in list(self._standings.items()):
            if it.heard.heard_wall_ms < wall_ms - FORGET_AFTER_MS:
                del self._standings[name]
                self._places.pop(name, None)
                self._has_new_subnets |= self._subnets.pop(name, packed(())).number > 0
                self.is_moved = True
        in_use = {it.heard.shelf for it in self._standings.values()}
        self._shelves = {digest: titles for digest, titles in self._shelves.items() if digest in in_use}
        used = {id(it) for it in self._subnets.values()}
        self._shared = {key: it for key, it in self._shared.items() if id(it) in used}

    def _announced(self) -> Mapping[str, list[Prefixes]]:
        """By site, each set of subnets once."""
        by_site: dict[str, dict[int, Prefixes]] = {}
        for appliance, subnets in self._subnets.items():
            if subnets.number:
                site = self._places[appliance].site or appliance
                by_site.setdefault(site, {})[id(subnets)] = subnets
        return {site: list(sets.values()) for site, sets in by_site.items()}
