"""How far behind live to play."""

import pytest

from matinee.policy.live import delay_ms, is_skipped, patience_ms, retreat_ms


@pytest.mark.parametrize(
    ("own_ms", "stated_ms", "expected_ms"), [(1_500, 3_000, 1_500), (0, 3_000, 3_000), (0, None, 6_000)]
)
def test_the_app_is_heard_before_the_service_and_without_either_it_is_three_segments(
    own_ms: int, stated_ms: int | None, expected_ms: int
) -> None:
    assert delay_ms(own_ms=own_ms, stated_ms=stated_ms, segment_ms=2_000) == expected_ms


def test_no_more_than_a_third_of_the_delay_is_waited_for() -> None:
    assert patience_ms(delay_ms=3_000) == 1_000


@pytest.mark.parametrize(
    ("extra_ms", "since_stall_ms", "most_ms", "expected_ms"),
    [(0, None, 9_000, 0), (0, 20_001, 9_000, 0), (0, 9_000, 9_000, 500), (3_900, 9_000, 9_000, 4_000), (0, 1, -500, 0)],
)
def test_the_delay_grows_with_a_stall_soon_after_another_by_bounded_steps(
    extra_ms: int, since_stall_ms: int | None, most_ms: int, expected_ms: int
) -> None:
    assert retreat_ms(extra_ms, since_stall_ms=since_stall_ms, most_ms=most_ms) == expected_ms


@pytest.mark.parametrize(
    ("lag_ms", "delay_ms", "spare_ms", "skipped"),
    [(401, 3_000, 900, True), (400, 3_000, 900, False), (901, 3_000, 900, False), (800, 6_000, 900, False)],
)
def test_of_low_latency_a_lag_that_speed_would_not_make_up_soon_is_skipped_once_what_follows_is_here(
    lag_ms: int, delay_ms: int, spare_ms: int, skipped: bool
) -> None:
    assert is_skipped(lag_ms=lag_ms, delay_ms=delay_ms, fastest_permille=1_040, spare_ms=spare_ms) is skipped
