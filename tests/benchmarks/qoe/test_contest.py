import pytest

from benchmarks.qoe.contest import OPTIMUM, Result, hold, percentile, standings
from benchmarks.qoe.corpus import Case, Mode
from tests.support.qoe import case, steady, title


def result(policy: str, qoe: float, *, family: str = "wifi", mode: Mode = "vod", stalled: float = 0) -> Result:
    return Result(
        policy=policy,
        mode=mode,
        family=family,
        trace="it",
        qoe={"linear": qoe, "log": qoe},
        rebuffer_ratio=stalled,
        switches=2,
    )


def test_a_fraction_is_of_means_over_families_however_many_traces_they_have() -> None:
    results = [result(OPTIMUM, 4), result(OPTIMUM, 8, family="oboe"), result(OPTIMUM, 8, family="oboe")]
    results += [result("it", 2), result("it", 7, family="oboe"), result("it", 7, family="oboe")]
    of_it = standings(results, "vod")[1]
    assert of_it.fraction["linear"] == pytest.approx((2 + 7) / (4 + 8))


def test_the_best_comes_first_and_modes_are_kept_apart() -> None:
    results = [result("poor", 1), result("good", 3), result(OPTIMUM, 4), result("good", 9, mode="live")]
    assert [standing.policy for standing in standings(results, "vod")] == [OPTIMUM, "good", "poor"]


def test_rebuffering_is_a_mean_over_families_too() -> None:
    results = [result(OPTIMUM, 4, stalled=0.01), result(OPTIMUM, 4, stalled=0.03)]
    results += [result(OPTIMUM, 4, family="oboe", stalled=0.06)]
    assert standings(results, "vod")[0].rebuffer_percent == pytest.approx(4)


def test_a_percentile_lies_between_the_values() -> None:
    assert percentile([3, 1, 2], 50) == 2
    assert percentile([0, 10], 5) == 0.5
    assert percentile([7], 5) == 7


def test_every_policy_plays_every_case_next_to_the_optimum() -> None:
    short = title(segments=6)
    both: list[Case] = [case(manifest=short, name="a"), case(manifest=short, name="b", trace=steady(900))]
    results = hold(both, ["throughput", "hyb"], cache=None, jobs=1)
    assert [(it.policy, it.trace) for it in results] == [
        (policy, trace) for trace in "ab" for policy in (OPTIMUM, "throughput", "hyb")
    ]
