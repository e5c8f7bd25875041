"""What the link has shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.throughput import (
    CACHED_MOST,
    ESTIMATORS,
    KEPT,
    Estimator,
    Link,
    Sample,
    averages_kbps,
    blended_kbps,
    median_kbps,
    robust_kbps,
    with_sample,
)
from tests.support.streaming import link

AT_ONCE = Sample(size_bytes=5_000_000, elapsed_ms=24, first_byte_ms=20)
RATES = st.lists(st.integers(50, 200_000), min_size=1, max_size=20)


@pytest.mark.parametrize("estimator", [averages_kbps, median_kbps])
@given(rates=RATES)
def test_the_estimate_stays_between_the_samples(estimator: Estimator, rates: list[int]) -> None:
    assert min(rates) <= estimator(link(*rates)) <= max(rates)


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS.keys())
def test_a_steady_link_is_told_as_it_is(estimator: Estimator) -> None:
    assert estimator(link(*[4_000] * 12)) == pytest.approx(4_000, abs=1)


def test_a_drop_is_believed_sooner_than_a_rise() -> None:
    fallen, risen = averages_kbps(link(*[5_000] * 5, 1_000)), averages_kbps(link(*[5_000] * 5, 9_000))
    assert 5_000 - fallen > risen - 5_000 > 0


def test_the_median_minds_no_outlier() -> None:
    assert median_kbps(link(1_000, 100, 1_000)) == 1_000


def test_the_robust_estimate_is_the_lower_the_worse_the_last_five_surprises() -> None:
    assert robust_kbps(link(*[4_000] * 6)) == pytest.approx(4_000, abs=1)
    assert robust_kbps(link(*[4_000] * 5, 2_000)) < 2_000


def test_an_answer_too_small_or_out_of_a_cache_says_nothing_of_the_link() -> None:
    known = link(5_000)
    assert with_sample(known, Sample(size_bytes=15_999, elapsed_ms=4_000)) == known
    after = with_sample(known, AT_ONCE)
    assert (after.samples, after.experience) == (known.samples, known.experience)
    assert averages_kbps(after) == 5_000


def test_a_link_on_which_everything_comes_at_once_is_quick() -> None:
    assert averages_kbps(with_sample(Link(), AT_ONCE)) == 8_000_000


def test_a_link_that_has_become_quick_is_not_taken_for_a_cache_for_ever() -> None:
    it = link(1_000)
    for _ in range(CACHED_MOST):
        it = with_sample(it, AT_ONCE)
    assert averages_kbps(it) == 1_000
    assert averages_kbps(with_sample(it, AT_ONCE)) > 4_000
    measured = with_sample(it, Sample(size_bytes=125_000, elapsed_ms=1_000))
    assert averages_kbps(with_sample(measured, AT_ONCE)) == averages_kbps(measured)


def test_the_wait_for_the_first_byte_is_not_the_link_s() -> None:
    assert averages_kbps(link(3_000, first_byte_ms=900)) == 3_000
    assert link(3_000, first_byte_ms=900).first_byte_ms == 900


def test_only_the_latest_samples_are_kept() -> None:
    assert len(link(*range(1_000, 3_000, 100)).samples) == KEPT
    assert Link().last_ms == 0


def test_what_a_server_tells_is_weighed_against_what_was_measured() -> None:
    assert [blended_kbps(1_000, told_kbps=5_000, told_percent=percent) for percent in (0, 25, 100)] == [
        1_000,
        2_000,
        5_000,
    ]
    assert blended_kbps(1_000, told_kbps=0, told_percent=100) == 1_000
