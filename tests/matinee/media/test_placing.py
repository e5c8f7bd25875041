"""How far media time is shifted where the manifest does not say."""

import pytest

from matinee.media.placing import Placement, Runs

WRAP_MS = (1 << 33) // 90


def test_what_the_manifest_says_counts() -> None:
    assert Runs().shift_ms(Placement(start_ms=5_000, shift_ms=-7), earliest_ms=0) == -7


@pytest.mark.parametrize("earliest_ms", [10, 83, 250])
def test_what_is_decoded_first_begins_exactly_where_the_manifest_says(earliest_ms: int) -> None:
    assert Runs().shift_ms(Placement(start_ms=0), earliest_ms=earliest_ms) == -earliest_ms
    assert Runs().shift_ms(Placement(start_ms=9_000), earliest_ms=9_000 + earliest_ms) == -earliest_ms


def test_priming_that_is_cut_off_moves_nothing() -> None:
    assert Runs().shift_ms(Placement(start_ms=0), earliest_ms=-21) == 0


def test_media_time_that_goes_on_in_the_next_run_is_kept_if_that_agrees_with_the_manifest() -> None:
    runs = Runs()
    assert runs.shift_ms(Placement(start_ms=0), earliest_ms=83) == -83
    assert runs.shift_ms(Placement(start_ms=4_000, run="next"), earliest_ms=4_090) == -83
    assert runs.shift_ms(Placement(start_ms=8_000, run="other"), earliest_ms=5) == 7_995


def test_tracks_of_a_run_are_shifted_alike() -> None:
    runs = Runs()
    assert runs.shift_ms(Placement(start_ms=0), earliest_ms=10_000) == -10_000
    assert runs.shift_ms(Placement(start_ms=0), earliest_ms=10_080) == -10_000
    assert runs.shift_ms(Placement(start_ms=4_000), earliest_ms=15_900) == -10_000


def test_each_run_is_shifted_for_itself() -> None:
    runs = Runs()
    assert runs.shift_ms(Placement(start_ms=0), earliest_ms=10_000) == -10_000
    assert runs.shift_ms(Placement(start_ms=4_000, run="next"), earliest_ms=500) == 3_500
    assert runs.shift_ms(Placement(start_ms=4_000), earliest_ms=14_000) == -10_000


def test_a_jump_within_a_run_that_nobody_announced_starts_anew_for_all_tracks() -> None:
    runs = Runs()
    picture, sound = Placement(start_ms=4_000), Placement(start_ms=4_020)
    assert runs.shift_ms(Placement(start_ms=0), earliest_ms=0) == 0
    assert runs.shift_ms(picture, earliest_ms=90_000) == -86_000
    assert runs.shift_ms(Placement(start_ms=2_000), earliest_ms=2_000) == 0
    assert runs.shift_ms(sound, earliest_ms=90_040) == -86_000


@pytest.mark.parametrize("turns", [-1, 0, 1, 2])
def test_a_clock_that_runs_over_is_the_same_clock(turns: int) -> None:
    runs = Runs()
    runs.shift_ms(Placement(start_ms=0), earliest_ms=WRAP_MS - 1_000, wraps=True)
    shift_ms = runs.shift_ms(Placement(start_ms=2_000 + turns * WRAP_MS), earliest_ms=1_000, wraps=True)
    assert abs(1_000 + shift_ms - (2_000 + turns * WRAP_MS)) <= 2


def test_what_does_not_tell_goes_with_its_run() -> None:
    runs, at = Runs(), Placement(start_ms=5_000)
    assert runs.known_ms(at, earliest_ms=0) is None
    runs.shift_ms(Placement(start_ms=0), earliest_ms=10_000)
    assert runs.known_ms(at, earliest_ms=17_000) == -10_000
    assert runs.known_ms(Placement(start_ms=0, shift_ms=3), earliest_ms=0) == 3
    [far_ms, near_ms] = (runs.known_ms(at, earliest_ms=ms, wraps=True) for ms in (15_000 - WRAP_MS, 15_000))
    assert far_ms is not None
    assert near_ms == -10_000
    assert abs(far_ms - (WRAP_MS - 10_000)) <= 1


def test_a_presentation_of_endless_runs_is_held_in_little() -> None:
    runs = Runs()
    for run in range(10_000):
        runs.shift_ms(Placement(start_ms=0, run=run), earliest_ms=5_000)
        runs.shift_ms(Placement(start_ms=run * 10_000), earliest_ms=5_000)
    assert runs.shift_ms(Placement(start_ms=1_000, run=9_999), earliest_ms=6_000) == -5_000


def test_what_lies_outside_of_its_stretch_is_not_presented() -> None:
    stretch = Placement(start_ms=0, from_ms=1_000, until_ms=2_000)
    assert [stretch.presents(position_ms) for position_ms in (999, 1_000, 1_999, 2_000)] == [False, True, True, False]
    assert Placement(start_ms=0).presents(-5)
