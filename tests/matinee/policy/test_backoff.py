"""How long to wait before the next try."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.backoff import wait_ms

DRAWS = st.integers(0, 2**64 - 1)
TRIES = st.integers(1, 10_000)
HINTS = st.integers(0, 300_000)


@given(TRIES, DRAWS, HINTS)
def test_the_hint_is_a_floor_and_the_cap_bounds_the_rest(tries: int, draw: int, hint_ms: int) -> None:
    waited_ms = wait_ms(tries=tries, draw=draw, first_ms=500, cap_ms=8_000, hint_ms=hint_ms)
    assert hint_ms <= waited_ms < hint_ms + 8_000


@given(st.integers(1, 5), DRAWS)
def test_below_the_cap_the_longest_wait_doubles_with_each_try(tries: int, draw: int) -> None:
    longest_ms = 500 * 2 ** (tries - 1)
    assert wait_ms(tries=tries, draw=draw, first_ms=500, cap_ms=8_000) < longest_ms
    assert wait_ms(tries=tries, draw=longest_ms - 1, first_ms=500, cap_ms=8_000) == longest_ms - 1


def test_at_the_cap_the_waits_are_still_spread_over_all_of_it() -> None:
    waits = {wait_ms(tries=99, draw=draw, first_ms=500, cap_ms=8_000) for draw in range(8_000)}
    assert waits == set(range(8_000))
