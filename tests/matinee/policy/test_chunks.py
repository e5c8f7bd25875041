"""When a segment that comes in chunks is left for a lower rung."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.chunks import LEAST_OBSERVED_MS, WORTH_MS, ChunkedFlight, Pace, rung_in_time

SIZES = (100_000, 200_000, 400_000, 1_600_000)
FALLEN = ChunkedFlight(
    rung=3,
    left_bytes=1_200_000,
    left_ms=1_500,
    made_in_ms=0,
    lately=Pace(100_000, 500),
    latest=Pace(0, 0),
    first_byte_ms=50,
    buffer_ms=2_000,
    reserve_ms=1_000,
)
"""At 200 bytes a millisecond what is left takes six seconds, and the buffer lasts two."""
BYTES, TIMES = st.integers(0, 1 << 24), st.integers(0, 10_000)


def test_one_that_will_be_late_is_left_for_the_highest_rung_that_is_in_time() -> None:
    assert rung_in_time(FALLEN, sizes_bytes=SIZES) == 2
    assert rung_in_time(msgspec.structs.replace(FALLEN, first_byte_ms=501), sizes_bytes=SIZES) == 1


def test_one_that_leaves_enough_is_let_come() -> None:
    it = msgspec.structs.replace(FALLEN, left_bytes=500_000)
    assert rung_in_time(it, sizes_bytes=SIZES) is None
    assert rung_in_time(msgspec.structs.replace(it, left_bytes=500_200), sizes_bytes=SIZES) == 2


def test_where_none_is_in_time_the_lowest_must_be_worth_it() -> None:
    it = msgspec.structs.replace(FALLEN, buffer_ms=0)
    assert rung_in_time(it, sizes_bytes=SIZES) == 0
    lasts_ms = 50 + 500 + WORTH_MS
    assert rung_in_time(msgspec.structs.replace(it, left_bytes=lasts_ms * 200), sizes_bytes=SIZES) == 0
    assert rung_in_time(msgspec.structs.replace(it, left_bytes=lasts_ms * 200 - 200), sizes_bytes=SIZES) is None


def test_a_link_that_is_slower_yet_at_the_last_moment_makes_the_choice_but_not_the_verdict() -> None:
    slower = Pace(12_000, 250)
    assert rung_in_time(msgspec.structs.replace(FALLEN, latest=slower), sizes_bytes=SIZES) == 0
    it = msgspec.structs.replace(FALLEN, left_bytes=500_000, latest=slower)
    assert rung_in_time(it, sizes_bytes=SIZES) is None


def test_a_link_that_has_just_fallen_silent_is_good_for_the_lowest_at_most() -> None:
    assert rung_in_time(msgspec.structs.replace(FALLEN, latest=Pace(0, 250)), sizes_bytes=SIZES) == 0


def test_no_rung_is_blamed_for_what_is_not_made_yet() -> None:
    it = msgspec.structs.replace(FALLEN, left_bytes=1_000, buffer_ms=0, made_in_ms=1_000)
    assert rung_in_time(it, sizes_bytes=SIZES) is None


@pytest.mark.parametrize("lately", [Pace(100, LEAST_OBSERVED_MS - 1), Pace(0, 5_000), Pace(0, 0)])
def test_a_pace_that_is_hardly_known_is_not_judged(lately: Pace) -> None:
    it = msgspec.structs.replace(FALLEN, lately=lately)
    assert rung_in_time(it, sizes_bytes=SIZES) is None


@given(BYTES, TIMES, BYTES, TIMES, TIMES)
def test_only_a_lower_rung_takes_its_place(
    left_bytes: int, left_ms: int, lately_bytes: int, lately_ms: int, buffer_ms: int
) -> None:
    for rung in range(len(SIZES)):
        it = msgspec.structs.replace(
            FALLEN,
            rung=rung,
            left_bytes=left_bytes,
            left_ms=left_ms,
            lately=Pace(lately_bytes, lately_ms),
            latest=Pace(lately_bytes // 4, lately_ms // 3),
            buffer_ms=buffer_ms,
        )
        assert (rung_in_time(it, sizes_bytes=SIZES) or 0) in range(max(1, rung))
