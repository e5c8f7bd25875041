"""The rung that the link carries."""

from matinee.policy.abr.decision import InFlight
from matinee.policy.abr.throughput import abandon, choose
from tests.support.streaming import state


def flight(*, got_bytes: int, elapsed_ms: int) -> InFlight:
    """A segment of the top rung: 2.9 MB."""
    return InFlight(rung=4, size_bytes=2_900_000, got_bytes=got_bytes, elapsed_ms=elapsed_ms, first_byte_ms=100)


def test_the_highest_rung_within_the_estimate_is_chosen() -> None:
    assert choose(state(2_999)).rung == 2
    assert choose(state(3_000)).rung == 3


def test_a_late_segment_is_left_for_what_it_shows_the_link_to_carry() -> None:
    assert abandon(state(5_800), flight(got_bytes=250_000, elapsed_ms=1_100)) == 2


def test_a_segment_is_not_left_in_its_first_half_second() -> None:
    assert abandon(state(5_800), flight(got_bytes=50_000, elapsed_ms=499)) is None


def test_a_segment_is_not_left_while_it_will_be_in_time() -> None:
    assert abandon(state(5_800), flight(got_bytes=500_000, elapsed_ms=1_100)) is None


def test_a_segment_of_which_less_is_left_than_would_come_instead_is_kept() -> None:
    assert abandon(state(5_800), flight(got_bytes=2_800_000, elapsed_ms=14_000)) is None
