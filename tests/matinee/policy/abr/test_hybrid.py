"""The throughput rule, which stays while the buffer pays."""

from matinee.policy.abr.hybrid import choose
from tests.support.streaming import state


def test_the_first_choice_is_what_the_link_carries_however_high() -> None:
    assert choose(state(6_000, buffer_ms=0, rung=-1)).rung == 4


def test_after_it_no_step_up_is_higher_than_two() -> None:
    assert choose(state(6_000, rung=0)).rung == 2


def test_a_rung_above_the_link_is_kept_just_as_long_as_the_buffer_pays() -> None:
    # 5800 kbps × 4 s over a link of 2900 kbps takes 8 s: two fifths of 20 s.
    assert choose(state(2_900, buffer_ms=20_000, rung=4)).rung == 4
    assert choose(state(2_900, buffer_ms=19_900, rung=4)).rung == 2
