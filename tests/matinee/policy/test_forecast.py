"""What the link will carry, and how far off that may be."""

from matinee.policy.forecast import Forecast, with_rate, with_rate_in_flight


def after(*rates_kbps: float) -> Forecast:
    known = Forecast()
    for kbps in rates_kbps:
        known = with_rate(known, kbps=kbps, flowing_ms=4_000)
    return known


def test_the_first_rate_is_all_that_is_known() -> None:
    assert (after(3_000).fast_kbps, after(3_000).slow_kbps, after(3_000).spread) == (3_000, 3_000, 0)


def test_the_forecast_lies_between_the_rates_or_a_little_below() -> None:
    assert 900 < after(1_000, 3_000, 2_000).kbps < 3_000


def test_surprises_either_way_widen_the_spread() -> None:
    assert after(*[2_000] * 6).spread < after(*[2_000] * 5, 4_000).spread
    assert after(*[2_000] * 6).spread < after(*[2_000] * 5, 1_000).spread


def test_a_rate_in_flight_moves_the_averages_and_surprises_nobody() -> None:
    known = with_rate_in_flight(after(2_000, 2_000), kbps=500, flowing_ms=1_000)
    assert known.kbps < after(2_000, 2_000).kbps
    assert known.spread == after(2_000, 2_000).spread
