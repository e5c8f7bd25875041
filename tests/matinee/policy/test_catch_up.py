"""How fast to play, so as to stay as far behind live as wished."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.catch_up import CALM_MS, LAWS, MOST_CHANGES, STIR_MS, CatchUpState


def rate(lag_ms: int, now: int = 1000, *, buffer_ms: int = 5_000, changes: int = 0, law: str = "proportional") -> int:
    state = CatchUpState(
        lag_ms=lag_ms,
        rate_permille=now,
        slowest_permille=960,
        fastest_permille=1_040,
        buffer_ms=buffer_ms,
        thin_ms=1_000,
        changes=changes,
    )
    return LAWS[law](state)


@pytest.mark.parametrize(
    ("lag_ms", "expected"), [(0, 1_000), (99, 1_000), (100, 1_010), (-100, 990), (260, 1_025), (9_000, 1_040)]
)
def test_a_lag_is_made_up_in_proportion_within_bounds_and_a_small_one_is_left(lag_ms: int, expected: int) -> None:
    assert rate(lag_ms) == expected


def test_a_rate_is_kept_until_the_lag_is_gone() -> None:
    assert [rate(lag_ms, 1_040) for lag_ms in (400, 250, 100, CALM_MS, CALM_MS - 1)] == [1_040] * 4 + [1_000]


def test_a_rate_is_raised_when_it_no_longer_suffices() -> None:
    assert (rate(190, 1_010), rate(300, 1_010)) == (1_010, 1_030)


@pytest.mark.parametrize(
    ("now", "buffer_ms", "expected"), [(1_000, 999, 1_000), (1_030, 500, 1_030), (1_030, 499, 1_000)]
)
def test_nobody_plays_faster_out_of_a_thin_buffer(now: int, buffer_ms: int, expected: int) -> None:
    assert rate(300, now, buffer_ms=buffer_ms) == expected


def test_one_who_is_too_close_may_slow_down_however_thin_the_buffer() -> None:
    assert rate(-300, buffer_ms=0) == 970


def test_a_correction_begins_only_if_it_can_end_within_the_minute_as_well() -> None:
    assert rate(300, changes=MOST_CHANGES - 2) == 1_030
    assert rate(300, changes=MOST_CHANGES - 1) == 1_000
    assert rate(0, 1_030, changes=MOST_CHANGES - 1) == 1_000


@given(st.integers(-20_000, 20_000), st.integers(960, 1_040), st.integers(0, 9_000), st.integers(0, 9))
def test_the_rate_never_leads_away_from_the_aim_nor_out_of_bounds(
    lag_ms: int, now: int, buffer_ms: int, changes: int
) -> None:
    then = rate(lag_ms, now, buffer_ms=buffer_ms, changes=changes)
    assert 960 <= then <= 1_040
    assert (then - 1000) * lag_ms >= 0
    assert then == 1000 or now != 1000 or abs(lag_ms) >= STIR_MS


@pytest.mark.parametrize(
    ("lag_ms", "expected"), [(0, 1_000), (300, 1_024), (1_000, 1_039), (-300, 976), (-9_000, 960), (100, 1_000)]
)
def test_the_sigmoid_has_a_rate_for_every_lag_and_makes_no_small_change(lag_ms: int, expected: int) -> None:
    assert rate(lag_ms, law="sigmoid") == expected


def test_the_sigmoid_is_as_steep_as_its_source_says() -> None:
    exact = [1000 + 40 * (2 / (1 + 2.718281828 ** (-5 * lag_ms / 1000)) - 1) for lag_ms in range(300, 3_000, 100)]
    assert [rate(lag_ms, law="sigmoid") for lag_ms in range(300, 3_000, 100)] == pytest.approx(exact, abs=3)


def test_out_of_a_thin_buffer_the_sigmoid_does_not_play_faster_either() -> None:
    assert rate(900, buffer_ms=999, law="sigmoid") == 1_000


@pytest.mark.parametrize(("lag_ms", "expected"), [(500, 1_000), (501, 1_040), (-501, 960)])
def test_bang_bang_knows_three_rates(lag_ms: int, expected: int) -> None:
    assert rate(lag_ms, law="bang-bang") == expected
