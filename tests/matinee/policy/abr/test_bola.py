"""BOLA-E: the rung follows from the buffer."""

from matinee.policy.abr.bola import abandon, choose
from matinee.policy.abr.decision import InFlight
from tests.support.streaming import state


def settled(*, buffer_ms: int, rung: int, placeholder_ms: int = 0, kbps: int = 100_000) -> int:
    return choose(state(kbps, kbps, buffer_ms=buffer_ms, rung=rung, memo=(placeholder_ms,))).rung


def test_the_first_choice_is_what_the_link_carries() -> None:
    assert choose(state(3_200, buffer_ms=0, rung=-1)).rung == 3


def test_a_fuller_buffer_means_a_higher_rung() -> None:
    rungs = [settled(buffer_ms=buffer_ms, rung=0) for buffer_ms in range(4_000, 60_000, 4_000)]
    assert rungs == sorted(rungs)
    assert rungs[-1] == 4


def test_a_climb_ends_at_what_the_link_carries() -> None:
    assert settled(buffer_ms=50_000, rung=1, kbps=2_000) == 2


def test_beyond_what_the_rung_wants_buffered_it_waits() -> None:
    choice = choose(state(2_000, 2_000, buffer_ms=58_000, rung=2, memo=(0,)))
    assert (choice.rung, choice.delay_ms > 0) == (2, True)


def test_a_low_buffer_buys_no_rung_that_half_of_it_does_not_pay_for() -> None:
    assert settled(buffer_ms=4_000, rung=4, placeholder_ms=60_000, kbps=3_000) == 1


def test_a_slow_segment_is_left_when_the_buffer_is_low() -> None:
    slow = InFlight(rung=4, size_bytes=2_900_000, got_bytes=100_000, elapsed_ms=3_000, first_byte_ms=100)
    assert abandon(state(5_800, buffer_ms=3_000, memo=(0,)), slow) is not None
    assert abandon(state(5_800, buffer_ms=58_000, memo=(0,)), slow) is None
