"""The contest: every policy plays every case, next to the optimum."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, repeat
from pathlib import Path

import msgspec

from benchmarks.qoe.corpus import FAMILIES, Case, Mode
from benchmarks.qoe.field import POLICIES
from benchmarks.qoe.optimum import optimum
from benchmarks.qoe.score import OBJECTIVES, value
from benchmarks.qoe.simulator import Played, Simulation

OPTIMUM = "optimum"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a policy did on a case."""

    policy: str
    mode: Mode
    family: str
    trace: str
    qoe: dict[str, float]
    """By objective."""
    rebuffer_ratio: float
    switches: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a policy did on all cases of a mode; a mean is one over the means of families."""

    policy: str
    mode: Mode
    cases: int
    fraction: dict[str, float]
    """Mean QoE over the optimum's, by objective."""
    rebuffer_percent: float
    switches: float
    family_qoe: dict[str, dict[str, float]]
    """By objective, by family."""
    p5_qoe: dict[str, float]
    """Mean of the families' 5th percentiles, by objective."""
    p5_of_all: dict[str, float]
    """5th percentile of all sessions together, by objective."""


def hold(cases: Iterable[Case], policies: Sequence[str], *, cache: Path | None, jobs: int) -> list[Result]:
    """All results, the optimum's among them."""
    if jobs == 1:
        return list(chain.from_iterable(_results(case, policies, cache) for case in cases))
    with ProcessPoolExecutor(jobs) as pool:
        return list(chain.from_iterable(pool.map(_results, cases, repeat(policies), repeat(cache))))


def standings(results: Sequence[Result], mode: Mode) -> list[Standing]:
    """The best first, by the sum of fractions; the optimum leads."""
    of_mode = [result for result in results if result.mode == mode]
    policies = dict.fromkeys(result.policy for result in of_mode)
    played = {policy: [result for result in of_mode if result.policy == policy] for policy in policies}
    best = _family_means(played[OPTIMUM])
    unsorted = [_standing(results, best) for results in played.values()]
    return sorted(unsorted, key=lambda standing: -sum(standing.fraction.values()))


def percentile(values: Sequence[float], percent: float) -> float:
    """By straight lines between the sorted values."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _results(case: Case, policies: Sequence[str], cache: Path | None) -> list[Result]:
    objectives = {name: objective(case.manifest) for name, objective in OBJECTIVES.items()}

    def result(policy: str, played: Played, qoe: dict[str, float]) -> Result:
        return Result(
            policy=policy,
            mode=case.mode,
            family=case.family,
            trace=case.name,
            qoe=qoe,
            rebuffer_ratio=played.rebuffer_ratio,
            switches=played.switches,
        )

    plans = {name: optimum(case, objective, cache=cache) for name, objective in objectives.items()}
    results = [result(OPTIMUM, plans["linear"], {name: value(plans[name], objectives[name]) for name in plans})]
    for policy in policies:
        simulation = Simulation(case.manifest, case.trace, buffer_max_ms=case.buffer_max_ms)
        played = simulation.run(POLICIES[policy](simulation.session))
        qoe = {name: value(played, objective) for name, objective in objectives.items()}
        results.append(result(policy, played, qoe))
    return results


def _standing(results: Sequence[Result], best: dict[str, dict[str, float]]) -> Standing:
    first, families, means = results[0], _families(results), _family_means(results)
    return Standing(
        policy=first.policy,
        mode=first.mode,
        cases=len(results),
        fraction={name: sum(means[name].values()) / sum(best[name].values()) for name in OBJECTIVES},
        rebuffer_percent=100 * _mean(_mean(result.rebuffer_ratio for result in family) for family in families),
        switches=_mean(_mean(result.switches for result in family) for family in families),
        family_qoe=means,
        p5_qoe={
            name: _mean(percentile([result.qoe[name] for result in family], 5) for family in families)
            for name in OBJECTIVES
        },
        p5_of_all={name: percentile([result.qoe[name] for result in results], 5) for name in OBJECTIVES},
    )


def _family_means(results: Sequence[Result]) -> dict[str, dict[str, float]]:
    return {
        name: {family[0].family: _mean(result.qoe[name] for result in family) for family in _families(results)}
        for name in OBJECTIVES
    }


def _families(results: Sequence[Result]) -> list[list[Result]]:
    families = [[result for result in results if result.family == family] for family in FAMILIES]
    return [family for family in families if family]


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers)
