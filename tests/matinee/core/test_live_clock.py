"""What is live at a moment."""

import pytest

from matinee.core.live_clock import EARLY_MS, MOST_EARLY_MS, SYNC_EVERY_MS, SYNC_LEAST_MS, LiveClock
from matinee.manifest.presentation import ClockSource, Live

TIME = ClockSource(scheme="http-iso", value="http://time.test/")
LIVE = Live(zero_wall_ms=1_000_000, clocks=(TIME,))


def clock(live: Live = LIVE, *, wall_ms: int | None = 1_060_000) -> LiveClock:
    """One for which live is a minute at the time 5000."""
    it = LiveClock()
    it.read(live)
    if wall_ms is not None:
        it.synced(wall_ms=wall_ms, now_ms=5_000)
    return it


def test_live_is_what_the_wall_says_since_the_beginning() -> None:
    assert clock().position_ms(now_ms=6_500) == 61_500


def test_before_the_wall_is_known_nothing_is() -> None:
    it = clock(wall_ms=None)
    assert (it.is_set, it.position_ms(now_ms=5_000), it.available_ms(end_ms=0, early_ms=0)) == (False, None, None)


def test_a_segment_is_to_be_had_at_its_end_or_as_early_as_it_is_offered() -> None:
    assert clock().available_ms(end_ms=62_000, early_ms=0) == 7_000
    assert clock().available_ms(end_ms=62_000, early_ms=1_500) == 5_500


def test_of_a_whole_title_everything_is_there() -> None:
    it = clock()
    it.read(None)
    assert (it.position_ms(now_ms=5_000), it.available_ms(end_ms=10**9, early_ms=0)) == (None, 0)


def test_where_playlists_tell_live_is_the_furthest_end_of_the_last_ones() -> None:
    it = clock(Live(), wall_ms=None)
    assert it.position_ms(now_ms=5_000) is None
    it.listed(end_ms=60_000, now_ms=5_000)
    it.listed(end_ms=60_000, now_ms=7_000)
    assert it.position_ms(now_ms=8_000) == 63_000
    assert it.available_ms(end_ms=62_000, early_ms=0) == 0


def test_a_service_that_stood_still_is_no_longer_expected_where_it_would_be() -> None:
    it = clock(Live(), wall_ms=None)
    it.listed(end_ms=60_000, now_ms=5_000)
    for at in range(8):
        it.listed(end_ms=60_000, now_ms=35_000 + at * 1_000)
    assert it.position_ms(now_ms=42_000) == 67_000


def test_the_time_is_asked_for_at_once_and_then_seldom() -> None:
    it = clock(wall_ms=None)
    assert it.take_sync(now_ms=5_000) == (TIME,)
    assert it.take_sync(now_ms=5_000) is None
    assert it.sync_due_ms == 5_000 + SYNC_EVERY_MS


@pytest.mark.parametrize("live", [None, Live()])
def test_where_the_time_helps_nobody_it_is_not_asked_for(live: Live | None) -> None:
    it = LiveClock()
    it.read(live)
    assert (it.take_sync(now_ms=5_000), it.sync_due_ms) == (None, None)


def test_a_small_difference_between_two_answers_is_that_of_the_road() -> None:
    it = clock()
    it.synced(wall_ms=1_061_060, now_ms=6_000)
    assert it.position_ms(now_ms=6_000) == 61_000
    it.synced(wall_ms=1_062_500, now_ms=7_000)
    assert it.position_ms(now_ms=7_000) == 62_500


def test_a_segment_that_is_missing_means_that_all_is_later_and_the_time_is_asked_for_anew() -> None:
    it = clock()
    it.take_sync(now_ms=5_000)
    assert it.missed(now_ms=20_000) == 20_000 + EARLY_MS
    assert it.position_ms(now_ms=20_000) == 75_000 - EARLY_MS
    assert it.available_ms(end_ms=75_000, early_ms=0) == 20_000 + EARLY_MS
    assert it.take_sync(now_ms=20_000) == (TIME,)
    it.missed(now_ms=20_250)
    assert it.sync_due_ms == 20_000 + SYNC_LEAST_MS


def test_each_further_miss_waits_twice_as_long_up_to_a_bound() -> None:
    it = clock()
    waits = [it.missed(now_ms=0) for _ in range(8)]
    assert waits == [250, 250, 500, 1_000, 2_000, 4_000, MOST_EARLY_MS, MOST_EARLY_MS]


def test_a_clock_that_was_wrong_is_right_again_with_the_next_answer() -> None:
    it = clock()
    it.missed(now_ms=20_000)
    it.synced(wall_ms=1_073_000, now_ms=20_000)
    assert it.position_ms(now_ms=20_000) == 73_000
