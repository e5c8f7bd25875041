"""The words of a playback report: what a person reads after watching, and why a playback counts as failed (pure)."""

from typing import assert_never

from matinee.core.notices import (
    Ended,
    EventReached,
    Failed,
    FailedOver,
    Failover,
    FirstFrameReady,
    Jumped,
    Notice,
    PeriodEntered,
    PhaseChanged,
    PlaybackReport,
    RungSwitched,
    StallEnded,
    TracksChanged,
)
from matinee_player.words import clock_text, count_text, rate_text, size_text, span_text

_LABEL_WIDTH = 14


def report_text(report: PlaybackReport) -> str:
    """The report as aligned lines with units, the title first."""
    lines = [report.title, *(_line(label, text) for label, text in _facts(report))]
    lines += _listed("Delivered by", _deliveries(report.bytes_by_appliance))
    lines += _listed("Failovers", [_failover_text(failover) for failover in report.failovers] or ["none"])
    lines += _listed("Errors", list(report.errors) or ["none"])
    return "\n".join(lines)


def why_failed(report: PlaybackReport, *, is_decoded: bool = True, is_whole: bool = True) -> str | None:
    """One line saying why this playback does not count, or None if it does.

    Without decoding there are no pictures to count: the time played stands for them. A viewer may stop (`is_whole`
    False); a playback without viewer is to reach the end.
    """
    if report.errors:
        return f"{report.title}: {report.errors[0]}"
    if report.played_ms <= 0 or (is_decoded and report.frames_shown <= 0):
        return f"{report.title}: the picture did not move."
    if is_whole and not report.ended:
        return f"{report.title}: stopped at {clock_text(report.played_ms)}, before the end."
    return None


def notice_text(notice: Notice) -> str | None:
    """What to tell a person about `notice`, or None where the report will say enough."""
    match notice:
        case FirstFrameReady(startup_ms=startup_ms):
            return f"the picture moves after {span_text(startup_ms)}"
        case StallEnded(stall_ms=stall_ms):
            return f"stalled for {span_text(stall_ms)}"
        case FailedOver():
            return f"{clock_text(notice.at_ms)}  {notice.from_appliance} → {notice.to_appliance} ({notice.reason})"
        case Failed(what=what):
            return what
        case PhaseChanged() | RungSwitched() | TracksChanged() | PeriodEntered() | EventReached() | Jumped() | Ended():
            return None
        case _:
            assert_never(notice)


def _facts(report: PlaybackReport) -> list[tuple[str, str]]:
    ending = "to the end" if report.ended else "not to the end"
    stalls = count_text(report.stalls, "stall")
    return [
        ("Played", f"{clock_text(report.played_ms)}, {ending}"),
        ("Start-up", span_text(report.startup_ms)),
        ("Stalls", f"{stalls}, {span_text(report.stall_ms)}" if report.stalls else stalls),
        ("Mean bitrate", f"{rate_text(report.mean_bitrate_kbps)}, {_switches_text(report.switches)}"),
        ("Frames", f"{report.frames_shown} shown, {report.frames_dropped} dropped"),
    ]


def _switches_text(switches: int) -> str:
    return "1 switch" if switches == 1 else f"{switches or 'no'} switches"


def _deliveries(bytes_by_appliance: dict[str, int]) -> list[str]:
    total_bytes = sum(bytes_by_appliance.values())
    width = max(map(len, bytes_by_appliance), default=0)
    most_first = sorted(bytes_by_appliance.items(), key=lambda item: (-item[1], item[0]))
    return [
        f"{name:<{width}}  {size_text(size_bytes):>9}  {_percent(size_bytes, total_bytes):>4}"
        for name, size_bytes in most_first
    ] or ["nobody"]


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else "0 %"


def _failover_text(failover: Failover) -> str:
    return f"{clock_text(failover.at_ms)}  {failover.from_appliance} → {failover.to_appliance}  ({failover.reason})"


def _listed(label: str, texts: list[str]) -> list[str]:
    return [_line(label if index == 0 else "", text) for index, text in enumerate(texts)]


def _line(label: str, text: str) -> str:
    return f"  {label:<{_LABEL_WIDTH}}{text}"
