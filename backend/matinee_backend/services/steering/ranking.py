"""Ranking: which places serve a session, best first, and why each stands where it does. Pure.

Tier by tier, the nearest first; in each, sites and then appliances by the session's own lots. Who has room for the
session comes first, then those who would rather not, though they could: the room above the mark is there for the day
when somebody fails. If nobody has room, the commercial networks come before these; else they stand behind them. Who
is not well comes last.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from matinee.wire.steering import HEARTBEAT_EXPIRY_MS, HEARTBEAT_LATE_MS
from matinee_backend.services.steering.atlas import Area, Block, Nearness, Standing, Tier
from matinee_backend.services.steering.rendezvous import key_of, lots, waits
from matinee_backend.services.steering.room import MOVE_AWAY_PPM, RETURN_PPM, WHOLE

MOST_OF_A_TIER = 3
"""Places named of one tier, so that a list has somebody beyond the building that burns."""
MOST_NAMED = 12
MOST_SITES = 8
"""Sites of a tier that are looked at while none has room."""
ENOUGH = 2
"""With so many places that have room, nobody farther than the region is asked."""

Verdict = Literal["takes", "stays", "full", "moves", "slow", "unwell", "late", "lacks", "drains", "silent", "far"]
"""It has room; the session is there and stays; it is filling up; it moves a part of its sessions away, this one among
them; it served this client slowly; its errors or its slowness; a heartbeat is late; it lacks the title; it wants no
new clients; it has fallen silent; of its tier, or nearer ones, there are enough."""

_NOT_NAMED = frozenset[Verdict](("lacks", "drains", "silent", "far"))


class Asked(NamedTuple):
    """Who asks for what."""

    session_id: str
    title_id: str
    current: str = ""
    """Where the session fetches now; empty before it began."""
    slow: frozenset[str] = frozenset()
    """Who served this client much slower than others did."""


class Commercial(NamedTuple):
    """A network that takes money: it holds everything and is never full."""

    name: str
    base_url: str


Found = tuple[Nearness, Verdict, Standing]
"""How an appliance stands to a session."""


class Placed(NamedTuple):
    """A place on a session's list."""

    name: str
    base_url: str
    nearness: Nearness
    verdict: Verdict
    standing: Standing | None
    """None for a commercial one."""


class Ranking(NamedTuple):
    places: tuple[Placed, ...]
    """Best first."""
    left_out: tuple[Found, ...]
    """Who was looked at and is not on the list."""


def rank(
    area: Area, asked: Asked, *, commercial: Sequence[Commercial], current: Standing | None, wall_ms: int
) -> Ranking:
    """The places for a session in that area. `current`: where it fetches now, if that is one of ours."""
    judge = _Judge(asked, current=current, wall_ms=wall_ms)
    if any(it.name == asked.current for it in commercial):
        judge.full_ppm = RETURN_PPM
    takes, spares, doubtful, left_out = list[Found](), list[Found](), list[Found](), list[Found]()
    for tier in area:
        if tier.nearness == "origin" and (takes or spares or doubtful):
            break
        if tier.nearness == "elsewhere" and len(takes) >= ENOUGH:
            continue
        for found in judge.found(tier):
            verdict = found[1]
            if verdict in _NOT_NAMED:
                left_out.append(found)
            elif verdict == "takes" or verdict == "stays":
                takes.append(found)
            elif verdict == "unwell" or verdict == "late":
                doubtful.append(found)
            else:
                spares.append(found)
    paid = [Placed(it.name, it.base_url, "commercial", "takes", None) for it in commercial]
    first, spare, last = ([_placed(it) for it in found[:MOST_NAMED]] for found in (takes, spares, doubtful))
    places = first + spare + paid if first else paid + spare
    return Ranking(tuple((places + last)[:MOST_NAMED]), tuple(left_out))


class _Judge:
    """One session's view of the appliances."""

    def __init__(self, asked: Asked, *, current: Standing | None, wall_ms: int) -> None:
        self._asked = asked
        self._key = key_of(asked.session_id)
        self._late_wall_ms = wall_ms - HEARTBEAT_LATE_MS
        self._silent_wall_ms = wall_ms - HEARTBEAT_EXPIRY_MS
        self._current = current
        self.full_ppm = MOVE_AWAY_PPM
        """From where on an appliance takes nobody. Who sits well moves only to where there is room for sure."""
        if current is not None:
            [drawn] = lots(self._key, (current.key,))
            if self._verdict(current, drawn) == "stays":
                self.full_ppm = RETURN_PPM

    def found(self, tier: Tier) -> list[Found]:
        """The tier's appliances, in the session's order, until there are enough to be named."""
        found = list[Found]()
        nearness, title_id, enough = tier.nearness, self._asked.title_id, MOST_OF_A_TIER
        for block in self._sites(tier):
            if not any(title_id in it.titles for it in block.standings):
                found += [(nearness, "lacks", it) for it in block.standings]
                continue
            for it, drawn in self._appliances(block):
                verdict = self._verdict(it, drawn) if enough else "far"
                enough -= verdict == "takes" or verdict == "stays"
                found.append((nearness, verdict, it))
            if not enough:
                break
        return found

    def _sites(self, tier: Tier) -> Sequence[Block]:
        """As the session draws them, the one where it is first."""
        if len(tier.blocks) < 2:
            return tier.blocks
        drawn = lots(self._key, tier.keys)
        order = sorted(zip(waits(drawn, tier.capacities), tier.keys, tier.blocks, strict=True))
        blocks = [block for _, _, block in order]
        if self._current is not None:
            blocks.sort(key=self._is_elsewhere)
        return blocks[:MOST_SITES]

    def _appliances(self, block: Block) -> Iterable[tuple[Standing, int]]:
        """As the session draws them, the one where it is first, each with its lot."""
        drawn = lots(self._key, block.keys)
        order = sorted(zip(waits(drawn, block.capacities), drawn, range(len(drawn)), strict=True))
        if self._current is not None and self._current.site_key == block.key:
            order.sort(key=lambda it: block.standings[it[2]] is not self._current)
        return [(block.standings[number], lot) for _, lot, number in order]

    def _is_elsewhere(self, block: Block) -> bool:
        return self._current is None or block.key != self._current.site_key

    def _verdict(self, it: Standing, drawn: int) -> Verdict:
        heard, room = it.heard, it.room
        if self._asked.title_id not in it.titles:
            return "lacks"
        if heard.heard_wall_ms < self._silent_wall_ms:
            return "silent"
        if heard.is_draining:
            return "drains"
        if heard.heard_wall_ms < self._late_wall_ms:
            return "late"
        if not it.is_well:
            return "unwell"
        if heard.appliance in self._asked.slow:
            return "slow"
        # Other bits than those that made the order, or a site would move away just those who prefer it least.
        if drawn & (WHOLE - 1) >= room.keeps:
            return "moves"
        if it is self._current:
            return "stays"
        return "full" if room.expected_ppm >= self.full_ppm else "takes"


def _placed(found: Found) -> Placed:
    nearness, verdict, standing = found
    return Placed(standing.heard.appliance, standing.heard.base_url, nearness, verdict, standing)
