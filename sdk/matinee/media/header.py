"""What an init segment says: how its track counts time, and how its samples are protected."""

import msgspec

from matinee.errors import FormatUnsupported, MediaInvalid
from matinee.media.boxes import Box, children, fields, find, need, top_level, version_and_flags
from matinee.media.protection import Protection, read_groups, read_protection

MAX_TIME = 1 << 60
"""In any timescale, so that sums of times fit FFmpeg's 64 bits."""
MAX_TIMESCALE = (1 << 31) - 1
"""What FFmpeg takes."""

# Bytes between a sample entry's header and its boxes (ISO/IEC 14496-12, 12.1.3 and 12.2.3). Those of text have none
# that matter.
_ENTRY_FIELDS_BYTES = {"vide": 78, "soun": 28}
_TEXT = ("text", "subt")
# Where a decoder configuration keeps the size of its NAL length prefixes (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1).
_NAL_LENGTH_AT = {"avcC": 4, "hvcC": 21}
_EMPTY_EDIT = -1
_FIRST_BOXES = (b"ftyp", b"styp", b"moov", b"free", b"skip")


class SampleDefaults(msgspec.Struct, frozen=True):
    """What is true of a sample of which its fragment says nothing else."""

    duration: int
    size: int


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """An init segment, as far as a player needs it."""

    kind: str
    """The handler: `vide`, `soun`, `text` or `subt`."""
    codec: str
    """The sample entry's type before encryption, as in `avc1`."""
    track_id: int
    is_muxed: bool
    """Whether segments hold other tracks as well."""
    timescale: int
    """Units per second. > 0."""
    shift: int
    """What the edit list adds to a composition time to make it a presentation time, in `timescale` units."""
    defaults: SampleDefaults
    nal_length_bytes: int
    """Of the length in front of each NAL unit; 0 for codecs without."""
    protection: Protection | None
    """None if the track is clear."""
    groups: tuple[Protection | None, ...] = ()
    """What groups of samples have instead, where keys rotate; None for one that is clear."""
    pssh: tuple[bytes, ...] = ()
    """Whole boxes, for whoever asks a license system."""


def read_header(init: bytes, *, kind: str = "") -> Header:
    """What `init` says of its track, or of the one of the handler `kind` where it has several.

    Raises: MediaInvalid, MediaCorrupt if it is cut short, FormatUnsupported if there is not one track of video, sound
    or text to choose.
    """
    moov = next((box for box in top_level(init) if box.kind == "moov"), None)
    if moov is None:
        raise MediaInvalid("The init segment has no box moov.", box="moov", offset=0)
    tracks = [box for box in children(init, moov) if box.kind == "trak"]
    chosen = [box for box in tracks if not kind or _handler(init, need(init, box, "mdia", "hdlr")) == kind]
    if len(chosen) != 1:
        raise FormatUnsupported(f"An init segment of {len(tracks)} tracks, {len(chosen)} of them meant.", kind=kind)
    [track] = chosen
    timescale = _timescale(init, need(init, track, "mdia", "mdhd"))
    kind = _handler(init, need(init, track, "mdia", "hdlr"))
    [track_id] = fields(init, need(init, track, "tkhd"), "I", at=_after_times(init, need(init, track, "tkhd")))
    entry = sample_entries(init, track, kind=kind)[0]
    entry_boxes = [] if kind in _TEXT else list(children(init, entry, skip_bytes=_ENTRY_FIELDS_BYTES[kind]))
    sinf = next((box for box in entry_boxes if box.kind == "sinf"), None)
    protection = read_protection(init, sinf) if sinf else None
    return Header(
        kind=kind,
        codec=_original_format(init, sinf) if sinf else entry.kind,
        track_id=track_id,
        is_muxed=len(tracks) > 1,
        timescale=timescale,
        shift=_shift(init, moov, track, timescale=timescale),
        defaults=_defaults(init, moov, track_id=track_id),
        nal_length_bytes=_nal_length_bytes(init, entry_boxes),
        protection=protection,
        groups=_groups(init, track, scheme=protection.scheme) if protection else (),
        pssh=tuple(init[box.start : box.end] for box in children(init, moov) if box.kind == "pssh"),
    )


def key_ids_in(init: bytes) -> tuple[str, ...]:
    """The keys of its tracks, each 32 lower-case hexadecimal digits; none if it is of another format.

    Raises: MediaInvalid, MediaCorrupt, FormatUnsupported.
    """
    if init[4:8] not in _FIRST_BOXES:
        return ()
    tracks = (
        track
        for moov in top_level(init)
        if moov.kind == "moov"
        for track in children(init, moov)
        if track.kind == "trak"
    )
    found = (read_protection(init, sinf) for track in tracks for _, sinf, _ in protection_boxes(init, track))
    return tuple(sorted({protection.key_id for protection in found if protection is not None}))


def sample_entries(init: bytes, track: Box, *, kind: str) -> list[Box]:
    """The track's sample entries, encrypted ones first: a clear lead has a second, clear one. Raises MediaInvalid."""
    if kind not in _ENTRY_FIELDS_BYTES and kind not in _TEXT:
        raise FormatUnsupported(f"A track of {kind!r} is neither video nor sound nor text.", handler=kind)
    stsd = need(init, track, "mdia", "minf", "stbl", "stsd")
    entries = sorted(children(init, stsd, skip_bytes=8), key=lambda entry: not entry.kind.startswith("enc"))
    if not entries:
        raise MediaInvalid("The init segment describes no samples.", box="stsd", offset=stsd.start)
    return entries


def protection_boxes(init: bytes, track: Box) -> list[tuple[Box, Box, str]]:
    """Each encrypted sample entry with its `sinf` and the type it had before encryption. Raises MediaInvalid."""
    kind = _handler(init, need(init, track, "mdia", "hdlr"))
    if kind in _TEXT:
        return []
    return [
        (entry, box, _original_format(init, box))
        for entry in sample_entries(init, track, kind=kind)
        for box in children(init, entry, skip_bytes=_ENTRY_FIELDS_BYTES[kind])
        if box.kind == "sinf"
    ]


def _timescale(init: bytes, mdhd: Box) -> int:
    [timescale] = fields(init, mdhd, "I", at=_after_times(init, mdhd))
    if not 0 < timescale <= MAX_TIMESCALE:
        raise MediaInvalid(f"The track has a timescale of {timescale}.", box=mdhd.kind, offset=mdhd.start)
    return int(timescale)


def _after_times(init: bytes, box: Box) -> int:
    """How far into `mvhd`, `mdhd` or `tkhd` the field after creation and modification time lies."""
    version, _ = version_and_flags(init, box)
    return 4 + (16 if version else 8)


def _handler(init: bytes, hdlr: Box) -> str:
    [kind] = fields(init, hdlr, "4s", at=8)
    return str(kind.decode("latin-1"))


def _shift(init: bytes, moov: Box, track: Box, *, timescale: int) -> int:
    """Only an empty edit at the start and the first edit with media count, as in browsers' byte stream format."""
    elst = find(init, track, "edts", "elst")
    if elst is None:
        return 0
    mvhd = need(init, moov, "mvhd")
    [movie_timescale] = fields(init, mvhd, "I", at=_after_times(init, mvhd))
    version, _ = version_and_flags(init, elst)
    layout, entry_bytes = ("Qq", 20) if version else ("Ii", 12)
    delay = 0
    for number in range(min(fields(init, elst, "I", at=4)[0], 2)):
        duration, media_time = fields(init, elst, layout, at=8 + number * entry_bytes)
        if media_time != _EMPTY_EDIT:
            return _bounded(delay - media_time, elst)
        delay = duration * timescale // max(movie_timescale, 1)
    return _bounded(delay, elst)


def _bounded(shift: int, elst: Box) -> int:
    if abs(shift) > MAX_TIME:
        raise MediaInvalid("An edit beyond all time.", box="elst", offset=elst.start)
    return shift


def _defaults(init: bytes, moov: Box, *, track_id: int) -> SampleDefaults:
    for box in children(init, need(init, moov, "mvex")):
        if box.kind == "trex" and fields(init, box, "I", at=4) == (track_id,):
            return SampleDefaults(*fields(init, box, "II", at=12))
    raise MediaInvalid("The media has no box moov/mvex/trex for its track.", box="moov/mvex/trex", offset=moov.start)


def _nal_length_bytes(init: bytes, entry_boxes: list[Box]) -> int:
    for box in entry_boxes:
        if box.kind in _NAL_LENGTH_AT:
            [packed] = fields(init, box, "B", at=_NAL_LENGTH_AT[box.kind])
            return (int(packed) & 3) + 1
    return 0


def _original_format(init: bytes, sinf: Box) -> str:
    [original] = fields(init, need(init, sinf, "frma"), "4s")
    return str(original.decode("latin-1"))


def _groups(init: bytes, track: Box, *, scheme: str) -> tuple[Protection | None, ...]:
    for box in children(init, need(init, track, "mdia", "minf", "stbl")):
        if box.kind == "sgpd" and fields(init, box, "4s", at=4) == (b"seig",):
            return read_groups(init, box, scheme=scheme)
    return ()
