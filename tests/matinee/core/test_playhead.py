"""Where the viewer is, whether it moves, and for how long it had to wait."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.core.notices import FirstFrameReady, StallEnded
from matinee.core.playhead import Playhead
from matinee.policy.settings import BufferingSettings

SETTINGS = BufferingSettings(start_ms=1_000, resume_ms=3_000, full_ms=10_000)
TITLE_MS = 60_000


def starting(*, position_ms: int = 0, now_ms: int = 0) -> Playhead:
    return Playhead(SETTINGS, position_ms=position_ms, now_ms=now_ms)


def settle(it: Playhead, here_ms: int, *, now_ms: int) -> FirstFrameReady | StallEnded | None:
    """Tell it that media is here up to `here_ms` of the title."""
    position_ms = it.position_ms(now_ms=now_ms)
    return it.settle(buffer_ms=here_ms - position_ms, left_ms=TITLE_MS - position_ms, can_decrypt=True, now_ms=now_ms)


def playing(here_ms: int) -> Playhead:
    """At 0 of the title, at 0 of the clock."""
    it = starting()
    settle(it, here_ms, now_ms=0)
    return it


def test_it_counts_how_often_it_was_put_elsewhere() -> None:
    it = playing(9_000)
    it.seek(5_000, now_ms=1_000)
    it.slide(6_000, now_ms=1_000)
    assert (it.jumps, it.position_ms(now_ms=1_000)) == (2, 6_000)


@given(
    st.lists(
        st.tuples(st.sampled_from(["media", "settle", "pause", "resume", "seek"]), st.integers(0, 5_000)), max_size=40
    )
)
def test_every_moment_is_played_or_stalled_or_paused_or_sought_through(steps: list[tuple[str, int]]) -> None:
    it, here_ms, now_ms, excused_ms, sought_ms = playing(2_000), 2_000, 0, 0, 0
    for step, elapsed_ms in steps:
        excused_ms += elapsed_ms if it.phase in ("paused", "seeking") else 0
        now_ms += elapsed_ms
        if step == "media":
            here_ms += elapsed_ms
        elif step == "pause":
            it.pause(now_ms=now_ms)
        elif step == "resume":
            it.resume(now_ms=now_ms)
        elif step == "seek":
            before_ms = it.position_ms(now_ms=now_ms)
            it.seek(elapsed_ms, now_ms=now_ms)
            sought_ms += elapsed_ms - before_ms
        settle(it, here_ms, now_ms=now_ms)
        played_ms = it.played_ms(now_ms=now_ms)
        assert played_ms + it.stall_ms(now_ms=now_ms) + excused_ms == now_ms
        assert it.position_ms(now_ms=now_ms) == played_ms + sought_ms


@given(st.integers(1, 20_000), st.lists(st.integers(0, 30_000), max_size=5))
def test_it_never_passes_the_media_that_is_here_however_late_it_is_asked(here_ms: int, lates_ms: list[int]) -> None:
    it, now_ms = playing(here_ms), 0
    for late_ms in lates_ms:
        now_ms += late_ms
        assert it.position_ms(now_ms=now_ms) <= here_ms
        settle(it, here_ms, now_ms=now_ms)


def test_it_starts_with_enough_media_and_says_how_long_that_took() -> None:
    it = starting(now_ms=100)
    assert settle(it, 999, now_ms=200) is None
    assert settle(it, 1_000, now_ms=350) == FirstFrameReady(250)
    assert it.startup_ms == 250
    assert it.position_ms(now_ms=400) == 50


def test_without_the_keys_no_media_is_enough() -> None:
    it = starting()
    it.settle(buffer_ms=9_000, left_ms=TITLE_MS, can_decrypt=False, now_ms=10)
    assert it.phase == "starting"


def test_a_stall_is_left_with_more_media_than_a_start() -> None:
    it = playing(1_000)
    settle(it, 1_000, now_ms=1_000)
    assert it.phase == "stalled"
    assert settle(it, 3_999, now_ms=1_500) is None
    assert settle(it, 4_000, now_ms=1_700) == StallEnded(700)
    assert (it.phase, it.stalls, it.stall_ms(now_ms=1_700)) == ("playing", 1, 700)


def test_a_stall_noticed_late_began_when_the_media_ran_out() -> None:
    it = playing(1_000)
    assert settle(it, 8_000, now_ms=1_400) == StallEnded(400)
    assert (it.position_ms(now_ms=1_400), it.stalls) == (1_000, 1)


def test_an_end_that_is_noticed_late_is_no_stall() -> None:
    it = playing(1_000)
    it.end(now_ms=1_400)
    assert (it.played_ms(now_ms=2_000), it.stalls, it.stall_ms(now_ms=2_000)) == (1_000, 0, 0)


def test_an_end_out_of_a_stall_keeps_the_stall() -> None:
    it = playing(1_000)
    settle(it, 1_000, now_ms=1_000)
    it.end(now_ms=1_400)
    assert (it.stalls, it.stall_ms(now_ms=2_000)) == (1, 400)


def test_what_passes_while_paused_is_no_stall() -> None:
    it = playing(1_000)
    settle(it, 1_000, now_ms=1_000)
    it.pause(now_ms=1_100)
    it.resume(now_ms=61_100)
    assert settle(it, 4_000, now_ms=61_200) == StallEnded(200)


def test_waiting_after_a_seek_is_no_stall() -> None:
    it = playing(1_000)
    it.seek(30_000, now_ms=500)
    assert settle(it, 31_000, now_ms=2_500) is None
    assert (it.phase, it.stalls, it.stall_ms(now_ms=2_500), it.played_ms(now_ms=2_500)) == ("playing", 0, 0, 500)


def test_a_seek_before_the_start_moves_the_start() -> None:
    it = starting()
    it.seek(30_000, now_ms=100)
    assert it.phase == "starting"
    assert settle(it, 31_000, now_ms=200) == FirstFrameReady(200)
    assert it.position_ms(now_ms=200) == 30_000


def test_no_more_is_waited_for_than_is_ever_buffered() -> None:
    it = Playhead(BufferingSettings(start_ms=5_000, full_ms=2_000), position_ms=0, now_ms=0)
    settle(it, 2_000, now_ms=100)
    assert it.phase == "playing"


def test_ahead_of_the_viewer_it_stands_and_start_up_is_counted_from_his_wish() -> None:
    it = Playhead(SETTINGS, position_ms=0, now_ms=0, is_ahead=True)
    assert settle(it, 4_000, now_ms=500) is None
    assert it.phase == "paused"
    it.resume(now_ms=9_000)
    assert settle(it, 4_000, now_ms=9_000) == FirstFrameReady(0)
    assert it.position_ms(now_ms=9_500) == 500
