"""Two ways to do the same work, timed by turns."""

import statistics
import time
from collections.abc import Callable

import msgspec


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """Our way to do some work, and a peer's."""

    name: str
    peer: str
    """Whose way, with its version."""
    unit: str
    """What is counted, as in `MB`."""
    amount: float
    """How much of `unit` one call of either does."""
    ours: Callable[[], object]
    theirs: Callable[[], object]
    note: str = ""
    """What either does more or less than the other."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a contest went."""

    name: str
    peer: str
    unit: str
    ours_per_s: float
    theirs_per_s: float
    ratio: float
    """Ours over theirs, median over rounds: more is better for us."""
    spread: tuple[float, float]
    """The least and the greatest ratio of a round."""
    rounds: int
    note: str


def hold(contest: Contest, *, rounds: int, round_s: float) -> Outcome:
    """Both sides run for `round_s` in each of `rounds`, by turns, so that a change of the machine meets both."""
    contest.ours()
    contest.theirs()
    pairs = [(_speed(contest.ours, seconds=round_s), _speed(contest.theirs, seconds=round_s)) for _ in range(rounds)]
    ratios = [ours / theirs for ours, theirs in pairs]
    return Outcome(
        name=contest.name,
        peer=contest.peer,
        unit=contest.unit,
        ours_per_s=contest.amount * statistics.median(ours for ours, _ in pairs),
        theirs_per_s=contest.amount * statistics.median(theirs for _, theirs in pairs),
        ratio=statistics.median(ratios),
        spread=(min(ratios), max(ratios)),
        rounds=rounds,
        note=contest.note,
    )


def _speed(work: Callable[[], object], *, seconds: float) -> float:
    """Calls a second, over at least one call."""
    calls, began = 0, time.perf_counter()
    while calls == 0 or time.perf_counter() - began < seconds:
        work()
        calls += 1
    return calls / (time.perf_counter() - began)
