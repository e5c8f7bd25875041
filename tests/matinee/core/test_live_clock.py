"""What is live at a moment."""

import pytest

from matinee.core.live_clock import EARLY_MS, MOST_EARLY_MS, MOST_MISSES, SYNC_EVERY_MS, SYNC_LEAST_MS, LiveClock
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
    it.listed(end_ms=62_000, now_ms=7_001)
    assert it.position_ms(now_ms=8_000) == 63_000


def test_reading_that_drifts_against_growing_moves_nothing() -> None:
    it = clock(Live(refresh_ms=2_000), wall_ms=None)
    for at in range(40):
        now_ms = 5_000 + at * 2_040
        it.listed(end_ms=now_ms // 2_000 * 2_000, now_ms=now_ms)
    assert it.position_ms(now_ms=100_000) in range(99_900, 100_001)


def test_where_playlists_tell_everything_listed_is_there() -> None:
    it = clock(Live(), wall_ms=None)
    it.listed(end_ms=60_000, now_ms=5_000)
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


def test_after_a_segment_that_is_missing_nothing_is_asked_for_a_while_but_the_time() -> None:
    it = clock()
    it.take_sync(now_ms=5_000)
    it.missed(now_ms=20_000)
    assert it.available_ms(end_ms=75_000, early_ms=0) == 20_000 + EARLY_MS
    assert it.take_sync(now_ms=20_000) == (TIME,)
    it.missed(now_ms=20_250)
    assert it.sync_due_ms == 20_000 + SYNC_LEAST_MS


def test_live_is_where_it_was_after_one_miss_and_later_after_several() -> None:
    it = clock()
    it.missed(now_ms=20_000)
    assert it.position_ms(now_ms=20_000) == 75_000
    it.missed(now_ms=20_250)
    assert it.position_ms(now_ms=20_250) == 75_250 - 500


def test_once_segments_are_there_again_the_next_answer_sets_the_clock_right() -> None:
    it = clock()
    it.missed(now_ms=20_000)
    it.missed(now_ms=20_250)
    it.synced(wall_ms=1_075_300, now_ms=20_300)
    assert it.position_ms(now_ms=20_300) == 75_300 - 500
    it.found(end_ms=0)
    it.synced(wall_ms=1_076_000, now_ms=21_000)
    assert it.position_ms(now_ms=21_000) == 76_000


def test_each_further_miss_waits_twice_as_long_up_to_a_bound() -> None:
    it, waits = clock(), list[int | None]()
    for _ in range(7):
        it.missed(now_ms=200_000)
        waits.append(it.available_ms(end_ms=0, early_ms=0))
    assert waits == [200_000 + wait_ms for wait_ms in (250, 500, 1_000, 2_000, 4_000, MOST_EARLY_MS, MOST_EARLY_MS)]


def test_after_many_in_a_row_waiting_will_not_mend_it() -> None:
    it, may = clock(), list[bool]()
    for _ in range(MOST_MISSES):
        may.append(it.may_miss(end_ms=60_000))
        it.missed(now_ms=0)
    assert (may, it.may_miss(end_ms=60_000)) == ([True] * MOST_MISSES, False)


def test_what_is_older_than_something_that_was_there_is_not_early() -> None:
    it = clock()
    it.found(end_ms=60_000)
    assert [it.may_miss(end_ms=end_ms) for end_ms in (60_000, 62_000)] == [False, True]


def test_a_clock_that_was_wrong_is_right_again_with_the_next_answer() -> None:
    it = clock()
    it.missed(now_ms=20_000)
    it.synced(wall_ms=1_073_000, now_ms=20_000)
    assert it.position_ms(now_ms=20_000) == 73_000


def test_what_lies_before_the_window_is_no_longer_kept() -> None:
    assert clock(Live(zero_wall_ms=1_000_000, window_ms=20_000)).oldest_ms(now_ms=5_000) == 40_000
    assert clock().oldest_ms(now_ms=5_000) == 0
