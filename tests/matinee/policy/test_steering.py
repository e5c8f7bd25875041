"""When to ask which appliance is best."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.steering import DEFAULT_TTL_MS, LEAST_TTL_MS, MOST_TTL_MS, reload_in_ms, renew_in_ms, ttl_ms


def test_a_time_to_live_keeps_within_bounds_and_what_is_none_is_the_default() -> None:
    told = [ttl_ms(ttl_s) for ttl_s in (-1, 0, 1, 300, 10**9)]
    assert told == [DEFAULT_TTL_MS, DEFAULT_TTL_MS, LEAST_TTL_MS, 300_000, MOST_TTL_MS]


@given(st.integers(LEAST_TTL_MS, MOST_TTL_MS), st.integers(0, 2**64 - 1))
def test_the_next_question_comes_after_the_time_to_live_and_up_to_a_tenth_later(ttl_ms: int, draw: int) -> None:
    assert ttl_ms <= reload_in_ms(ttl_ms, draw=draw) <= ttl_ms * 11 // 10


@given(st.integers(-(10**9), 10**9))
def test_tokens_are_renewed_before_they_end_and_at_once_if_they_have(left_ms: int) -> None:
    assert renew_in_ms(left_ms) < left_ms if left_ms > 0 else renew_in_ms(left_ms) == 0
