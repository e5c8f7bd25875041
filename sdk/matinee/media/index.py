"""Where the segments of a single file lie: the box `sidx` (ISO/IEC 14496-12, 8.16.3), bounded in depth and count."""

from collections.abc import Iterator
from typing import NamedTuple

from matinee.errors import FormatUnsupported, MediaInvalid
from matinee.manifest.timeline import ENDLESS_MS
from matinee.media.boxes import Box, fields, top_level, version_and_flags

MAX_REFERENCES = 100_000
"""In all boxes of an index together: 55 hours in segments of two seconds."""
MAX_DEPTH = 4
"""Indexes of indexes; what packagers write has two levels."""
MAX_BYTES = 1 << 48
"""Of a file; what begins beyond is refused."""

_IS_INDEX, _STARTS_WITH_SAP = 1 << 31, 1 << 31
_ROW_BYTES = 12


class Reference(NamedTuple):
    """A segment, and what to ask for to have it."""

    first_byte: int
    """In the file."""
    size_bytes: int
    """> 0."""
    start_ms: int
    """Of its first presentation, in media time, the edit list applied."""
    duration_ms: int
    """> 0."""
    starts_with_sap: bool
    """Whether decoding can begin with it."""


def read_index(data: bytes, *, first_byte: int) -> tuple[Reference, ...]:
    """The segments in their order, of `data` that holds the index and lies at `first_byte` of the file.

    What stands before the first `sidx` does not matter, nor what follows. Where it refers to others, these must lie
    in `data` too.
    Raises: MediaInvalid for an index that is broken, missing or beyond the bounds, MediaCorrupt if it is cut short,
    FormatUnsupported if part of it lies elsewhere in the file.
    """
    return tuple(_Reading(data, first_byte=first_byte).references(at=0, depth=1))


class _Reading:
    """One index, on its way through its boxes."""

    def __init__(self, data: bytes, *, first_byte: int) -> None:
        self._data = data
        self._first_byte = first_byte
        self._seen = 0

    def references(self, *, at: int, depth: int) -> Iterator[Reference]:
        """Those of the first `sidx` from the byte `at` of the data on."""
        sidx = self._box_from(at)
        timescale, time, first_offset, rows_at = _times(self._data, sidx)
        [count] = fields(self._data, sidx, "H", at=rows_at - 2)
        self._seen += count
        if self._seen > MAX_REFERENCES or depth > MAX_DEPTH:
            raise _invalid(f"An index of more than {MAX_REFERENCES} segments or {MAX_DEPTH} levels.", sidx)
        start = sidx.end + first_offset
        rows = fields(self._data, sidx, f"{3 * count}I", at=rows_at)
        for kind_and_size, duration, sap in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
            size = kind_and_size & ~_IS_INDEX
            if not size:
                raise _invalid("An index refers to a segment of no bytes.", sidx)
            if kind_and_size & _IS_INDEX:
                yield from self.references(at=start, depth=depth + 1)
            else:
                start_ms, end_ms = time * 1000 // timescale, (time + duration) * 1000 // timescale
                yield Reference(
                    self._first_byte + start, size, start_ms, max(end_ms - start_ms, 1), bool(sap & _STARTS_WITH_SAP)
                )
            start, time = start + size, time + duration

    def _box_from(self, at: int) -> Box:
        if at >= len(self._data) and at:
            raise FormatUnsupported(
                f"An index whose part at byte {self._first_byte + at} lies outside of the index range.", box="sidx"
            )
        for box in top_level(self._data, at=at):
            if box.kind == "sidx":
                return box
        raise MediaInvalid("The media has no box sidx.", box="sidx", offset=at)


def _times(data: bytes, sidx: Box) -> tuple[int, int, int, int]:
    """Timescale, earliest presentation time, first offset, and how far into the box its rows begin."""
    version, _ = version_and_flags(data, sidx)
    layout, rows_at = ("IQQ", 32) if version else ("III", 24)
    timescale, time, first_offset = fields(data, sidx, layout, at=8)
    if not timescale:
        raise _invalid("The index has a timescale of 0.", sidx)
    if time * 1000 // timescale > ENDLESS_MS or first_offset > MAX_BYTES:
        raise _invalid("The index begins beyond all time or bytes.", sidx)
    return timescale, time, first_offset, rows_at


def _invalid(what: str, sidx: Box) -> MediaInvalid:
    return MediaInvalid(what, box="sidx", offset=sidx.start)
