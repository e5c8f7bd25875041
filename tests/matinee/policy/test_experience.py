"""How fast the link has been, and how far off forecasts were."""

from matinee.policy.experience import Experience, spread, with_rate, with_rate_in_flight


def after(*rates_kbps: float) -> Experience:
    known = Experience()
    for kbps in rates_kbps:
        known = with_rate(known, kbps=kbps, flowing_ms=4_000)
    return known


def doubt(known: Experience) -> float:
    return spread(known, prior_spread=0.2, prior_samples=5)


def test_the_first_rate_is_all_that_is_known() -> None:
    assert (after(3_000).fast_kbps, after(3_000).slow_kbps) == (3_000, 3_000)


def test_the_fast_average_follows_and_the_slow_one_remembers() -> None:
    known = after(*[4_000] * 5, 1_000)
    assert 1_000 < known.fast_kbps < 2_500 < known.slow_kbps < 4_000


def test_surprises_either_way_widen_the_doubt() -> None:
    assert doubt(after(*[2_000] * 6)) < doubt(after(*[2_000] * 5, 4_000))
    assert doubt(after(*[2_000] * 6)) < doubt(after(*[2_000] * 5, 1_000))


def test_a_rate_in_flight_moves_the_averages_and_surprises_nobody() -> None:
    known = with_rate_in_flight(after(2_000, 2_000), kbps=500, flowing_ms=1_000)
    assert known.fast_kbps < after(2_000, 2_000).fast_kbps
    assert doubt(known) == doubt(after(2_000, 2_000))


def test_a_brief_sample_moves_little() -> None:
    brief = with_rate(after(2_000), kbps=8_000, flowing_ms=50)
    assert brief.fast_kbps < with_rate(after(2_000), kbps=8_000, flowing_ms=4_000).fast_kbps


def test_before_any_surprise_the_belief_holds_and_then_gives_way() -> None:
    assert doubt(after(2_000)) == 0.2
    assert doubt(after(*[2_000] * 5)) > doubt(after(*[2_000] * 20))
