"""What goes first, and that it beats forgetting by recency where some titles are asked for a thousand times more."""

from random import Random

import pytest

from matinee_edge.eviction import (
    EVICTION_POLICIES,
    HALF_LIFE_MS,
    ONE_REQUEST,
    SAMPLE,
    ByPopularity,
    ByRecency,
    EvictionPolicy,
    Known,
    decayed,
    victim,
    worth_of,
)

HOUR_MS = 3_600_000
NOW_MS = 100 * HALF_LIFE_MS
POPULARITY, RECENCY = ByPopularity(), ByRecency()


def known(requests: int, *, ago_ms: int = 0, rank: int | None = None) -> Known:
    return Known(rank, requests * ONE_REQUEST, NOW_MS - ago_ms)


def test_a_request_counts_half_after_a_half_life_however_the_time_is_cut() -> None:
    assert decayed(160, since_wall_ms=NOW_MS, wall_ms=NOW_MS + 2 * HALF_LIFE_MS) == 40
    cut = 160
    for hour in range(24):
        cut = decayed(cut, since_wall_ms=NOW_MS + hour * HOUR_MS, wall_ms=NOW_MS + (hour + 1) * HOUR_MS)
    assert cut == 40
    assert decayed(160, since_wall_ms=NOW_MS, wall_ms=NOW_MS - HALF_LIFE_MS) == 160
    assert decayed(160, since_wall_ms=0, wall_ms=1 << 60) == 0


def test_the_least_asked_goes_and_of_equals_the_one_asked_for_longest_ago() -> None:
    sample = [known(5), known(2, ago_ms=20), known(2, ago_ms=30), known(9)]
    assert victim(sample, known(3), policy=POPULARITY, wall_ms=NOW_MS) == 2


def test_a_newcomer_that_is_worth_no_more_stays_out() -> None:
    assert victim([known(2), known(3)], known(1), policy=POPULARITY, wall_ms=NOW_MS) is None
    assert victim([known(1)], known(1), policy=POPULARITY, wall_ms=NOW_MS) is None
    assert victim([known(1, ago_ms=1)], known(1), policy=POPULARITY, wall_ms=NOW_MS) == 0
    assert victim([], known(9), policy=POPULARITY, wall_ms=NOW_MS) is None


@pytest.mark.parametrize("policy", EVICTION_POLICIES.values())
def test_what_is_placed_is_worth_more_than_anything_asked_for_and_the_more_the_higher(policy: EvictionPolicy) -> None:
    worths = [
        worth_of(each, policy=policy, wall_ms=NOW_MS)
        for each in (known(1_000_000), known(0, ago_ms=NOW_MS, rank=17_000), known(0, ago_ms=NOW_MS, rank=0))
    ]
    assert worths == sorted(worths)
    assert len(set(worths)) == 3


def test_by_recency_whatever_was_asked_for_last_stays() -> None:
    assert victim([known(9, ago_ms=5), known(1, ago_ms=4)], known(1), policy=RECENCY, wall_ms=NOW_MS) == 0


def test_on_a_zipf_trace_popularity_has_more_hits_than_recency() -> None:
    trace = zipf(requests=30_000, files=2_000)
    popularity, recency = (hits(trace, capacity=200, policy=policy) for policy in (POPULARITY, RECENCY))
    assert popularity > 1.1 * recency


def test_a_scan_through_the_catalog_does_not_push_out_what_is_popular() -> None:
    popular = list(range(100)) * 20
    trace = popular + list(range(1_000, 3_000)) + popular[:100]
    assert hits(trace, capacity=150, policy=POPULARITY) - hits(trace[:-100], capacity=150, policy=POPULARITY) == 100
    assert hits(trace, capacity=150, policy=RECENCY) - hits(trace[:-100], capacity=150, policy=RECENCY) == 0


def zipf(*, requests: int, files: int) -> list[int]:
    """Files asked for as often as one over their place, to the power 0.8."""
    weights = [1 / place**0.8 for place in range(1, files + 1)]
    return Random(7).choices(range(files), weights, k=requests)


def hits(trace: list[int], *, capacity: int, policy: EvictionPolicy) -> int:
    """How many requests a shelf for so many files answers, one request each second."""
    dice, found = Random(1), 0
    here: list[int] = []
    seen: dict[int, Known] = {}
    for wall_ms, file in zip(range(NOW_MS, NOW_MS + len(trace) * 1_000, 1_000), trace, strict=True):
        before = seen.get(file, Known(None, 0, 0))
        count = decayed(before.requests, since_wall_ms=before.asked_wall_ms, wall_ms=wall_ms)
        seen[file] = Known(None, count + ONE_REQUEST, wall_ms)
        if file in here:
            found += 1
        elif len(here) < capacity:
            here.append(file)
        else:
            places = dice.sample(range(capacity), SAMPLE)
            chosen = victim([seen[here[place]] for place in places], seen[file], policy=policy, wall_ms=wall_ms)
            if chosen is not None:
                here[places[chosen]] = file
    return found
