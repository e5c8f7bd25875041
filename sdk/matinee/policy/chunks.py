"""Chunks: when a segment that is made while it comes is left for a lower rung.

Nobody says how large it is, but its bitrate does, well enough; and no rung brings it sooner than it is made.
The rule is that of dash.js and hls.js (AbandonRequestsRule, `_abandonRulesCheck`): it will be late, and a lower one
will not, or much less.
"""

import msgspec

LEAST_OBSERVED_MS = 300
"""The pace of an answer is not judged sooner."""
WORTH_MS = 300
"""Where no rung is in time, the lowest must be sooner by so much."""


class ChunkedFlight(msgspec.Struct, frozen=True, kw_only=True):
    """A segment on its way, the first part of which may be here."""

    rung: int
    left_bytes: int
    """Not here yet, as far as its bitrate tells. >= 0."""
    left_ms: int
    """Of media that cannot be played yet. > 0."""
    made_in_ms: int
    """When the last of it is made. >= 0."""
    lately_bytes: int
    """What came in..."""
    lately_ms: int
    """... so long. >= 0."""
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
    if flight.lately_ms < LEAST_OBSERVED_MS or flight.lately_bytes <= 0:
        return None
    kept_ms = _ahead_ms(flight, flight.left_bytes, wait_ms=0)
    if kept_ms >= flight.reserve_ms:
        return None
    for rung in range(flight.rung - 1, -1, -1):
        if _ahead_ms(flight, sizes_bytes[rung], wait_ms=flight.first_byte_ms) >= flight.reserve_ms:
            return rung
    lowest_ms = _ahead_ms(flight, sizes_bytes[0], wait_ms=flight.first_byte_ms)
    return 0 if flight.rung > 0 and lowest_ms >= kept_ms + WORTH_MS else None


def _ahead_ms(flight: ChunkedFlight, size_bytes: int, *, wait_ms: int) -> int:
    """The media ahead of the playhead once so many bytes have come; negative if it has run out before."""
    comes_ms = wait_ms + size_bytes * flight.lately_ms // flight.lately_bytes
    return flight.buffer_ms + flight.left_ms - max(comes_ms, flight.made_in_ms)
