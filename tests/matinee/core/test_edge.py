"""Where the viewer of something live should be, and how he gets and stays there."""

import msgspec
import pytest

from matinee.core.edge import LEAST_REFRESH_MS, LiveEdge
from matinee.core.live_clock import MOST_MISSES
from matinee.core.messages import ManifestTarget
from matinee.manifest.presentation import Live
from matinee.policy.settings import LiveSettings
from matinee.testing.playbook import segment_of
from tests.support.broadcasts import LIVE, SHOWN, Watched

WISHED_MS = 97_000


def test_one_who_joins_begins_as_far_behind_live_as_the_service_says() -> None:
    it = Watched(position_ms=0)
    assert it.edge.entry_ms(it.selection, now_ms=0, or_else_ms=0) == WISHED_MS


@pytest.mark.parametrize(
    ("own_ms", "live", "entry_ms"),
    [
        (1_500, LIVE, 98_500),
        (0, msgspec.structs.replace(LIVE, delay_ms=None), 94_000),
        (0, msgspec.structs.replace(LIVE, window_ms=1_000), 99_000),
    ],
)
def test_the_app_s_wish_comes_first_three_segments_last_and_the_window_bounds_all(
    own_ms: int, live: Live, entry_ms: int
) -> None:
    it = Watched(live, position_ms=0, settings=LiveSettings(delay_ms=own_ms))
    assert it.edge.entry_ms(it.selection, now_ms=0, or_else_ms=0) == entry_ms


def test_one_who_wishes_to_be_elsewhere_begins_there() -> None:
    it = Watched(position_ms=60_000)
    it.edge.follows = False
    assert it.edge.entry_ms(it.selection, now_ms=0, or_else_ms=60_000) == 60_000


def test_nobody_can_begin_before_it_is_known_where_live_is() -> None:
    it = LiveEdge(LiveSettings())
    placed = [it.is_placed]
    it.read(LIVE, now_ms=0)
    placed.append(it.is_placed)
    it.clock.synced(wall_ms=2_000_000, now_ms=0)
    assert [*placed, it.is_placed] == [True, False, True]


def test_where_playlists_tell_where_live_is_one_begins_anywhere_and_is_moved() -> None:
    it = Watched(Live(delay_ms=6_000), position_ms=0)
    assert it.edge.is_placed
    assert it.jump_ms() is None
    it.edge.listed(Live(delay_ms=6_000, window_ms=30_000), end_ms=50_000, now_ms=0)
    assert it.jump_ms() == 44_000


def test_a_manifest_that_will_be_void_is_read_at_once_but_not_without_pause() -> None:
    it = LiveEdge(LiveSettings())
    it.hurry(now_ms=0)
    assert it.wake_at_ms() is None
    it.read(LIVE, now_ms=0)
    it.hurry(now_ms=0)
    assert [it.take_turn(now_ms=at_ms) for at_ms in (LEAST_REFRESH_MS - 1, LEAST_REFRESH_MS)] == [False, True]
    it.hurry(now_ms=5_000)
    assert it.take_turn(now_ms=5_000)


def test_a_manifest_is_read_again_when_it_says_so_but_not_without_pause() -> None:
    it = LiveEdge(LiveSettings())
    it.read(LIVE, now_ms=0)
    assert [it.take_turn(now_ms=at_ms) for at_ms in (29_999, 30_000, 30_001)] == [False, True, False]
    it.read(msgspec.structs.replace(LIVE, refresh_ms=0), now_ms=0)
    assert it.wake_at_ms() == 0
    it.clock.take_sync(now_ms=0)
    assert it.wake_at_ms() == LEAST_REFRESH_MS


def test_one_far_from_where_he_should_be_is_moved_there() -> None:
    it = Watched(position_ms=80_000)
    it.bring(3)
    assert it.jump_ms() == WISHED_MS
    it = Watched(position_ms=88_000)
    it.bring(3)
    assert it.jump_ms() is None


def test_before_the_picture_moved_the_delay_over_again_is_far() -> None:
    assert Watched(position_ms=94_000).jump_ms() is None
    assert Watched(position_ms=93_999).jump_ms() == WISHED_MS


def test_one_who_sought_or_paused_is_moved_only_when_what_he_watches_is_gone() -> None:
    it = Watched(position_ms=50_000)
    it.edge.follows = False
    it.bring(2)
    assert it.jump_ms() is None
    assert it.jump_ms(now_ms=60_000) == 102_000


def test_nobody_is_moved_while_there_is_something_to_play_or_he_does_not_want_to() -> None:
    it = Watched(position_ms=38_000)
    it.edge.follows = False
    it.bring(2)
    assert it.jump_ms() is None
    it.playhead.pause(now_ms=60_000)
    assert it.jump_ms(now_ms=60_000) is None


def test_one_who_waited_for_the_first_picture_begins_where_live_went_meanwhile() -> None:
    it = Watched(position_ms=WISHED_MS)
    it.bring(2, now_ms=400)
    assert it.slide_ms(now_ms=400) == WISHED_MS + 400


def test_he_does_not_begin_so_late_that_nothing_is_left() -> None:
    it = Watched(position_ms=WISHED_MS)
    it.bring(1, now_ms=900)
    assert it.slide_ms(now_ms=900) is None
    it = Watched(position_ms=96_500)
    it.bring(1, now_ms=900)
    assert it.slide_ms(now_ms=900) == 97_000


def test_a_lag_is_made_up_and_the_alarm_rings_when_it_is_gone() -> None:
    it = Watched(position_ms=96_800)
    it.bring(2)
    assert it.rate() == 1_020
    it.bring(2)
    rang: list[int] = []
    while it.playhead.rate_permille != 1000:
        due_ms = it.edge.wake_at_ms()
        assert due_ms is not None
        rang.append(due_ms)
        it.edge.clock.take_sync(now_ms=due_ms)
        it.bring(1, now_ms=due_ms)
        it.rate(now_ms=due_ms)
    assert WISHED_MS + rang[-1] - it.playhead.position_ms(now_ms=rang[-1]) in range(-1, 20)


def test_the_app_s_own_speed_is_left_alone() -> None:
    it = Watched(position_ms=90_000)
    it.bring(4)
    it.playhead.set_rate(1_500, now_ms=0)
    it.edge.is_free = True
    assert it.rate() == 1_500


@pytest.mark.parametrize("settings", [LiveSettings(catch_up="off"), LiveSettings()])
def test_without_leave_or_a_wish_to_follow_nothing_is_made_up(settings: LiveSettings) -> None:
    it = Watched(position_ms=90_000, settings=settings)
    it.edge.follows = settings.catch_up == "off"
    it.bring(4)
    assert it.rate() == 1_000


def test_when_the_presentation_is_over_a_correction_is_too() -> None:
    it = Watched(position_ms=96_000)
    it.bring(2)
    assert it.rate() > 1_000
    it.edge.read(None, now_ms=0)
    assert (it.rate(), it.jump_ms(), it.edge.patience_ms(it.selection)) == (1_000, None, None)


def test_one_who_stalls_again_and_again_is_kept_further_behind_as_far_as_the_service_allows() -> None:
    it = Watched(msgspec.structs.replace(LIVE, most_delay_ms=3_700), position_ms=WISHED_MS)
    entries: list[int] = []
    for stalls in range(4):
        it.edge.note_stalls(it.selection, stalls, now_ms=0)
        entries.append(it.edge.entry_ms(it.selection, now_ms=0, or_else_ms=0))
    assert entries == [WISHED_MS, WISHED_MS, WISHED_MS - 500, WISHED_MS - 700]


@pytest.mark.parametrize(
    ("number", "reason", "early"),
    [(50, "http-404", True), (47, "http-404", True), (46, "http-404", False), (50, "http-500", False)],
)
def test_only_the_newest_segments_may_just_not_be_there_yet(number: int, reason: str, early: bool) -> None:
    it = Watched(position_ms=WISHED_MS)
    assert it.edge.is_early(segment_of(SHOWN, 0, number), reason, now_ms=0) is early


def test_nothing_is_early_once_waiting_did_not_help_or_if_it_is_no_segment() -> None:
    it = Watched(position_ms=WISHED_MS)
    assert not it.edge.is_early(ManifestTarget(), "http-404", now_ms=0)
    for _ in range(MOST_MISSES):
        it.edge.clock.missed(now_ms=0)
    assert not it.edge.is_early(segment_of(SHOWN, 0, 50), "http-404", now_ms=0)


def test_what_has_left_the_window_is_gone() -> None:
    it = Watched(position_ms=WISHED_MS)
    assert [it.edge.is_gone(position_ms, now_ms=0) for position_ms in (39_999, 40_000)] == [True, False]


def test_a_viewer_of_low_latency_who_is_late_goes_on_where_he_should_be_if_that_is_here() -> None:
    it = Watched(position_ms=96_000)
    it.bring(1)
    assert it.edge.skip_ms(it.selection, it.playhead, now_ms=0) == WISHED_MS
    it.edge.follows = False
    assert it.edge.skip_ms(it.selection, it.playhead, now_ms=0) is None


def test_while_the_picture_stands_still_no_alarm_rings_for_its_speed() -> None:
    it = Watched(msgspec.structs.replace(LIVE, refresh_ms=None), position_ms=96_800)
    it.bring(2)
    it.rate()
    it.edge.clock.take_sync(now_ms=0)
    it.playhead.hold("stalled", now_ms=100)
    it.rate(now_ms=100)
    due_ms = it.edge.wake_at_ms()
    assert due_ms is not None
    assert due_ms > 100_000
