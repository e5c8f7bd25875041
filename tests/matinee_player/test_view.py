"""The view: every fact makes the next one, and nothing else does."""

import msgspec
import pytest

from matinee.core.notices import (
    Ended,
    Failed,
    FailedOver,
    FirstFrameReady,
    PhaseChanged,
    PlayerState,
    RungSwitched,
    StallEnded,
    TrackChoice,
    TracksChanged,
)
from matinee.errors import SegmentUnavailable
from matinee_player.view import (
    CREDIT_SHOWN_MS,
    HISTORY_SAMPLES,
    CuesChanged,
    Drawing,
    Drawn,
    MuteToggled,
    OverlayToggled,
    SecondPassed,
    Sought,
    Stopped,
    Trouble,
    View,
    next_audio,
    next_text,
    reduce,
    seek_target_ms,
    trouble_of,
)

START = View(title="Reel", credit="© A studio", duration_ms=60_000)
STATE = PlayerState(
    phase="playing",
    position_ms=12_000,
    duration_ms=60_000,
    buffer_ms=8_000,
    bitrate_kbps=2350,
    width=1280,
    height=720,
    throughput_kbps=9000,
    appliance="isp-a",
    stalls=1,
    stall_ms=300,
    tracks=(),
)


def test_the_state_of_the_player_is_shown_as_it_is() -> None:
    view = reduce(START, STATE)
    assert msgspec.structs.asdict(view) | msgspec.structs.asdict(STATE) == msgspec.structs.asdict(view)


def test_a_phase_is_shown_at_once() -> None:
    assert reduce(START, PhaseChanged("stalled")).phase == "stalled"


def test_the_time_to_the_first_frame_is_kept() -> None:
    assert reduce(START, FirstFrameReady(410)).startup_ms == 410


def test_a_switch_and_a_failover_are_shown_before_the_next_state() -> None:
    view = reduce(reduce(START, RungSwitched(235, 5800)), FailedOver(9_000, "isp-a", "isp-b", "reset"))
    assert (view.bitrate_kbps, view.appliance, view.failovers) == (5800, "isp-b", 1)


@pytest.mark.parametrize("notice", [StallEnded(120), TracksChanged()])
def test_sums_and_tracks_are_left_to_the_state(notice: StallEnded | TracksChanged) -> None:
    assert reduce(START, notice) == START


def test_a_failure_says_what_to_do_and_takes_the_subtitles_away() -> None:
    view = reduce(reduce(START, CuesChanged(("Hello.",))), Failed("segment-unavailable", "Segment 7 is nowhere."))
    assert view.phase == "failed"
    assert view.trouble == Trouble(what="Segment 7 is nowhere.", what_to_do="Check the appliances.")


def test_a_failure_of_a_kind_that_nobody_here_knows_is_shown_all_the_same() -> None:
    assert reduce(START, Failed("of-tomorrow", "Something new.")).trouble == Trouble(
        what="Something new.", what_to_do=""
    )


def test_an_error_that_ends_playback_is_shown_with_its_next_step() -> None:
    view = reduce(START, Stopped(trouble_of(SegmentUnavailable("Segment 7 is nowhere."))))
    assert view.trouble == Trouble(what="Segment 7 is nowhere.", what_to_do="Check the appliances.")


def test_the_end_leaves_no_subtitle_behind() -> None:
    view = reduce(reduce(START, CuesChanged(("Hello.",))), Ended())
    assert (view.phase, view.cues) == ("ended", ())


def test_a_jump_moves_the_playhead_before_the_player_says_so() -> None:
    assert reduce(START, Sought(30_000)).position_ms == 30_000


def test_the_overlay_and_the_sound_are_toggled() -> None:
    view = reduce(reduce(START, OverlayToggled()), MuteToggled())
    assert (view.is_overlay_shown, view.is_muted) == (True, True)
    assert reduce(reduce(view, OverlayToggled()), MuteToggled()) == START


def test_what_was_drawn_is_shown() -> None:
    assert reduce(START, Drawn(Drawing(shown=24, dropped=1))).drawing.shown == 24


def test_the_history_holds_the_last_minute() -> None:
    view = START
    for second in range(HISTORY_SAMPLES + 5):
        view = reduce(msgspec.structs.replace(view, buffer_ms=second), SecondPassed())
    assert view.history.buffer_ms == tuple(range(5, HISTORY_SAMPLES + 5))


def test_the_history_of_stalls_shows_when_they_were() -> None:
    view = START
    for stall_ms in (0, 0, 300, 300, 450):
        view = reduce(msgspec.structs.replace(view, stall_ms=stall_ms), SecondPassed())
    assert view.history.stall_ms == (0, 0, 300, 0, 150)


def test_the_credit_is_shown_at_the_start_only() -> None:
    assert START.is_credit_shown
    assert not reduce(START, Sought(CREDIT_SHOWN_MS)).is_credit_shown
    assert not View(title="Reel").is_credit_shown


@pytest.mark.parametrize(("by_ms", "target_ms"), [(10_000, 22_000), (-20_000, 0), (90_000, 60_000)])
def test_a_jump_stays_inside_the_title(by_ms: int, target_ms: int) -> None:
    assert seek_target_ms(reduce(START, STATE), by_ms) == target_ms


def test_audio_goes_round_and_round() -> None:
    tracks = (a_track("a-en", "audio", is_selected=False), a_track("a-de", "audio", is_selected=True))
    assert next_audio(tracks) == tracks[0]


def test_there_is_no_next_audio_when_there_is_only_one() -> None:
    assert next_audio((a_track("a-en", "audio", is_selected=True),)) is None
    assert next_audio(()) is None


def test_subtitles_go_from_none_through_all_to_none() -> None:
    english, german = a_track("t-en", "text", is_selected=False), a_track("t-de", "text", is_selected=False)
    assert next_text((english, german)) == english
    assert next_text((chosen(english), german)) == german
    assert next_text((english, chosen(german))) is None


def a_track(track_id: str, kind: str, *, is_selected: bool) -> TrackChoice:
    fields = {"track_id": track_id, "kind": kind, "language": "en", "label": "", "is_selected": is_selected}
    return msgspec.convert(fields, TrackChoice)


def chosen(track: TrackChoice) -> TrackChoice:
    return msgspec.structs.replace(track, is_selected=True)
