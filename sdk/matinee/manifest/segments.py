"""Segments reckoned on demand: a sequence that costs the same for ten of them as for a billion."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import overload

import msgspec

from matinee.manifest.presentation import Resource, Segment
from matinee.manifest.templates import Template
from matinee.manifest.timeline import Scale, Timeline

MAX_LISTED_SEGMENTS = 200_000
"""Of all lists of one document together: ten renditions of ten hours in segments of two seconds, and some."""
MAX_LISTED_CHARS = 64 << 20
"""Of all their URLs together."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What the segments of a Representation have in common."""

    timeline: Timeline
    scale: Scale
    end_ms: int
    """Where the period ends."""
    start_number: int
    """Of the timeline's first segment."""
    media: "Template | ByteRanges | tuple[Resource, ...]"
    """Where they lie: the template of their paths, the parts of a file, or each by its index."""
    init: Resource | None

    def segment(self, index: int) -> Segment:
        start, end = self.timeline.stretch(index)
        start_ms, number = self.scale.ms(start), self.start_number + index
        match self.media:
            case Template():
                resource = Resource(path=self.media.path(number=number, time=start))
            case ByteRanges():
                resource = self.media.resource(index)
            case _:
                resource = self.media[index]
        return Segment(
            number=number,
            start_ms=start_ms,
            # A last segment of a few samples may be shorter than a millisecond.
            duration_ms=max(1, min(self.scale.ms(end), self.end_ms) - start_ms),
            resource=resource,
            init=self.init,
            shift_ms=self.scale.shift_ms,
        )


class ByteRanges(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of a file."""

    path: str
    firsts: "array[int]"
    sizes: "array[int]"

    def resource(self, index: int) -> Resource:
        first_byte = self.firsts[index]
        return Resource(path=self.path, first_byte=first_byte, last_byte=first_byte + self.sizes[index] - 1)


class ReckonedSegments(Sequence[Segment]):
    """The segments of a Representation that touch its period; a slice of them is as cheap as the whole."""

    __slots__ = ("_first", "_indexes", "_rule")

    def __init__(self, rule: Rule, indexes: range) -> None:
        self._rule = rule
        self._indexes = indexes
        self._first: Segment | None = None
        """Remembered: it is asked for again and again, as the one whose length is usual."""

    def __len__(self) -> int:
        return len(self._indexes)

    @overload
    def __getitem__(self, index: int) -> Segment: ...
    @overload
    def __getitem__(self, index: slice) -> "ReckonedSegments": ...
    def __getitem__(self, index: int | slice) -> "Segment | ReckonedSegments":
        if isinstance(index, slice):
            return ReckonedSegments(self._rule, self._indexes[index])
        if index:
            return self._rule.segment(self._indexes[index])
        if self._first is None:
            self._first = self._rule.segment(self._indexes[0])
        return self._first

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ReckonedSegments):
            return NotImplemented
        return self._indexes == other._indexes and self._rule == other._rule

    def __hash__(self) -> int:
        return hash((self._indexes, self._rule.start_number, self._rule.end_ms))

    def __repr__(self) -> str:
        return f"<{len(self)} segments>"

    def index_at(self, position_ms: int) -> int:
        """As the function of this name. Not of a slice with steps."""
        started = self._rule.timeline.before(self._rule.scale.time(position_ms + 1))
        return min(max(started - self._indexes.start, 0), len(self)) - 1

    def whole_ms(self, index: int) -> int:
        """As the function of this name."""
        start, end = self._rule.timeline.stretch(self._indexes[index])
        return max(1, self._rule.scale.ms(end) - self._rule.scale.ms(start))


def index_at(segments: Sequence[Segment], position_ms: int) -> int:
    """The index of the last segment that starts at or before `position_ms`; -1 if none does."""
    if isinstance(segments, ReckonedSegments):
        return segments.index_at(position_ms)
    return bisect_right(segments, position_ms, key=_start_ms) - 1


def whole_ms(segments: Sequence[Segment], index: int) -> int:
    """How long the segment would be if neither its period nor the title ended within it. > 0."""
    if isinstance(segments, ReckonedSegments):
        return segments.whole_ms(index)
    return max(segments[index].duration_ms, segments[0].duration_ms)


def _start_ms(segment: Segment) -> int:
    return segment.start_ms
