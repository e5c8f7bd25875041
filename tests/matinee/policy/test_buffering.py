"""When to begin and when to ask for more."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.buffering import hungry_in_ms, is_enough


def test_play_begins_with_what_is_wanted() -> None:
    assert is_enough(buffer_ms=3_000, wanted_ms=3_000, left_ms=60_000)
    assert not is_enough(buffer_ms=2_999, wanted_ms=3_000, left_ms=60_000)


def test_near_the_end_play_begins_with_all_that_is_left() -> None:
    assert is_enough(buffer_ms=700, wanted_ms=3_000, left_ms=700)
    assert not is_enough(buffer_ms=699, wanted_ms=3_000, left_ms=700)


@given(st.integers(-10_000, 0), st.integers(-10_000, 10_000))
def test_play_never_begins_with_nothing(buffer_ms: int, left_ms: int) -> None:
    assert not is_enough(buffer_ms=buffer_ms, wanted_ms=1_000, left_ms=left_ms)


@given(st.integers(-10_000, 120_000))
def test_after_the_wait_for_hunger_the_buffer_is_no_longer_over_full(buffer_ms: int) -> None:
    waited_ms = hungry_in_ms(buffer_ms=buffer_ms, full_ms=60_000)
    assert waited_ms >= 0
    assert buffer_ms - waited_ms == min(buffer_ms, 60_000)
