"""What a manifest says, whatever its format: periods, their tracks, renditions and segments, in integer milliseconds.

Every position lies on one timeline, that of the presentation: of a title its beginning is 0, of a live presentation
`Live.zero_wall_ms` says when 0 was.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from matinee.wire.steering import SteeringDialect

TrackKind = Literal["video", "audio", "text", "image"]
TRICK_PLAY = "trick-play"
"""The role of tracks for fast seeking: never chosen for normal play."""


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """Something to fetch."""

    path: str
    """A URL reference: relative to the base URL in use, or absolute."""
    first_byte: int | None = None
    """With `last_byte`, the inclusive byte range to ask for; None for the whole."""
    last_byte: int | None = None


class WholeKey(msgspec.Struct, frozen=True, kw_only=True):
    """What opens a segment that is encrypted as a whole (HLS AES-128, RFC 8216, section 4.3.2.4)."""

    url: str
    """Absolute; answers with the 16 bytes of the key."""
    iv: bytes
    """16 bytes."""


class SampleKey(msgspec.Struct, frozen=True, kw_only=True):
    """What opens the samples of a segment, whatever key id its init segment names (HLS SAMPLE-AES, identity)."""

    url: str
    """Absolute; answers with the 16 bytes of the key."""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of media that is fetched and decoded as one."""

    number: int
    """As the manifest counts; rising by one."""
    start_ms: int
    """The first segment of a title starts at or near 0, also shortly before it."""
    duration_ms: int
    """> 0."""
    resource: Resource
    init: Resource | None = None
    """What must be decoded before it; None if it stands on its own."""
    shift_ms: int | None = None
    """What leads from the media's own timestamps to the presentation's; None: they start with the run."""
    run: int = 0
    """Another number than that of the segment before: timestamps, codec and keys begin anew (HLS: discontinuity)."""
    key: WholeKey | SampleKey | None = None
    """None: it is clear, or a license opens it."""
    init_key: WholeKey | None = None
    """What opens the init segment, where that is encrypted too."""

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.duration_ms


class SingleFile(msgspec.Struct, frozen=True, kw_only=True):
    """What turns the index of a rendition that is one file into segments (DASH: SegmentBase)."""

    init: Resource | None = None
    """None: all that comes before the first segment."""
    shift_ms: int = 0
    """As of its segments."""


class Rendition(msgspec.Struct, frozen=True, kw_only=True):
    """One encoding of a track (DASH: a Representation)."""

    rendition_id: str
    bitrate_kbps: int
    """> 0."""
    mime_type: str
    """As in `video/mp4`, `text/vtt`."""
    codecs: str = ""
    """RFC 6381."""
    width: int = 0
    height: int = 0
    frame_rate_millihertz: int = 0
    """24 fps is 24000; 0 if unstated."""
    segments: Sequence[Segment] = ()
    """In playing order, without overlap; at least one, unless `index` must be read first. May be reckoned on demand:
    then it costs nothing to hold, and may be longer than what is there yet."""
    index: Resource | None = None
    """What lists the segments, a `sidx` box or a media playlist; None if they are known. Of a file whose manifest does
    not say where its `sidx` is, it is the head of the file."""
    single_file: SingleFile | None = None
    """None unless `index` is part of the file itself."""
    early_ms: int = 0
    """Live: how long before its end a segment may be asked for (DASH: availabilityTimeOffset); its bytes then come as
    they are made."""
    places: tuple[str, ...] = ()
    """The `service_location`s that hold it; empty: all."""
    tile_columns: int = 1
    """Of an image: how many thumbnails stand side by side in it; `width` and `height` are of all together. > 0."""
    tile_rows: int = 1
    """Of an image: how many rows of thumbnails it has. They follow one another row by row, at equal intervals. > 0."""
    channels: int = 0
    """Of sound; 0 if unstated."""


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """What a viewer chooses: a picture, a language, a subtitle (DASH: an AdaptationSet)."""

    track_id: str
    """Unique in its period and the same each time the same manifest is read."""
    kind: TrackKind
    renditions: tuple[Rendition, ...]
    """By rising bitrate; at least one."""
    language: str = "und"
    label: str = ""
    roles: tuple[str, ...] = ()
    """DASH roles, as in `main`, `subtitle`, `trick-play`."""
    key_ids: tuple[str, ...] = ()
    """`default_KID`s, 32 lower-case hexadecimal digits; empty if the track is clear."""
    protection: str = ""
    """The scheme of ISO/IEC 23001-7 by which it is encrypted, as in `cenc`, `cbcs`; empty if clear or unstated."""
    pssh: tuple[bytes, ...] = ()
    """Boxes for key systems."""
    inband_events: tuple[str, ...] = ()
    """The schemes of events (`emsg`) that its segments may hold; in those of other tracks there are none."""
    is_muxed: bool = False
    """Of video: its segments carry sound as well, in its language; played unless a track of audio is chosen."""


class BaseUrl(msgspec.Struct, frozen=True, kw_only=True):
    """A place that holds every segment of the presentation."""

    url: str
    """Absolute."""
    service_location: str
    """Names the place in steering documents; the host where the manifest names none; unique in the presentation."""
    priority: int = 1
    """DVB: lower is asked first."""
    weight: int = 1
    """DVB: the share among equals."""
    query: str = ""
    """To be added to the query of every request there, as in `a=1&b=2` (pathway clones)."""
    clone_of: str = ""
    """The place of the manifest whose media it holds; empty for one of these."""


class Steering(msgspec.Struct, frozen=True, kw_only=True):
    """Where to ask which place is best."""

    url: str
    default_service_location: str = ""
    """Where to begin; one or several, separated by white space, best first."""
    query_before_start: bool = False
    dialect: SteeringDialect = "DASH"


class TimedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the program around the player may want to know when the viewer comes by (DASH: Event, `emsg`;
    HLS: EXT-X-DATERANGE)."""

    scheme: str
    value: str = ""
    event_id: str = ""
    """Unique within scheme and value."""
    start_ms: int
    duration_ms: int | None = None
    """None if unstated."""
    data: bytes = b""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the timeline with tracks of its own: a program, an advertisement."""

    period_id: str = "0"
    """Unique in the presentation and the same each time it is read."""
    start_ms: int = 0
    end_ms: int | None = None
    """None: not known yet."""
    tracks: tuple[Track, ...]
    events: tuple[TimedEvent, ...] = ()


class ClockSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where the time is to be had by which the presentation goes (DASH: UTCTiming)."""

    scheme: Literal["direct", "http-head", "http-iso", "http-xsdate"]
    value: str
    """The time itself (ISO 8601), or an absolute URL."""


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """How a presentation that is still being made moves with the wall clock."""

    zero_wall_ms: int | None = None
    """When position 0 was live; None if nothing says so: then the end of what is listed is live."""
    window_ms: int | None = None
    """How far back from live segments are kept; None: to the beginning."""
    refresh_ms: int | None = None
    """How often the manifest, or of HLS the media playlist, is to be read anew; None: never."""
    locations: tuple[str, ...] = ()
    """Where to read it anew, absolute; empty: where it was."""
    patch: str = ""
    """Where only the changes are to be had, absolute; empty if nowhere."""
    delay_ms: int | None = None
    """How far behind live the service wants a viewer to be; None if unstated."""
    least_delay_ms: int | None = None
    most_delay_ms: int | None = None
    slowest_permille: int | None = None
    """The rates by which a player may hold the delay; None if unstated."""
    fastest_permille: int | None = None
    clocks: tuple[ClockSource, ...] = ()
    """To be tried in this order."""


class Presentation(msgspec.Struct, frozen=True, kw_only=True):
    """A title as a player sees it."""

    duration_ms: int | None
    """> 0; None while nobody knows: live, or until an index has been read."""
    base_urls: tuple[BaseUrl, ...]
    """Best first; at least one."""
    periods: tuple[Period, ...]
    """By rising start; at least one, and in it at least one track of video or audio."""
    live: Live | None = None
    """None: it is whole."""
    steering: Steering | None = None
    clearkey_license_url: str = ""
    """Where W3C ClearKey licenses are had; empty if the manifest names none."""
    variables: dict[str, str] = {}
    """HLS: what media playlists may import (EXT-X-DEFINE)."""

    def period_at(self, position_ms: int) -> Period:
        """The period that holds the position; the first before it begins."""
        return next((it for it in reversed(self.periods) if it.start_ms <= position_ms), self.periods[0])

    def period_after(self, period: Period) -> Period | None:
        return next((it for it in self.periods if it.start_ms > period.start_ms), None)

    def is_final(self, period: Period) -> bool:
        """Whether it is the last, and no manifest read later can change that."""
        is_growing = self.live is not None and (self.live.refresh_ms is not None or period.end_ms is None)
        return not is_growing and self.period_after(period) is None

    @property
    def key_ids(self) -> tuple[str, ...]:
        """All keys that any track of any period needs, sorted."""
        tracks = (track for period in self.periods for track in period.tracks)
        return tuple(sorted({key_id for track in tracks for key_id in track.key_ids}))
