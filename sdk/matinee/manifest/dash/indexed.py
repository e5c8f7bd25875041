"""The segments of a file with an index inside, once that has been read (ISO/IEC 23009-1, section 5.3.9.2.1)."""

from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from matinee.errors import MediaInvalid
from matinee.manifest.presentation import Period, Rendition, Resource
from matinee.manifest.segments import ByteRanges, ReckonedSegments, Rule
from matinee.manifest.timeline import ENDLESS_MS, Scale, listed_timeline


class Reference(Protocol):
    """What an index says of a segment."""

    @property
    def first_byte(self) -> int:
        """In the file."""
        ...

    @property
    def size_bytes(self) -> int:
        """> 0."""
        ...

    @property
    def start_ms(self) -> int:
        """In media time."""
        ...

    @property
    def duration_ms(self) -> int:
        """> 0."""
        ...


def indexed_segments(references: Sequence[Reference], *, rendition: Rendition, period: Period) -> ReckonedSegments:
    """The segments of `rendition`, a single file of `period`, in playing order; at least one.

    Raises MediaInvalid if they do not follow one another, or none lies within the period.
    """
    index, single_file = rendition.index, rendition.single_file
    assert index is not None, "only those with an index have references"
    assert single_file is not None, "their index is part of the file"
    if any(following.start_ms <= one.start_ms for one, following in pairwise(references)):
        raise MediaInvalid("The index of a file lists segments that do not follow one another.", path=index.path)
    if any(abs(reference.start_ms) > ENDLESS_MS for reference in references):
        raise MediaInvalid("The index of a file begins 4,000 years off.", path=index.path)
    timeline = listed_timeline([(reference.start_ms, reference.duration_ms) for reference in references])
    scale = Scale(1000, period.start_ms - single_file.shift_ms, period.start_ms)
    end_ms = ENDLESS_MS if period.end_ms is None else period.end_ms
    indexes = timeline.within(scale, end_ms=end_ms)
    if not indexes:
        raise MediaInvalid("The index of a file lists nothing that lies within its period.", path=index.path)
    # Without a stated init segment it is all that comes before the media, the index itself included.
    init = single_file.init or Resource(path=index.path, first_byte=0, last_byte=references[0].first_byte - 1)
    media = ByteRanges(
        path=index.path,
        firsts=array("q", (reference.first_byte for reference in references)),
        sizes=array("q", (reference.size_bytes for reference in references)),
    )
    rule = Rule(timeline=timeline, scale=scale, end_ms=end_ms, start_number=1, media=media, init=init)
    return ReckonedSegments(rule, indexes)
