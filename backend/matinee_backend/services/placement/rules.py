"""Which titles lie where in a group of appliances that serve the same clients. Pure.

What is watched most lies on every one of them, since no single copy could bear it; the tail lies once in the group, so
that together they hold as much as possible; and what room is left holds second copies.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

SOLE_COPY_SHARE = 0.25
"""A single copy may draw so much of what each appliance of the group bears on average."""
FAITH = 1.25
"""How much more a title must be wanted than one that lies here already, to take its place."""


class Wanted(NamedTuple):
    title_id: str
    size_bytes: int
    viewers: float
    """Expected on a day."""


class Shelf(NamedTuple):
    """An appliance, seen from here."""

    name: str
    room_bytes: int


def by_turns(key: str, *, among: Collection[str]) -> list[str]:
    """The names in an order that belongs to `key`, and that stays when others come or go (highest random weight)."""
    return sorted(among, key=lambda name: blake2b(f"{key}\0{name}".encode(), digest_size=8).digest())


def in_order(wanted: Sequence[Wanted], *, held: Collection[str]) -> list[Wanted]:
    """What is wanted most first; what lies there already is worth a little more, or titles would move to and fro."""
    known = frozenset(held)
    return sorted(wanted, key=lambda it: (-it.viewers * (FAITH if it.title_id in known else 1), it.title_id))


def plan(
    wanted: Sequence[Wanted], shelves: Sequence[Shelf], *, held: Mapping[str, Collection[str]]
) -> dict[str, tuple[str, ...]]:
    """The titles of each shelf, what is wanted most first; among equals the order of `wanted` decides.

    `held`: what the last plan put on each, by its name.
    """
    known = {shelf.name: frozenset(held.get(shelf.name, ())) for shelf in shelves}
    filled = {shelf.name: _Filled(shelf.room_bytes) for shelf in shelves}
    ordered = in_order(wanted, held=frozenset().union(*known.values()))
    most_viewers = SOLE_COPY_SHARE * sum(title.viewers for title in wanted) / max(1, len(shelves))
    for title in ordered:
        turns = by_turns(title.title_id, among=[name for name in filled if title.title_id in known[name]])
        turns += by_turns(title.title_id, among=[name for name in filled if title.title_id not in known[name]])
        copies = len(turns) if title.viewers > most_viewers else 1
        for name in turns:
            copies -= filled[name].take(title)
            if not copies:
                break
    smallest_bytes = min((title.size_bytes for title in wanted), default=0)
    for title in ordered:
        if all(it.room_bytes < smallest_bytes for it in filled.values()):
            break
        for it in filled.values():
            it.take(title)
    rank = {title.title_id: place for place, title in enumerate(ordered)}
    return {name: tuple(sorted(it.titles, key=rank.__getitem__)) for name, it in filled.items()}


def moved_bytes(
    before: Mapping[str, Collection[str]], after: Mapping[str, Collection[str]], *, sizes: Mapping[str, int]
) -> int:
    """What has to be copied for it."""
    return sum(
        sizes.get(title_id, 0)
        for name, titles in after.items()
        for title_id in frozenset(titles).difference(before.get(name, ()))
    )


@dataclass
class _Filled:
    """A shelf while it is planned."""

    room_bytes: int
    titles: set[str] = field(default_factory=set)

    def take(self, title: Wanted) -> bool:
        """Whether the title came to lie here by this."""
        if title.title_id in self.titles or title.size_bytes > self.room_bytes:
            return False
        self.room_bytes -= title.size_bytes
        self.titles.add(title.title_id)
        return True
