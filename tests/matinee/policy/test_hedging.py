"""When a second appliance is asked for the same, and what that may cost."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.hedging import LEAST_LATE_MS, LEAST_OBSERVED_MS, is_affordable, is_late

SIZES = st.integers(0, 1 << 30)


def test_an_answer_is_late_if_its_rest_takes_longer_than_the_buffer_lasts() -> None:
    assert not is_late(received_bytes=250, size_bytes=1_000, elapsed_ms=1_000, buffer_ms=3_000)
    assert is_late(received_bytes=250, size_bytes=1_000, elapsed_ms=1_000, buffer_ms=2_999)


def test_a_pace_is_not_judged_at_once_nor_by_the_last_moments_of_a_buffer() -> None:
    assert not is_late(received_bytes=1, size_bytes=1_000, elapsed_ms=LEAST_OBSERVED_MS - 1, buffer_ms=0)
    assert not is_late(received_bytes=500, size_bytes=1_000, elapsed_ms=LEAST_LATE_MS, buffer_ms=0)


@given(SIZES, st.integers(0, 120_000), st.integers(0, 60_000))
def test_of_an_answer_of_unknown_size_nothing_is_said(received_bytes: int, elapsed_ms: int, buffer_ms: int) -> None:
    assert not is_late(received_bytes=received_bytes, size_bytes=0, elapsed_ms=elapsed_ms, buffer_ms=buffer_ms)


@given(SIZES, SIZES, SIZES, st.integers(0, 100), SIZES)
def test_what_is_affordable_keeps_the_sum_within_the_budget(
    size_bytes: int, extra_bytes: int, delivered_bytes: int, percent: int, credit_bytes: int
) -> None:
    if is_affordable(
        size_bytes=size_bytes,
        extra_bytes=extra_bytes,
        delivered_bytes=delivered_bytes,
        percent=percent,
        credit_bytes=credit_bytes,
    ):
        assert extra_bytes + size_bytes <= credit_bytes + delivered_bytes * percent / 100
