"""Events within segments, for ads, chapters or what else an app wants: the box `emsg` (ISO/IEC 23009-1, 5.10.3.3)."""

import msgspec

from matinee.errors import MediaInvalid
from matinee.media.boxes import Box, fields, top_level, version_and_flags

MAX_EVENTS = 256
"""In one segment."""
MAX_MESSAGE_BYTES = 64 << 10

_MAX_NAME_BYTES = 2_048
_UNKNOWN_DURATION = 0xFFFF_FFFF


class MediaEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens at a time, told within the media.

    Packagers repeat an event in every segment it touches: those of equal scheme, value and id are one.
    """

    scheme_id_uri: str
    value: str
    event_id: int
    start_ms: int
    """On the presentation's timeline."""
    duration_ms: int | None
    """None if it is not known."""
    data: bytes
    """What the scheme defines; at most MAX_MESSAGE_BYTES."""


def read_events(segment: bytes, *, start_ms: int, shift_ms: int = 0) -> tuple[MediaEvent, ...]:
    """The events of `segment` in their order; none for most.

    `start_ms`: where the segment starts in the presentation, which version 0 of the box counts from.
    `shift_ms`: what makes media time the presentation's time, for version 1.
    Raises: MediaCorrupt if the segment is cut short, MediaInvalid if an event is broken or beyond the bounds.
    """
    boxes = [box for box in top_level(segment) if box.kind == "emsg"]
    if len(boxes) > MAX_EVENTS:
        raise MediaInvalid(f"A segment of {len(boxes)} events; {MAX_EVENTS} are the most.", box="emsg", offset=0)
    return tuple(_event(segment, box, start_ms=start_ms, shift_ms=shift_ms) for box in boxes)


def _event(segment: bytes, box: Box, *, start_ms: int, shift_ms: int) -> MediaEvent:
    version, _ = version_and_flags(segment, box)
    if version not in (0, 1):
        raise _invalid(f"An event in version {version} of its box.", box)
    if version:
        timescale, time, duration, event_id = fields(segment, box, "IQII", at=4)
        scheme_id_uri, value, data_at = _names(segment, box, at=24)
    else:
        scheme_id_uri, value, numbers_at = _names(segment, box, at=4)
        timescale, time, duration, event_id = fields(segment, box, "IIII", at=numbers_at)
        data_at = numbers_at + 16
    data = segment[box.content + data_at : box.end]
    if not timescale:
        raise _invalid("An event with a timescale of 0.", box)
    if len(data) > MAX_MESSAGE_BYTES:
        raise _invalid(f"An event of more than {MAX_MESSAGE_BYTES} bytes.", box)
    return MediaEvent(
        scheme_id_uri=scheme_id_uri,
        value=value,
        event_id=event_id,
        start_ms=time * 1000 // timescale + (shift_ms if version else start_ms),
        duration_ms=None if duration == _UNKNOWN_DURATION else duration * 1000 // timescale,
        data=data,
    )


def _names(segment: bytes, box: Box, *, at: int) -> tuple[str, str, int]:
    """Scheme and value, which end with a zero byte each, and how far into the content they reach."""
    first = box.content + at
    names = segment[first : min(box.end, first + _MAX_NAME_BYTES)].split(b"\0", 2)
    if len(names) < 3:
        raise _invalid("An event without a whole scheme and value.", box)
    scheme, value, _ = names
    try:
        return scheme.decode(), value.decode(), at + len(scheme) + len(value) + 2
    except UnicodeDecodeError as error:
        raise _invalid("An event whose scheme or value is no text.", box) from error


def _invalid(what: str, box: Box) -> MediaInvalid:
    return MediaInvalid(what, box="emsg", offset=box.start)
