"""Live titles: hosts whose manifests and segments grow with the wall clock, DASH and HLS, empty within."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import msgspec

from matinee.policy.settings import NotNegative, Positive
from matinee.testing.clock import MONDAY_WALL_MS
from matinee.testing.cmaf import fragment, init_segment
from matinee.testing.network import Growing, HostRequest
from matinee.testing.titles import MANIFEST_PATH, representation, seconds

HLS_PATH, TIME_PATH = "/main.m3u8", "/time"


class LiveTitle(msgspec.Struct, frozen=True, kw_only=True):
    """A title that is being made: a `matinee.testing.network.Host`.

    The MPD lies at `MANIFEST_PATH`, the multivariant playlist at `HLS_PATH`, the time at `TIME_PATH`; every position
    is counted from `zero_wall_ms`, and so are the media's own timestamps.
    """

    zero_wall_ms: int = MONDAY_WALL_MS - 600_000
    """When it began: ten minutes before virtual time does."""
    end_ms: int | None = None
    """Where it ends; None: never. A multiple of `segment_ms`."""
    segment_ms: Positive = 2_000
    chunk_ms: NotNegative = 0
    """Segments are sent in chunks of this, while they are made; 0: once they are whole."""
    ladder: tuple[Positive, ...] = (300, 1_000, 3_000)
    """Video bitrates in kbps, rising."""
    audio_kbps: NotNegative = 96
    """0 for a title without sound."""
    window_ms: Positive = 60_000
    delay_ms: NotNegative = 0
    """The latency that the service wishes for; 0: it says nothing."""
    rates: tuple[str, str] | None = None
    """The speeds that the service allows, as it writes them; None: it says nothing."""
    refresh_ms: Positive = 10_000
    addressing: Literal["number", "timeline"] = "number"
    break_every_ms: NotNegative = 0
    """So often another period begins (HLS: a discontinuity); 0: never. A multiple of `segment_ms`."""
    late_ms: NotNegative = 0
    """So much later than it says each segment is there."""
    has_clock: bool = True
    """Whether it names a clock."""

    def __call__(self, request: HostRequest) -> bytes | Growing | None:
        live_ms = request.wall_ms - self.zero_wall_ms
        if request.path == MANIFEST_PATH:
            return self.manifest(live_ms)
        if request.path == HLS_PATH:
            return self._multivariant()
        if request.path == TIME_PATH:
            return _date(request.wall_ms).encode()
        match request.path.split("/"):
            case ["", kind, rung, "init.mp4"] if self._kbps(kind, rung):
                return init_segment(kind)
            case ["", kind, rung, "live.m3u8"] if self._kbps(kind, rung):
                return self._playlist(live_ms)
            case ["", kind, rung, name] if self._kbps(kind, rung):
                return self._segment(self._kbps(kind, rung), int(name.removesuffix(".m4s")), live_ms)
            case _:
                return None

    # DASH.

    def manifest(self, live_ms: int) -> bytes:
        """The MPD when `live_ms` is live."""
        is_over = self.end_ms is not None and live_ms >= self.end_ms
        if is_over:
            head = f'type="static" mediaPresentationDuration="{seconds(self.end_ms or 0)}"'
        else:
            head = (
                f'type="dynamic" availabilityStartTime="{_date(self.zero_wall_ms)}" '
                f'timeShiftBufferDepth="{seconds(self.window_ms)}" minimumUpdatePeriod="{seconds(self.refresh_ms)}"'
            )
        clock = '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="time"/>' if self.has_clock else ""
        periods = "".join(self._period(start_ms, live_ms) for start_ms in self._period_starts(live_ms))
        return (
            '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" '
            f'minBufferTime="PT1S" {head}>{self._description()}{periods}{clock}</MPD>'
        ).encode()

    def _description(self) -> str:
        latency = f'<Latency target="{self.delay_ms}"/>' if self.delay_ms else ""
        rates = f'<PlaybackRate min="{self.rates[0]}" max="{self.rates[1]}"/>' if self.rates else ""
        return f"<ServiceDescription>{latency}{rates}</ServiceDescription>" if latency or rates else ""

    def _period_starts(self, live_ms: int) -> list[int]:
        """Of those within the window, and of the next one a segment before it begins."""
        until_ms = live_ms + self.segment_ms if self.end_ms is None else min(live_ms + self.segment_ms, self.end_ms)
        if not self.break_every_ms:
            return [0]
        first = self._first_ms(live_ms) // self.break_every_ms
        return list(range(first * self.break_every_ms, max(until_ms, 1), self.break_every_ms))

    def _period(self, start_ms: int, live_ms: int) -> str:
        sets = [self._adaptation_set("video", self.ladder, start_ms, live_ms)]
        if self.audio_kbps:
            sets.append(self._adaptation_set("audio", (self.audio_kbps,), start_ms, live_ms))
        return f'<Period id="p{start_ms}" start="{seconds(start_ms)}">{"".join(sets)}</Period>'

    def _adaptation_set(self, kind: str, ladder: tuple[int, ...], start_ms: int, live_ms: int) -> str:
        early = f'availabilityTimeOffset="{(self.segment_ms - self.chunk_ms) / 1000}" ' if self.chunk_ms else ""
        representations = "".join(representation(kind, rung, kbps) for rung, kbps in enumerate(ladder))
        head = (
            f'<SegmentTemplate timescale="1000" presentationTimeOffset="{start_ms}" {early}'
            f'initialization="$RepresentationID$/init.mp4" '
        )
        if self.addressing == "number":
            template = (
                f'{head}duration="{self.segment_ms}" startNumber="{start_ms // self.segment_ms}" '
                f'media="$RepresentationID$/$Number$.m4s"/>'
            )
        else:
            numbers = self._numbers(start_ms, live_ms)
            template = (
                f'{head}startNumber="{numbers.start}" media="$RepresentationID$/$Number$.m4s">'
                f"{self._timeline(numbers)}</SegmentTemplate>"
            )
        return (
            f'<AdaptationSet id="{kind}" contentType="{kind}" mimeType="{kind}/mp4">'
            f"{template}{representations}</AdaptationSet>"
        )

    def _timeline(self, numbers: range) -> str:
        listed = f'<S t="{numbers.start * self.segment_ms}" d="{self.segment_ms}" r="{len(numbers) - 1}"/>'
        return f"<SegmentTimeline>{listed if numbers else ''}</SegmentTimeline>"

    def _numbers(self, start_ms: int, live_ms: int) -> range:
        """The segments of that period that are listed."""
        numbers = self._listed(live_ms)
        until = (start_ms + self.break_every_ms) // self.segment_ms if self.break_every_ms else numbers.stop
        first = max(numbers.start, start_ms // self.segment_ms)
        return range(first, max(first, min(numbers.stop, until)))

    # HLS.

    def _multivariant(self) -> bytes:
        sound = 'TYPE=AUDIO,GROUP-ID="a",NAME="main",DEFAULT=YES,AUTOSELECT=YES,URI="audio/0/live.m3u8"'
        lines = ["#EXTM3U", *([f"#EXT-X-MEDIA:{sound}"] if self.audio_kbps else [])]
        for rung, kbps in enumerate(self.ladder):
            group = ',AUDIO="a"' if self.audio_kbps else ""
            lines += [
                f'#EXT-X-STREAM-INF:BANDWIDTH={kbps}000,CODECS="avc1.64001f,mp4a.40.2"{group}',
                f"video/{rung}/live.m3u8",
            ]
        return "\n".join([*lines, ""]).encode()

    def _playlist(self, live_ms: int) -> bytes:
        numbers, every = self._listed(live_ms), self.break_every_ms // self.segment_ms
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{-(-self.segment_ms // 1000)}",
            f"#EXT-X-MEDIA-SEQUENCE:{numbers.start}",
            f"#EXT-X-DISCONTINUITY-SEQUENCE:{max(0, numbers.start - 1) // every if every else 0}",
            '#EXT-X-MAP:URI="init.mp4"',
        ]
        for number in numbers:
            if every and number and number % every == 0:
                lines.append("#EXT-X-DISCONTINUITY")
            lines += [f"#EXTINF:{self.segment_ms / 1000:.3f},", f"{number}.m4s"]
        if self.end_ms is not None and live_ms >= self.end_ms:
            lines.append("#EXT-X-ENDLIST")
        return "\n".join([*lines, ""]).encode()

    # Media.

    def _listed(self, live_ms: int) -> range:
        """The segments that are whole, and still kept."""
        stop = (live_ms - self.late_ms) // self.segment_ms
        if self.end_ms is not None:
            stop = min(stop, self.end_ms // self.segment_ms)
        return range(self._first_ms(live_ms) // self.segment_ms, max(stop, 0))

    def _first_ms(self, live_ms: int) -> int:
        last_ms = live_ms if self.end_ms is None else min(live_ms, self.end_ms)
        return max(0, last_ms - self.window_ms)

    def _segment(self, kbps: int, number: int, live_ms: int) -> bytes | Growing | None:
        start_ms, end_ms = number * self.segment_ms, (number + 1) * self.segment_ms
        is_kept = end_ms > self._first_ms(live_ms) and (self.end_ms is None or end_ms <= self.end_ms)
        there_ms = (start_ms + self.chunk_ms if self.chunk_ms else end_ms) + self.late_ms
        if not is_kept or live_ms < there_ms:
            return None
        if not self.chunk_ms:
            return fragment(kbps * self.segment_ms // 8, start_ms=start_ms, duration_ms=self.segment_ms)
        return Growing(tuple(self._chunks(kbps, start_ms)))

    def _chunks(self, kbps: int, start_ms: int) -> Iterator[tuple[int, bytes]]:
        for at_ms in range(start_ms, start_ms + self.segment_ms, self.chunk_ms):
            duration_ms = min(self.chunk_ms, start_ms + self.segment_ms - at_ms)
            made_wall_ms = self.zero_wall_ms + at_ms + duration_ms + self.late_ms
            yield made_wall_ms, fragment(kbps * duration_ms // 8, start_ms=at_ms, duration_ms=duration_ms)

    def _kbps(self, kind: str, rung: str) -> int:
        """Of that rendition; 0 if there is none."""
        ladder = {"video": self.ladder, "audio": (self.audio_kbps,)}.get(kind, ())
        return ladder[int(rung)] if rung.isdigit() and int(rung) < len(ladder) else 0


def _date(wall_ms: int) -> str:
    return datetime.fromtimestamp(wall_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
