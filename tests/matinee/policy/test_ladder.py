"""The highest rung within a bitrate."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.policy.ladder import highest_within, ladder_of, likely_kbps


@given(st.sets(st.integers(50, 20_000), min_size=1, max_size=10), st.integers(0, 25_000))
def test_it_is_the_highest_that_fits_or_the_lowest_of_all(bitrates: set[int], kbps: int) -> None:
    ladder = tuple(sorted(bitrates))
    fitting = [rung for rung, bitrate in enumerate(ladder) if bitrate <= kbps]
    assert highest_within(ladder, kbps) == max(fitting, default=0)


def test_an_unknown_link_is_thought_to_carry_a_quarter_of_the_top_rung() -> None:
    assert likely_kbps((235, 1_750, 5_800)) == 1_450


def test_renditions_of_the_same_bitrate_stand_a_little_apart() -> None:
    assert ladder_of((154, 154, 154, 155, 900)) == (154, 155, 156, 157, 900)
    assert ladder_of((300, 1_000)) == (300, 1_000)
