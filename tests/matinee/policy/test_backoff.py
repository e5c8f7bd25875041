"""How long to wait before the next try."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.backoff import affordable_at_ms, pace_ms, paid_until_ms, wait_ms

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


def test_the_kind_of_failure_sets_the_pace() -> None:
    def paces(tries: int) -> list[tuple[int, int]]:
        return [pace_ms(it, tries=tries, first_ms=4_000, cap_ms=8_000) for it in ("unresolved", "reset", "http-503")]

    assert paces(1) == [(2_000, 2_000), (500, 8_000), (4_000, 8_000)]
    assert paces(2) == [(2_000, 2_000), (4_000, 8_000), (4_000, 8_000)]


@given(st.lists(st.integers(0, 30_000), max_size=40), st.integers(1, 5))
def test_no_window_of_the_budget_sees_more_than_a_burst_and_one_each_turn(gaps_ms: list[int], burst: int) -> None:
    every_ms, paid_ms, now_ms, times = 10_000, 0, 0, list[int]()
    for gap_ms in gaps_ms:
        now_ms += gap_ms
        if now_ms >= affordable_at_ms(paid_until_ms=paid_ms, every_ms=every_ms, burst=burst):
            paid_ms = paid_until_ms(paid_until_ms=paid_ms, now_ms=now_ms, every_ms=every_ms)
            times.append(now_ms)
    for first, last in combinations(range(len(times)), 2):
        assert last - first + 1 <= burst + (times[last] - times[first]) // every_ms
