"""What the link may carry, next and later."""

import pytest

from matinee.policy.forecast import Experience, forecast, spread, with_rate, with_rate_in_flight


def after(*rates_kbps: float) -> Experience:
    known = Experience()
    for kbps in rates_kbps:
        known = with_rate(known, kbps=kbps, flowing_ms=4_000)
    return known


def test_the_first_rate_is_all_that_is_known() -> None:
    assert (after(3_000).fast_kbps, after(3_000).slow_kbps) == (3_000, 3_000)


def test_one_future_is_as_forecast_and_one_is_lower() -> None:
    (low_kbps, low), (likely_kbps, likely) = forecast(after(1_000, 3_000, 2_000)).later
    assert low_kbps < likely_kbps
    assert low + likely == pytest.approx(1)


def test_the_next_segment_sees_what_the_last_one_saw() -> None:
    assert 1_000 < forecast(after(*[4_000] * 5, 1_000)).next_kbps < 1_600


def test_a_fall_is_not_believed_to_last_but_a_rise_is() -> None:
    fallen, risen = forecast(after(*[4_000] * 5, 1_000)), forecast(after(*[1_000] * 5, 4_000))
    assert fallen.later[1][0] > 3_000
    assert risen.later[1][0] > 3_000


def test_the_fast_average_follows_and_the_slow_one_remembers() -> None:
    known = after(*[4_000] * 5, 1_000)
    assert 1_000 < known.fast_kbps < 2_500 < known.slow_kbps < 4_000


def test_surprises_either_way_widen_the_spread() -> None:
    assert spread(after(*[2_000] * 6)) < spread(after(*[2_000] * 5, 4_000))
    assert spread(after(*[2_000] * 6)) < spread(after(*[2_000] * 5, 1_000))


def test_a_rate_in_flight_moves_the_averages_and_surprises_nobody() -> None:
    known = with_rate_in_flight(after(2_000, 2_000), kbps=500, flowing_ms=1_000)
    assert known.fast_kbps < after(2_000, 2_000).fast_kbps
    assert spread(known) == spread(after(2_000, 2_000))


def test_a_brief_sample_moves_little() -> None:
    brief = with_rate(after(2_000), kbps=8_000, flowing_ms=50)
    assert brief.fast_kbps < with_rate(after(2_000), kbps=8_000, flowing_ms=4_000).fast_kbps
