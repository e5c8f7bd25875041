"""A title as the encoder makes it and everybody else reads it: `title.json`, written last of all its files.

A title is a folder named by its id: `manifest.mpd` and `master.m3u8` over the same CMAF segments, a poster,
thumbnails, subtitles, and `title.json`, whose presence says that the title is whole.
"""

import msgspec

from matinee.wire.ids import KeyId, TitleId

INDEX_NAME = "title.json"
MANIFEST_NAME = "manifest.mpd"
POSTER_NAME = "poster.jpg"


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the bitrate ladder."""

    representation_id: str
    width: int
    height: int
    bitrate_kbps: int
    """Mean over the title, as encoded. > 0."""
    codec: str
    """RFC 6381, as in `avc1.64001f`."""


class AudioTrack(msgspec.Struct, frozen=True, kw_only=True):
    representation_id: str
    language: str
    """BCP 47; `und` when the mezzanine says nothing."""
    channels: int
    bitrate_kbps: int
    codec: str


class TextTrack(msgspec.Struct, frozen=True, kw_only=True):
    language: str
    path: str
    """The WebVTT file, relative to the title's folder."""


class MediaFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the title, as appliances must hold it."""

    path: str
    """Relative to the title's folder; `/` between parts; no `..`, no empty part, no leading `/`."""
    size_bytes: int
    sha256: str
    """Lower-case hexadecimal: what fills and serves is checked against it."""
    representation_id: str | None = None
    """The representation of an init or media segment; its files stand in playing order, init first."""


class TitleIndex(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a title but its bytes and its keys."""

    title_id: TitleId
    name: str
    duration_ms: int
    ladder: tuple[Rung, ...]
    """By rising bitrate; at least one."""
    audio: tuple[AudioTrack, ...] = ()
    text: tuple[TextTrack, ...] = ()
    key_ids: tuple[KeyId, ...] = ()
    """The content keys that the title needs; empty for a clear title."""
    files: tuple[MediaFile, ...] = ()
    """Every file of the title but `title.json` itself."""
    frame_rate_millihertz: int = 0
    """24 fps is 24000. 0 if it varies."""
    description: str = ""
    credit: str = ""
    """Who made it and under which license, to be shown with the title."""
    genres: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    """ISO 3166 alpha-2 codes where it may be played; empty means everywhere."""
    available_from_wall_ms: int = 0
    available_until_wall_ms: int | None = None
    """The license window; open-ended by default."""


class SealedKey(msgspec.Struct, frozen=True, kw_only=True):
    key_id: KeyId
    sealed: str
    """The 16-byte content key under the operator's master key (`matinee.crypto.sealing`)."""


class SealedKeys(msgspec.Struct, frozen=True, kw_only=True):
    """A title's content keys at rest: `<title_id>.json` in the key folder, never among the media."""

    title_id: TitleId
    keys: tuple[SealedKey, ...]
