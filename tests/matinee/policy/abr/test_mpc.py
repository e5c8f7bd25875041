"""Robust MPC: the best plan."""

from matinee.policy.abr.mpc import choose
from tests.support.streaming import state


def test_a_full_buffer_carries_a_rung_above_the_link() -> None:
    full, low = state(*[2_500] * 6, buffer_ms=40_000, rung=3), state(*[2_500] * 6, buffer_ms=5_000, rung=3)
    assert (choose(full).rung, choose(low).rung) == (4, 2)


def test_one_bad_surprise_among_the_last_five_makes_it_cautious() -> None:
    steady, surprised = [3_600] * 8, [3_600] * 6 + [900] + [3_600]
    assert choose(state(*steady, buffer_ms=8_000, rung=2)).rung > choose(state(*surprised, buffer_ms=8_000)).rung


def test_the_last_segment_may_empty_the_buffer() -> None:
    last, not_last = (state(*[1_500] * 6, buffer_ms=9_000, rung=3, left=left) for left in (1, 9))
    assert (choose(last).rung, choose(not_last).rung) == (3, 2)
