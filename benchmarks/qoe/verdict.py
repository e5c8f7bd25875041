"""The verdict: whether our default policy clears the bar, clause by clause."""

from collections.abc import Iterator, Sequence

import msgspec

from benchmarks.qoe.contest import OPTIMUM, Standing
from benchmarks.qoe.corpus import Mode
from benchmarks.qoe.field import OURS
from benchmarks.qoe.score import OBJECTIVES

LEAST_FRACTION: dict[Mode, dict[str, float]] = {
    "vod": {"linear": 0.92, "log": 0.92},
    "live": {"linear": 0.80, "log": 0.85},
}
MOST_REBUFFER_PERCENT: dict[Mode, float] = {"vod": 0.5, "live": 2.0}
MOST_BEHIND_PERCENT = 2.0
RISKY_FAMILY = "fcc16"
"""Won by taking risks that lose everywhere else."""
MOST_DECISION_US = 50.0


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the bar asks."""

    text: str
    ours: float
    bar: float
    holds: bool


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """How far we are ahead of the best peer in a family."""

    family: str
    objective: str
    best_peer: str
    percent: float
    """Of the peer's QoE; negative where we are behind."""


def leads(standings: Sequence[Standing]) -> list[Lead]:
    """For every objective and family."""
    ours, peers = parted(standings)
    found = []
    for objective in OBJECTIVES:
        for family, qoe in ours.family_qoe[objective].items():
            best = max(peers, key=lambda peer: peer.family_qoe[objective][family])
            theirs = best.family_qoe[objective][family]
            percent = 100 * (qoe - theirs) / abs(theirs)
            found.append(Lead(family=family, objective=objective, best_peer=best.policy, percent=percent))
    return found


def clauses(standings: Sequence[Standing]) -> Iterator[Clause]:
    """Of one mode; `standings` holds ours, and at least one peer's."""
    ours, peers = parted(standings)
    mode = ours.mode
    for objective, least in LEAST_FRACTION[mode].items():
        yield _at_least(f"{mode}: {objective} QoE over the optimum's", ours.fraction[objective], least)
    yield _at_most(f"{mode}: rebuffering %", ours.rebuffer_percent, MOST_REBUFFER_PERCENT[mode])
    for objective in OBJECTIVES:
        best = max(peer.fraction[objective] for peer in peers)
        yield _at_least(f"{mode}: ahead of every peer, {objective}", ours.fraction[objective], best)
        behind = [lead for lead in leads(standings) if lead.objective == objective and lead.family != RISKY_FAMILY]
        worst = min(behind, key=lambda lead: lead.percent)
        where = f"{worst.best_peer} in {worst.family}"
        yield _at_least(
            f"{mode}: lead in the worst family, {objective} % ({where})", worst.percent, -MOST_BEHIND_PERCENT
        )
        for name in ("p5_qoe", "p5_of_all"):
            of_all = " of all sessions" if name == "p5_of_all" else ", mean over families"
            theirs = max(getattr(peer, name)[objective] for peer in peers)
            yield _at_least(f"{mode}: 5th percentile{of_all}, {objective}", getattr(ours, name)[objective], theirs)


def decision_clause(decision_us: float) -> Clause:
    return _at_most("a decision in plain Python, µs", decision_us, MOST_DECISION_US)


def parted(standings: Sequence[Standing]) -> tuple[Standing, list[Standing]]:
    """Ours, and the peers'."""
    ours = next(standing for standing in standings if standing.policy == OURS)
    return ours, [standing for standing in standings if standing.policy not in (OURS, OPTIMUM)]


def _at_least(text: str, ours: float, bar: float) -> Clause:
    return Clause(text=text, ours=ours, bar=bar, holds=ours >= bar)


def _at_most(text: str, ours: float, bar: float) -> Clause:
    return Clause(text=text, ours=ours, bar=bar, holds=ours <= bar)
