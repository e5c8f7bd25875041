"""The tally: what the viewer got, added up as it happens."""

from matinee.core.notices import Failed, FailedOver, Failover, Notice, PlaybackReport, RungSwitched
from matinee.core.playhead import Playhead


class Tally:
    """Sums over a session; the playhead keeps those over time."""

    def __init__(self) -> None:
        self.switches: int = 0
        self.failovers: list[Failover] = []
        self.errors: list[str] = []
        self.bytes_by_appliance: dict[str, int] = {}
        self._video_ms = 0
        self._video_kbits = 0

    @property
    def mean_bitrate_kbps(self) -> int:
        """Of the video appended, weighted by time; 0 before the first segment."""
        return self._video_kbits // max(self._video_ms, 1)

    def got_bytes(self, appliance: str, size_bytes: int) -> None:
        self.bytes_by_appliance[appliance] = self.bytes_by_appliance.get(appliance, 0) + size_bytes

    def got_video(self, *, bitrate_kbps: int, duration_ms: int) -> None:
        self._video_ms += duration_ms
        self._video_kbits += bitrate_kbps * duration_ms

    def note(self, notice: Notice) -> None:
        """Count what was announced."""
        if isinstance(notice, RungSwitched):
            self.switches += 1
        if isinstance(notice, FailedOver):
            self.failovers.append(Failover(notice.at_ms, notice.from_appliance, notice.to_appliance, notice.reason))
        if isinstance(notice, Failed):
            self.errors.append(f"{notice.code}: {notice.what}")

    def report(
        self, title: str, *, playhead: Playhead, ended: bool, frames_shown: int, frames_dropped: int, now_ms: int
    ) -> PlaybackReport:
        """What the viewer got until now."""
        return PlaybackReport(
            title=title,
            ended=ended,
            played_ms=playhead.played_ms(now_ms=now_ms),
            startup_ms=playhead.startup_ms,
            stalls=playhead.stalls,
            stall_ms=playhead.stall_ms(now_ms=now_ms),
            switches=self.switches,
            mean_bitrate_kbps=self.mean_bitrate_kbps,
            frames_shown=frames_shown,
            frames_dropped=frames_dropped,
            failovers=tuple(self.failovers),
            bytes_by_appliance=dict(self.bytes_by_appliance),
            errors=tuple(self.errors),
        )
