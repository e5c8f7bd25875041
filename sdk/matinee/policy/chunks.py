"""Chunks: when a segment that is made while it comes is left for a lower rung.

Nobody says how large it is, but its bitrate does, well enough; and no rung brings it sooner than it is made.
The rule is that of dash.js and hls.js (AbandonRequestsRule, `_abandonRulesCheck`): it will be late, and a lower one
will not, or much less.
"""

from typing import NamedTuple

import msgspec

LATELY_MS = 750
"""Whether a segment will be late tells the pace of so long: of less it is noise, of more a link that has just fallen
looks as good as it was..."""
LATEST_MS = 250
"""... and what would be in time, that of so long, where it is slower: a link that falls has not always landed."""
LEAST_OBSERVED_MS = 300
"""No pace is judged sooner."""
WORTH_MS = 300
"""Where no rung is in time, the lowest must be sooner by so much."""


class Pace(NamedTuple):
    """What came in what time, the waits for the maker left out."""

    size_bytes: int
    flowing_ms: int


class ChunkedFlight(msgspec.Struct, frozen=True, kw_only=True):
    """A segment on its way, the first part of which may be here."""

    rung: int
    left_bytes: int
    """Not here yet, as far as its bitrate tells. >= 0."""
    left_ms: int
    """Of media that cannot be played yet. >= 0."""
    made_in_ms: int
    """When the last of it is made. >= 0."""
    lately: Pace
    """Of the last `LATELY_MS`."""
    latest: Pace
    """Of the last `LATEST_MS`."""
    first_byte_ms: int
    """What a new request waits for its answer."""
    buffer_ms: int
    """Media ahead of the playhead, what is here of the segment included."""
    reserve_ms: int
    """So much should be left when it is whole."""


def rung_in_time(flight: ChunkedFlight, *, sizes_bytes: tuple[int, ...]) -> int | None:
    """The highest lower rung that is whole before the buffer is low, if this one is not; None to let it come.

    `sizes_bytes`: of the segment, by rung. Pure.
    """
    if flight.lately.flowing_ms < LEAST_OBSERVED_MS or flight.lately.size_bytes <= 0:
        return None
    if _ahead_ms(flight, flight.left_bytes, pace=flight.lately) >= flight.reserve_ms:
        return None
    pace, wait_ms = _slower(flight.lately, flight.latest), flight.first_byte_ms
    for rung in range(flight.rung - 1, -1, -1):
        if _ahead_ms(flight, sizes_bytes[rung], pace=pace, wait_ms=wait_ms) >= flight.reserve_ms:
            return rung
    kept_ms = _ahead_ms(flight, flight.left_bytes, pace=pace)
    lowest_ms = _ahead_ms(flight, sizes_bytes[0], pace=pace, wait_ms=wait_ms)
    return 0 if flight.rung > 0 and lowest_ms >= kept_ms + WORTH_MS else None


def _ahead_ms(flight: ChunkedFlight, size_bytes: int, *, pace: Pace, wait_ms: int = 0) -> int:
    """The media ahead of the playhead once so many bytes have come; negative if it has run out before."""
    comes_ms = wait_ms + size_bytes * pace.flowing_ms // max(1, pace.size_bytes)
    return flight.buffer_ms + flight.left_ms - max(comes_ms, flight.made_in_ms)


def _slower(one: Pace, other: Pace) -> Pace:
    """One of no time counts as fast as any."""
    return other if other.size_bytes * one.flowing_ms < one.size_bytes * other.flowing_ms else one
