"""What a manifest says, whatever its format: tracks, their renditions, their segments, in integer milliseconds."""

from typing import Literal

import msgspec

from matinee.wire.steering import SteeringDialect

TrackKind = Literal["video", "audio", "text", "image"]


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """Something to fetch."""

    path: str
    """A URL reference: relative to the base URL in use, or absolute."""
    first_byte: int | None = None
    """With `last_byte`, the inclusive byte range to ask for; None for the whole."""
    last_byte: int | None = None


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of media that is fetched and decoded as one."""

    number: int
    """As the manifest counts; rising by one."""
    start_ms: int
    """On the presentation's timeline; the first segment of a title starts at or near 0, also shortly before it."""
    duration_ms: int
    """> 0."""
    resource: Resource


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
    init: Resource | None = None
    segments: tuple[Segment, ...]
    """In playing order, without overlap; at least one."""
    tile_columns: int = 1
    """Of an image: how many thumbnails stand side by side in it; `width` and `height` are of all together. > 0."""
    tile_rows: int = 1
    """Of an image: how many rows of thumbnails it has. They follow one another row by row, at equal intervals. > 0."""


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """What a viewer chooses: a picture, a language, a subtitle (DASH: an AdaptationSet)."""

    track_id: str
    """Unique in the presentation and the same each time the same manifest is read."""
    kind: TrackKind
    renditions: tuple[Rendition, ...]
    """By rising bitrate; at least one."""
    language: str = "und"
    label: str = ""
    roles: tuple[str, ...] = ()
    """DASH roles, as in `main`, `subtitle`, `trick-play`."""
    key_ids: tuple[str, ...] = ()
    """`default_KID`s, 32 lower-case hexadecimal digits; empty if the track is clear."""


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


class Steering(msgspec.Struct, frozen=True, kw_only=True):
    """Where to ask which place is best."""

    url: str
    default_service_location: str = ""
    """Where to begin; one or several, separated by white space, best first."""
    query_before_start: bool = False
    dialect: SteeringDialect = "DASH"


class Presentation(msgspec.Struct, frozen=True, kw_only=True):
    """A title as a player sees it."""

    duration_ms: int
    """> 0."""
    base_urls: tuple[BaseUrl, ...]
    """Best first; at least one."""
    tracks: tuple[Track, ...]
    """At least one of video or audio."""
    steering: Steering | None = None
    clearkey_license_url: str = ""
    """Where W3C ClearKey licenses are had; empty if the manifest names none."""
