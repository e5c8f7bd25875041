"""What the viewer got, added up."""

from matinee.core.messages import PauseAsked, SeekAsked
from matinee.core.notices import (
    Ended,
    EventReached,
    Failed,
    FailedOver,
    Failover,
    FirstFrameReady,
    Jumped,
    Notice,
    PhaseChanged,
    RungSwitched,
    StallEnded,
)
from matinee.core.playhead import Playhead
from matinee.core.stats import MOST_KEPT, PlayerStats
from matinee.core.tally import Tally
from matinee.manifest.presentation import TimedEvent
from matinee.policy.settings import BufferingSettings
from matinee.testing.playbook import track


def test_the_mean_bitrate_is_weighted_by_time() -> None:
    it, shown = Tally(), track(ladder=(1_000, 4_000))
    assert _sums(it).mean_bitrate_kbps == 0
    it.took(shown, shown.renditions[0], start_ms=0, end_ms=6_000)
    it.took(shown, shown.renditions[1], start_ms=6_000, end_ms=8_000)
    assert _sums(it).mean_bitrate_kbps == 1_750
    assert _sums(it).mean_first_kbps == 1_000


def test_a_format_is_kept_once_for_as_long_as_it_lasts() -> None:
    it, shown = Tally(), track()
    for at, rung in enumerate([0, 0, 1, 1, 0]):
        it.took(shown, shown.renditions[rung], start_ms=at * 4_000, end_ms=at * 4_000 + 4_000)
    assert [(format.at_ms, format.bitrate_kbps) for format in _sums(it).formats] == [
        (0, 300),
        (8_000, 1_000),
        (16_000, 300),
    ]


def test_sound_is_summed_apart_and_subtitles_are_not() -> None:
    it = Tally()
    for shown in (track("audio", ladder=(96,)), track("text", ladder=(96,))):
        it.took(shown, shown.renditions[0], start_ms=0, end_ms=4_000)
    sums = _sums(it)
    assert (sums.video_ms, sums.audio_ms, sums.mean_audio_bitrate_kbps, len(sums.formats)) == (0, 4_000, 96, 1)


def test_bytes_are_kept_by_appliance() -> None:
    it = Tally()
    for appliance, size_bytes in [("a", 10), ("b", 5), ("a", 1)]:
        it.got_bytes(appliance, size_bytes)
    assert _sums(it).bytes_by_appliance == {"a": 11, "b": 5}


def test_breaks_and_errors_are_counted_by_what_they_are() -> None:
    it = Tally()
    for scheme in ("urn:scte:scte35:2013:bin", "urn:own"):
        it.note(EventReached(TimedEvent(scheme=scheme, value="", start_ms=0)), now_ms=0)
    assert (_sums(it).ads, _sums(it).abandons) == (1, 1)
    it.note(Failed("media-corrupt", "No."), now_ms=0)
    assert (_sums(it).errors_by_code, _sums(it).abandons) == ({"media-corrupt": 1}, 0)


def test_the_time_of_each_phase_is_kept_the_running_one_included() -> None:
    it = Tally()
    it.began(now_ms=0)
    it.note(PhaseChanged("playing"), now_ms=100)
    it.note(PhaseChanged("paused"), now_ms=1_100)
    it.note(PhaseChanged("playing"), now_ms=1_600)
    it.note(PhaseChanged("seeking"), now_ms=2_000)
    sums = _sums(it, now_ms=2_050)
    assert (sums.starting_ms, sums.playing_ms, sums.paused_ms, sums.seeking_ms) == (100, 1_400, 500, 50)


def test_the_start_is_told_in_its_parts() -> None:
    it = Tally()
    it.began(now_ms=1_000)
    it.read_manifest(now_ms=1_040)
    it.got_keys(now_ms=1_070)
    it.got_keys(now_ms=9_000)
    assert (_sums(it).manifest_ms, _sums(it).keys_ms) == (40, 70)


def test_what_is_announced_and_wished_is_counted() -> None:
    it = Tally()
    notices: list[Notice] = [
        FirstFrameReady(80),
        RungSwitched(300, 1_000),
        StallEnded(5),
        StallEnded(3),
        FailedOver(700, "a", "b", "reset"),
        RungSwitched(1_000, 300),
        RungSwitched(300, 1_000),
        Jumped(0, 8_000),
        Failed("segment-unavailable", "Nobody has it."),
        Ended(),
    ]
    for notice in notices:
        it.note(notice, now_ms=0)
    for wish in (PauseAsked(), SeekAsked(1), SeekAsked(2)):
        it.wished(wish)
    sums = _sums(it)
    assert (sums.starts, sums.ends, sums.failures, sums.jumps) == (1, 1, 1, 1)
    assert (sums.pauses, sums.seeks, sums.longest_stall_ms) == (1, 2, 5)
    assert (sums.switches_up, sums.switches_down, sums.switches) == (2, 1, 3)
    assert sums.failovers == (Failover(700, "a", "b", "reset"),)
    assert sums.errors == ("segment-unavailable: Nobody has it.",)


def test_of_more_than_is_kept_the_rest_is_counted() -> None:
    it = Tally()
    for at in range(MOST_KEPT + 3):
        it.note(Failed("x", str(at)), now_ms=0)
    assert (_sums(it).errors[0], len(_sums(it).errors), _sums(it).forgotten) == ("x: 3", MOST_KEPT, 3)


def _sums(it: Tally, *, now_ms: int = 0) -> PlayerStats:
    return it.stats(Playhead(BufferingSettings(), position_ms=0, now_ms=0), now_ms=now_ms)
