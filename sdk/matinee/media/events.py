"""Events within segments, for ads, chapters or what else an app wants: the box `emsg` (ISO/IEC 23009-1, 5.10.3.3)."""

from matinee.errors import MediaInvalid
from matinee.manifest.presentation import TimedEvent
from matinee.manifest.timeline import ENDLESS_MS
from matinee.media.boxes import Box, fields, top_level, version_and_flags
from matinee.media.fragments import read_fragments

MAX_EVENTS = 256
"""In one segment."""
MAX_MESSAGE_BYTES = 64 << 10

_HEAD_BYTES = 4_096
"""Events precede the media, and what else may precede it is small."""
_MAX_NAMES_BYTES = 2_048
_UNKNOWN_DURATION = 0xFFFF_FFFF


def may_hold_events(segment: bytes) -> bool:
    """Whether `read_events` may find any; quick, and for most segments the end of it."""
    return segment.find(b"emsg", 0, _HEAD_BYTES) >= 0


def read_events(segment: bytes, *, start_ms: int, shift_ms: int | None = 0) -> tuple[TimedEvent, ...]:
    """The events of `segment` in their order; none for most. Packagers repeat one in every segment that it touches.

    `start_ms`: where the segment starts in the presentation, which version 0 of the box counts from.
    `shift_ms`: what makes media time the presentation's time, for version 1. None: the first sample starts with the
    segment, and events count in the timescale of its track, as packagers have them do.
    Raises: MediaCorrupt if the segment is cut short, MediaInvalid if an event is broken or beyond the bounds.
    """
    boxes = [box for box in top_level(segment) if box.kind == "emsg"]
    if len(boxes) > MAX_EVENTS:
        raise MediaInvalid(f"A segment of {len(boxes)} events; {MAX_EVENTS} are the most.", box="emsg", offset=0)
    media_zero = 0, shift_ms or 0
    if boxes and shift_ms is None:
        media_zero = read_fragments(segment, None)[0].decode_time, start_ms
    return tuple(_event(segment, box, start_ms=start_ms, media_zero=media_zero) for box in boxes)


def _event(segment: bytes, box: Box, *, start_ms: int, media_zero: tuple[int, int]) -> TimedEvent:
    """`media_zero`: a media time, and the position where it lies."""
    version, _ = version_and_flags(segment, box)
    if version not in (0, 1):
        raise _invalid(f"An event in version {version} of its box.", box)
    if version:
        timescale, time, duration, event_id = fields(segment, box, "IQII", at=4)
        scheme, value, data_at = _names(segment, box, at=24)
    else:
        scheme, value, numbers_at = _names(segment, box, at=4)
        timescale, time, duration, event_id = fields(segment, box, "IIII", at=numbers_at)
        data_at = numbers_at + 16
    data = segment[box.content + data_at : box.end]
    if not timescale or time * 1000 // timescale > ENDLESS_MS:
        raise _invalid("An event beyond all time.", box)
    if len(data) > MAX_MESSAGE_BYTES:
        raise _invalid(f"An event of more than {MAX_MESSAGE_BYTES} bytes.", box)
    from_time, from_ms = media_zero if version else (0, start_ms)
    return TimedEvent(
        scheme=scheme,
        value=value,
        event_id=str(event_id),
        start_ms=from_ms + (time - from_time) * 1000 // timescale,
        duration_ms=None if duration == _UNKNOWN_DURATION else duration * 1000 // timescale,
        data=data,
    )


def _names(segment: bytes, box: Box, *, at: int) -> tuple[str, str, int]:
    """Scheme and value, which end with a zero byte each, and how far into the content they reach."""
    first = box.content + at
    names = segment[first : min(box.end, first + _MAX_NAMES_BYTES)].split(b"\0", 2)
    if len(names) < 3:
        raise _invalid("An event without a whole scheme and value.", box)
    scheme, value, _ = names
    try:
        return scheme.decode(), value.decode(), at + len(scheme) + len(value) + 2
    except UnicodeDecodeError as error:
        raise _invalid("An event whose scheme or value is no text.", box) from error


def _invalid(what: str, box: Box) -> MediaInvalid:
    return MediaInvalid(what, box="emsg", offset=box.start)
