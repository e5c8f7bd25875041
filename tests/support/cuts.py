"""Tracks whose rungs are not cut at the same milliseconds, as encoders and timescales make them."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from matinee.manifest.presentation import Rendition, Resource, Segment, Track


def cut(track: Track, *cuts_ms: Sequence[int]) -> Track:
    """The track with each rung cut anew: `cuts_ms` holds, for each rung, where its segments start, and its end."""
    renditions = (_cut(rendition, at_ms) for rendition, at_ms in zip(track.renditions, cuts_ms, strict=True))
    return msgspec.structs.replace(track, renditions=tuple(renditions))


def _cut(rendition: Rendition, cuts_ms: Sequence[int]) -> Rendition:
    segments = tuple(
        Segment(
            number=number,
            start_ms=start_ms,
            duration_ms=end_ms - start_ms,
            resource=Resource(path=f"anew/{number}"),
            init=rendition.segments[0].init,
        )
        for number, (start_ms, end_ms) in enumerate(pairwise(cuts_ms), start=1)
    )
    return msgspec.structs.replace(rendition, segments=segments)
