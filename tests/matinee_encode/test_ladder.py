"""The fixed ladder: sizes and bitrates for a picture."""

from hypothesis import given
from hypothesis import strategies as st

from matinee_encode.ladder import CLASSIC, LEAST_RUNGS, ladder_for


def sizes(width: int, height: int) -> list[tuple[int, int, int]]:
    return [(rung.bitrate_kbps, rung.width, rung.height) for rung in ladder_for(width=width, height=height)]


def test_a_full_hd_picture_gets_the_classic_ladder() -> None:
    assert sizes(1920, 1080) == list(CLASSIC)


def test_a_720p_picture_gets_no_rung_above_its_size() -> None:
    assert sizes(1280, 720) == list(CLASSIC[:8])


def test_a_picture_between_two_boxes_gets_a_rung_of_its_own_size() -> None:
    assert sizes(960, 540)[-2:] == [(1750, 852, 480), (2350, 960, 540)]


def test_a_small_picture_still_gets_five_rungs_at_its_own_size_where_the_box_is_larger() -> None:
    assert sizes(400, 224) == [(235, 320, 180), (375, 384, 216), (560, 400, 224), (750, 400, 224), (1050, 400, 224)]


def test_a_nearly_720p_picture_counts_as_720p() -> None:
    assert sizes(1278, 718)[-2:] == [(2350, 1278, 718), (3000, 1278, 718)]


def test_a_wide_film_fits_the_width_of_the_boxes() -> None:
    assert sizes(1920, 800)[-1] == (5800, 1920, 800)
    assert (1050, 640, 266) in sizes(1920, 800)


def test_an_upright_picture_turns_the_boxes_on_their_side() -> None:
    assert (1050, 360, 640) in sizes(1080, 1920)


@given(width=st.integers(16, 8192), height=st.integers(16, 8192))
def test_every_ladder_rises_is_even_and_never_larger_than_the_picture(width: int, height: int) -> None:
    ladder = ladder_for(width=width, height=height)
    assert len(ladder) >= LEAST_RUNGS
    assert [rung.bitrate_kbps for rung in ladder] == [bitrate_kbps for bitrate_kbps, *_ in CLASSIC[: len(ladder)]]
    assert all(rung.width % 2 == 0 and rung.height % 2 == 0 for rung in ladder)
    assert all(2 <= rung.width <= width and 2 <= rung.height <= height for rung in ladder)
    assert [rung.pixels for rung in ladder] == sorted(rung.pixels for rung in ladder)
