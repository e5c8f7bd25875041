"""What goes when there is no more room: what is predicted to be asked for least. Pure.

A file's worth is, first, its place in the placement, so that what was merely asked for never pushes out what the
control plane wants here; then how often it was asked for, older requests counting half for each half-life; then how
lately. A newcomer comes in only if it is worth more than what would go for it, so that a title's one curious viewer
does not cost thousands their hit (TinyLFU: Einziger, Friedman, Manes, ACM TOS 2017; here with exact counts, since the
inventory knows every listed file anyway). Victims are the least of a random sample, as in Redis: what is evicted
is then within the worst few percent, and nothing need be kept in order.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

HALF_LIFE_MS = 12 * 3_600_000
"""Two evenings a day apart count four to one."""
ONE_REQUEST = 16
"""Requests are kept in sixteenths: a halved one is still more than none."""
SAMPLE = 16
"""Of so many files the least one goes."""

Worth = tuple[int, int, int]
"""Compared part by part."""


class Known(NamedTuple):
    """What is known of a file that is on the shelf, or wants to be."""

    rank: int | None
    """The best place of its titles in the placement; None if none is placed."""
    requests: int
    """In sixteenths, as of `asked_wall_ms`. >= 0."""
    asked_wall_ms: int
    """0: never."""


class EvictionPolicy(Protocol):
    """How much a file is worth beside others of the same place."""

    def worth(self, known: Known, *, wall_ms: int) -> tuple[int, int]:
        """More is kept longer."""
        ...


class ByPopularity:
    """The default: what was asked for often, lately."""

    def worth(self, known: Known, *, wall_ms: int) -> tuple[int, int]:
        return decayed(known.requests, since_wall_ms=known.asked_wall_ms, wall_ms=wall_ms), known.asked_wall_ms


class ByRecency:
    """Least recently used: what everybody knows, and what a scan through a catalog empties."""

    def worth(self, known: Known, *, wall_ms: int) -> tuple[int, int]:
        return known.asked_wall_ms, 0


EVICTION_POLICIES: dict[str, EvictionPolicy] = {"popularity": ByPopularity(), "recency": ByRecency()}


def decayed(requests: int, *, since_wall_ms: int, wall_ms: int) -> int:
    """`requests` as they count at `wall_ms`: half for each half-life that has begun since.

    Half-lives are those of the calendar, so that the time between two requests adds up to the same, however it is cut.
    """
    halvings = max(0, wall_ms // HALF_LIFE_MS - since_wall_ms // HALF_LIFE_MS)
    return requests >> min(halvings, 62)


def worth_of(known: Known, *, policy: EvictionPolicy, wall_ms: int) -> Worth:
    """A placed file is worth more than any that is not, and the more the nearer its title is to the top."""
    prior = 0 if known.rank is None else (1 << 32) - known.rank
    first, then = policy.worth(known, wall_ms=wall_ms)
    return prior, first, then


def victim(sample: Sequence[Known], newcomer: Known, *, policy: EvictionPolicy, wall_ms: int) -> int | None:
    """Which of the sample goes for the newcomer; None if it is worth no more than any of them."""
    if not sample:
        return None
    worths = [worth_of(known, policy=policy, wall_ms=wall_ms) for known in sample]
    least = min(range(len(worths)), key=worths.__getitem__)
    first, then, _ = worth_of(newcomer, policy=policy, wall_ms=wall_ms)
    return least if worths[least][:2] < (first, then) else None
