"""The words of a report."""

import msgspec
import pytest

from matinee.core.notices import (
    Ended,
    Failed,
    FailedOver,
    Failover,
    FirstFrameReady,
    Notice,
    PhaseChanged,
    PlaybackReport,
    RungSwitched,
    StallEnded,
    TracksChanged,
)
from matinee_player.report import notice_text, report_text, why_failed

WHOLE = PlaybackReport(
    title="Big Buck Bunny",
    ended=True,
    played_ms=55_000,
    startup_ms=412,
    stalls=0,
    stall_ms=0,
    switches=3,
    mean_bitrate_kbps=4_120,
    frames_shown=1_318,
    frames_dropped=2,
    failovers=(Failover(at_ms=21_000, from_appliance="isp-a", to_appliance="isp-b", reason="reset"),),
    bytes_by_appliance={"isp-b": 2_700_000, "isp-a": 12_300_000},
    errors=(),
)


def test_a_report_is_aligned_and_names_its_units() -> None:
    assert report_text(WHOLE).splitlines() == [
        "Big Buck Bunny",
        "  Played        0:55, to the end",
        "  Start-up      412 ms",
        "  Stalls        no stalls",
        "  Mean bitrate  4.1 Mbps, 3 switches",
        "  Frames        1318 shown, 2 dropped",
        "  Delivered by  isp-a    12.3 MB  82 %",
        "                isp-b     2.7 MB  18 %",
        "  Failovers     0:21  isp-a → isp-b  (reset)",
        "  Errors        none",
    ]


def test_a_report_says_what_is_missing() -> None:
    report = changed(ended=False, stalls=2, stall_ms=1_500, switches=1, failovers=(), bytes_by_appliance={})
    text = report_text(report)
    for words in ("not to the end", "2 stalls, 1.5 s", "1 switch\n", "Failovers     none", "Delivered by  nobody"):
        assert words in text


def test_a_whole_playback_has_not_failed() -> None:
    assert why_failed(WHOLE) is None


def test_a_picture_that_did_not_move_is_a_failure() -> None:
    assert why_failed(changed(frames_shown=0)) == "Big Buck Bunny: the picture did not move."


def test_without_decoding_the_time_played_counts() -> None:
    assert why_failed(changed(frames_shown=0), is_decoded=False) is None
    assert why_failed(changed(frames_shown=0, played_ms=0), is_decoded=False) is not None


def test_a_playback_that_broke_off_says_where() -> None:
    assert why_failed(changed(ended=False, played_ms=21_000)) == "Big Buck Bunny: stopped at 0:21, before the end."


def test_a_viewer_may_stop() -> None:
    assert why_failed(changed(ended=False), is_whole=False) is None


def test_an_error_is_the_first_reason() -> None:
    assert why_failed(changed(errors=("Segment 7 is nowhere.",))) == "Big Buck Bunny: Segment 7 is nowhere."


@pytest.mark.parametrize(
    ("notice", "text"),
    [
        (FirstFrameReady(412), "the picture moves after 412 ms"),
        (StallEnded(1_500), "stalled for 1.5 s"),
        (FailedOver(21_000, "isp-a", "isp-b", "refused"), "0:21  isp-a → isp-b (refused)"),
        (Failed("media-corrupt", "Segment 7 is corrupt."), "Segment 7 is corrupt."),
        (RungSwitched(235, 5800), None),
        (PhaseChanged("playing"), None),
        (TracksChanged(), None),
        (Ended(), None),
    ],
)
def test_only_what_a_person_wants_to_know_at_once_is_told(notice: Notice, text: str | None) -> None:
    assert notice_text(notice) == text


def changed(**fields: object) -> PlaybackReport:
    return msgspec.structs.replace(WHOLE, **fields)
