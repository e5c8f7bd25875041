"""Statistics: what viewers got, as sums and counts, so that those of any number of sessions add up to one value."""

from collections.abc import Callable
from typing import Any

import msgspec

from matinee.core.notices import Failover, PlaybackReport
from matinee.manifest.presentation import TrackKind

MOST_KEPT = 100
"""Of formats, failovers and errors: the latest; `forgotten` counts the rest."""


class FormatPlayed(msgspec.Struct, frozen=True, kw_only=True):
    """A format, and from where on it was played."""

    at_ms: int
    """Media position."""
    kind: TrackKind
    track_id: str
    bitrate_kbps: int
    codecs: str
    width: int = 0
    height: int = 0


class PlayerStats(msgspec.Struct, frozen=True, kw_only=True):
    """What the viewers of one or more sessions got, until now.

    Everything is a sum or a count unless its name or its comment says otherwise; means and ratios are properties, so
    that they are right after `merge` too.
    """

    sessions: int = 0
    starts: int = 0
    """Sessions whose picture has moved."""
    ends: int = 0
    """Sessions that came to the end of their title."""
    failures: int = 0
    """Sessions that failed; `errors` says how."""
    abandons: int = 0
    """Sessions without a picture, though nothing failed; one that is still starting counts too."""

    startup_ms: int = 0
    """From the wish to play until the picture could move."""
    manifest_ms: int = 0
    """From the wish to play until the manifest was read."""
    keys_ms: int = 0
    """From the wish to play until the keys were there; nothing for titles that need none."""
    starting_ms: int = 0
    playing_ms: int = 0
    """By the clock; `played_ms` is of media."""
    paused_ms: int = 0
    seeking_ms: int = 0
    stalled_ms: int = 0
    """While the viewer wanted to play."""
    played_ms: int = 0
    """Media that went by, seeks left out."""
    ads: int = 0
    """Breaks that were announced (SCTE 35) and reached."""
    pauses: int = 0
    seeks: int = 0
    jumps: int = 0
    """The viewer was moved: what lay there was gone, or live was too far away."""
    stalls: int = 0
    longest_stall_ms: int = 0
    """Of all sessions."""

    switches_up: int = 0
    switches_down: int = 0
    video_ms: int = 0
    """Media that was taken in, whether or not the viewer came to see it."""
    video_bits: int = 0
    """By the bitrates that the manifest states."""
    video_line_ms: int = 0
    """Height times duration: what the mean height is made of."""
    audio_ms: int = 0
    audio_bits: int = 0
    first_videos: int = 0
    """Sessions that have had a first segment of video."""
    first_kbps: int = 0
    """Its bitrate."""
    first_height: int = 0
    formats: tuple[FormatPlayed, ...] = ()
    """Oldest first."""
    frames_shown: int = 0
    frames_dropped: int = 0

    segments: int = 0
    """Delivered, of any kind."""
    failed_requests: int = 0
    """That were asked of somebody else, or again."""
    delivered_bytes: int = 0
    delivery_ms: int = 0
    """How long the segments took, from asking to the last byte."""
    bytes_by_appliance: dict[str, int] = {}
    hedged_bytes: int = 0
    """Fetched for nothing, so that silence would not become a stall."""
    failovers: tuple[Failover, ...] = ()
    errors: tuple[str, ...] = ()
    """Code and what happened."""
    errors_by_code: dict[str, int] = {}
    """How often each was shown; `matinee.errors` says of what class a code is."""
    forgotten: int = 0
    """Formats, failovers and errors beyond `MOST_KEPT`."""

    throughput_kbps: int = 0
    """The estimate, of the latest session; 0 before the first sample."""
    buffer_ms: int = 0
    """Of the latest session."""
    live_lag_ms: int | None = None
    """Of the latest session; None if nothing is live."""

    @property
    def switches(self) -> int:
        """Of the bitrate of video."""
        return self.switches_up + self.switches_down

    @property
    def stall_ratio(self) -> float:
        """Of the time in which something should have moved; 0 to 1."""
        return _ratio(self.stalled_ms, self.playing_ms + self.stalled_ms)

    @property
    def mean_stall_ms(self) -> int:
        """How long a stall lasted."""
        return self.stalled_ms // max(1, self.stalls)

    @property
    def stalls_per_hour(self) -> float:
        """Of play; pauses, seeks and starts are none."""
        return _ratio(self.stalls * 3_600_000, self.playing_ms)

    @property
    def mean_between_stalls_ms(self) -> int:
        """Of play; all of it if there were none."""
        return self.playing_ms // max(1, self.stalls)

    @property
    def joined_ratio(self) -> float:
        """Sessions whose picture has moved, of all; 0 to 1."""
        return _ratio(self.starts, self.sessions)

    @property
    def abandoned_ratio(self) -> float:
        """Sessions without a picture though nothing failed, of all; 0 to 1."""
        return _ratio(self.abandons, self.sessions)

    @property
    def ended_ratio(self) -> float:
        """Sessions that came to the end of their title, of all; 0 to 1."""
        return _ratio(self.ends, self.sessions)

    @property
    def failed_ratio(self) -> float:
        """Sessions that failed, of all; 0 to 1."""
        return _ratio(self.failures, self.sessions)

    @property
    def dropped_ratio(self) -> float:
        """Of the frames that were due; 0 to 1."""
        return _ratio(self.frames_dropped, self.frames_shown + self.frames_dropped)

    @property
    def hedged_ratio(self) -> float:
        """What was fetched for nothing, of what was delivered."""
        return _ratio(self.hedged_bytes, self.delivered_bytes)

    @property
    def mean_startup_ms(self) -> int:
        """Of the sessions that have started."""
        return self.startup_ms // max(1, self.starts)

    @property
    def mean_bitrate_kbps(self) -> int:
        """Of the video taken in, weighted by time; 0 before the first segment."""
        return self.video_bits // max(1, self.video_ms)

    @property
    def mean_audio_bitrate_kbps(self) -> int:
        """Of the sound taken in, weighted by time; 0 before the first segment."""
        return self.audio_bits // max(1, self.audio_ms)

    @property
    def mean_height(self) -> int:
        """In lines, of the video taken in, weighted by time."""
        return self.video_line_ms // max(1, self.video_ms)

    @property
    def mean_first_kbps(self) -> int:
        """The bitrate that sessions began with."""
        return self.first_kbps // max(1, self.first_videos)

    @property
    def mean_first_height(self) -> int:
        """The height, in lines, that sessions began with."""
        return self.first_height // max(1, self.first_videos)

    @property
    def mean_throughput_kbps(self) -> int:
        """Of all bytes of segments in all the time that they took; what came side by side counts side by side."""
        return self.delivered_bytes * 8 // max(1, self.delivery_ms)

    def report(self, title: str) -> PlaybackReport:
        """The part of it that the report of one session shows."""
        return PlaybackReport(
            title=title,
            ended=self.ends > 0,
            played_ms=self.played_ms,
            startup_ms=self.startup_ms,
            stalls=self.stalls,
            stall_ms=self.stalled_ms,
            switches=self.switches,
            mean_bitrate_kbps=self.mean_bitrate_kbps,
            frames_shown=self.frames_shown,
            frames_dropped=self.frames_dropped,
            failovers=self.failovers,
            bytes_by_appliance=self.bytes_by_appliance,
            errors=self.errors,
        )

    @staticmethod
    def merge(*sessions: "PlayerStats") -> "PlayerStats":
        """One value of all, in this order; of none, that of no session."""
        merged = PlayerStats()
        for stats in sessions:
            values = {name: _merger(name)(getattr(merged, name), getattr(stats, name)) for name in _NAMES}
            lost = sum(len(getattr(it, name)) for name in _BOUNDED for it in (merged, stats)) - sum(
                len(values[name]) for name in _BOUNDED
            )
            values["forgotten"] += lost
            merged = PlayerStats(**values)
        return merged


_NAMES = PlayerStats.__struct_fields__
_LATEST = ("throughput_kbps", "buffer_ms", "live_lag_ms")
_BY_KEY = ("bytes_by_appliance", "errors_by_code")
_BOUNDED = ("formats", "failovers", "errors")


def _merger(name: str) -> Callable[[Any, Any], Any]:
    """How two values of that field become one."""
    if name in _LATEST:
        return _later
    if name in _BOUNDED:
        return _latest
    if name == "longest_stall_ms":
        return max
    return _sum_by_key if name in _BY_KEY else _sum


def _later(_: Any, later: Any) -> Any:
    return later


def _latest(earlier: tuple[Any, ...], later: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*earlier, *later)[-MOST_KEPT:]


def _sum(one: int, other: int) -> int:
    return one + other


def _sum_by_key(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
