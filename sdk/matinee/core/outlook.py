"""The outlook: what of a stream's future is known beyond its ladder."""

import msgspec

from matinee.core.stream import Stream
from matinee.manifest.presentation import Segment
from matinee.manifest.segments import index_at
from matinee.policy.abr.decision import HORIZON
from matinee.policy.settings import BufferingSettings

MOST_LEFT = 1 << 20
"""Segments; a sequence that is longer has no end worth reckoning with."""


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """Of the video of one session, at one moment."""

    sizes_bytes: tuple[tuple[int, ...], ...] = ()
    """Of the segments to come, the next one first, each by rung; empty if unknown."""
    segments_left: int = 0
    """The next one included; 0 while the end is unknown (live)."""
    full_ms: int = BufferingSettings().full_ms
    """No more is buffered than this."""


def outlook_of(stream: Stream, *, full_ms: int) -> Outlook:
    """What the listings say of the segments to come; sizes only where they are byte ranges."""
    if stream.kind != "video":
        return Outlook(full_ms=full_ms)
    return Outlook(sizes_bytes=_sizes_bytes(stream), segments_left=_segments_left(stream), full_ms=full_ms)


def _sizes_bytes(stream: Stream) -> tuple[tuple[int, ...], ...]:
    by_rung = [_sizes_of(_ahead(stream, rung)) for rung in range(len(stream.ladder))]
    # Rungs that are not listed as far, or not at all, leave nothing to compare.
    return tuple(zip(*by_rung, strict=False))


def _sizes_of(segments: list[Segment]) -> list[int]:
    sizes: list[int] = []
    for segment in segments:
        first, last = segment.resource.first_byte, segment.resource.last_byte
        if first is None or last is None:
            break
        sizes.append(last - first + 1)
    return sizes


def _ahead(stream: Stream, rung: int) -> list[Segment]:
    segments = stream.segments(rung)
    if not segments or segments[0].resource.first_byte is None:
        return []
    following = stream.wanted.segment if stream.wanted else stream.next_segment(rung)
    if following is None:
        return []
    at = max(index_at(segments, following.start_ms + following.duration_ms // 2), 0)
    return [segments[index] for index in range(at, min(at + HORIZON, len(segments)))]


def _segments_left(stream: Stream) -> int:
    segments = stream.segments(max(stream.rung, 0))
    if not (stream.is_final and stream.is_listed) or len(segments) > MOST_LEFT or not segments:
        return 0
    return max(1, len(segments) - max(index_at(segments, stream.frontier_ms), 0))
