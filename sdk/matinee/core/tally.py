"""The tally: what the viewer got, added up as it happens."""

from collections import Counter, deque
from typing import TypeVar

from matinee.core.messages import PauseAsked, SeekAsked, Wish
from matinee.core.notices import (
    Ended,
    EventReached,
    Failed,
    FailedOver,
    Failover,
    FirstFrameReady,
    Jumped,
    Notice,
    Phase,
    PhaseChanged,
    RungSwitched,
    StallEnded,
)
from matinee.core.playhead import Playhead
from matinee.core.stats import MOST_KEPT, FormatPlayed, PlayerStats
from matinee.manifest.presentation import Rendition, Track

KeptT = TypeVar("KeptT")


class Tally:
    """Sums over a session, each named as in `PlayerStats`; the playhead keeps those over time."""

    def __init__(self) -> None:
        self._phases = _PhaseClock()
        self._asked_ms = 0
        self._manifest_ms = 0
        self._keys_ms = 0
        self._told: Counter[type] = Counter()
        self._switches_up = 0
        self._longest_stall_ms = 0
        self._video = _Taken()
        self._audio = _Taken()
        self._segments = 0
        self._failed_requests = 0
        self._delivered_bytes = 0
        self._delivery_ms = 0
        self._bytes_by_appliance: Counter[str] = Counter()
        self._failovers: deque[Failover] = deque(maxlen=MOST_KEPT)
        self._ads = 0
        self._errors_by_code: Counter[str] = Counter()
        self._errors: deque[str] = deque(maxlen=MOST_KEPT)
        self._formats: deque[FormatPlayed] = deque(maxlen=MOST_KEPT)
        self._forgotten = 0

    def began(self, *, now_ms: int) -> None:
        """The viewer asked to play."""
        self._asked_ms = now_ms
        self._phases.enter("starting", now_ms=now_ms)

    def read_manifest(self, *, now_ms: int) -> None:
        """The first manifest was read."""
        self._manifest_ms = now_ms - self._asked_ms

    def got_keys(self, *, now_ms: int) -> None:
        """A license came; the first one counts."""
        self._keys_ms = self._keys_ms or now_ms - self._asked_ms

    def got_bytes(self, appliance: str, size_bytes: int) -> None:
        """Something came from there."""
        self._bytes_by_appliance[appliance] += size_bytes

    def got_segment(self, *, size_bytes: int, elapsed_ms: int) -> None:
        """It was media."""
        self._segments += 1
        self._delivered_bytes += size_bytes
        self._delivery_ms += elapsed_ms

    def missed(self) -> None:
        """A request failed."""
        self._failed_requests += 1

    def took(self, track: Track, rendition: Rendition, *, start_ms: int, end_ms: int) -> None:
        """Media in that format is taken in."""
        if track.kind not in ("video", "audio"):
            return
        taken = self._video if track.kind == "video" else self._audio
        if taken.latest != (track.track_id, rendition.rendition_id):
            self._keep(self._formats, _format(track, rendition, start_ms))
        taken.latest = (track.track_id, rendition.rendition_id)
        taken.add(rendition, duration_ms=end_ms - start_ms)

    def wished(self, wish: Wish) -> None:
        """Count what the viewer asked for."""
        self._told[type(wish)] += 1

    def note(self, notice: Notice, *, now_ms: int) -> None:
        """Count what was announced."""
        self._told[type(notice)] += 1
        match notice:
            case PhaseChanged():
                self._phases.enter(notice.phase, now_ms=now_ms)
            case StallEnded():
                self._longest_stall_ms = max(self._longest_stall_ms, notice.stall_ms)
            case RungSwitched():
                self._switches_up += notice.to_kbps > notice.from_kbps
            case FailedOver():
                told = Failover(notice.at_ms, notice.from_appliance, notice.to_appliance, notice.reason)
                self._keep(self._failovers, told)
            case Failed():
                self._keep(self._errors, f"{notice.code}: {notice.what}")
                self._errors_by_code[notice.code] += 1
            case EventReached():
                self._ads += notice.is_ad
            case _:
                pass

    def stats(self, playhead: Playhead, *, now_ms: int) -> PlayerStats:
        """The sums until now."""
        first = self._video.first
        return PlayerStats(
            sessions=1,
            starts=self._told[FirstFrameReady],
            ends=self._told[Ended],
            failures=self._told[Failed],
            abandons=int(not (self._told[FirstFrameReady] or self._told[Failed])),
            startup_ms=playhead.startup_ms,
            manifest_ms=self._manifest_ms,
            keys_ms=self._keys_ms,
            starting_ms=self._phases.spent_ms("starting", now_ms=now_ms),
            playing_ms=self._phases.spent_ms("playing", now_ms=now_ms),
            paused_ms=self._phases.spent_ms("paused", now_ms=now_ms),
            seeking_ms=self._phases.spent_ms("seeking", now_ms=now_ms),
            stalled_ms=playhead.stall_ms(now_ms=now_ms),
            played_ms=playhead.played_ms(now_ms=now_ms),
            ads=self._ads,
            pauses=self._told[PauseAsked],
            seeks=self._told[SeekAsked],
            jumps=self._told[Jumped],
            stalls=playhead.stalls,
            longest_stall_ms=self._longest_stall_ms,
            switches_up=self._switches_up,
            switches_down=self._told[RungSwitched] - self._switches_up,
            video_ms=self._video.duration_ms,
            video_bits=self._video.bits,
            video_line_ms=self._video.line_ms,
            audio_ms=self._audio.duration_ms,
            audio_bits=self._audio.bits,
            first_videos=1 if first else 0,
            first_kbps=first.bitrate_kbps if first else 0,
            first_height=first.height if first else 0,
            formats=tuple(self._formats),
            segments=self._segments,
            failed_requests=self._failed_requests,
            delivered_bytes=self._delivered_bytes,
            delivery_ms=self._delivery_ms,
            bytes_by_appliance=dict(self._bytes_by_appliance),
            failovers=tuple(self._failovers),
            errors=tuple(self._errors),
            errors_by_code=dict(self._errors_by_code),
            forgotten=self._forgotten,
        )

    def _keep(self, kept: deque[KeptT], told: KeptT) -> None:
        self._forgotten += len(kept) == kept.maxlen
        kept.append(told)


class _Taken:
    """Media of one kind that was taken in."""

    def __init__(self) -> None:
        self.first: Rendition | None = None
        self.latest: tuple[str, str] | None = None
        """Track and rendition."""
        self.duration_ms = 0
        self.bits = 0
        self.line_ms = 0

    def add(self, rendition: Rendition, *, duration_ms: int) -> None:
        self.first = self.first or rendition
        self.duration_ms += duration_ms
        self.bits += rendition.bitrate_kbps * duration_ms
        self.line_ms += rendition.height * duration_ms


class _PhaseClock:
    """How long playback was in each phase."""

    def __init__(self) -> None:
        self._phase: Phase = "starting"
        self._since_ms: int | None = None
        self._spent_ms: Counter[Phase] = Counter()

    def enter(self, phase: Phase, *, now_ms: int) -> None:
        self._spent_ms[self._phase] += self._lasting_ms(now_ms)
        self._phase, self._since_ms = phase, now_ms

    def spent_ms(self, phase: Phase, *, now_ms: int) -> int:
        return self._spent_ms[phase] + (self._lasting_ms(now_ms) if phase == self._phase else 0)

    def _lasting_ms(self, now_ms: int) -> int:
        return 0 if self._since_ms is None else now_ms - self._since_ms


def _format(track: Track, rendition: Rendition, at_ms: int) -> FormatPlayed:
    return FormatPlayed(
        at_ms=at_ms,
        kind=track.kind,
        track_id=track.track_id,
        bitrate_kbps=rendition.bitrate_kbps,
        codecs=rendition.codecs,
        width=rendition.width,
        height=rendition.height,
    )
