"""Where segments lie on the presentation's timeline, and how far media time must be shifted to get there."""

from collections.abc import Hashable
from threading import Lock

import msgspec

_EXACT_MS = 250
"""Between where the manifest and where the run before put a run that goes on with its media time."""
_DRIFT_MS = 2_000
"""What rounded durations may add up to within a run; more is a jump that nobody announced."""
_KEPT_RUNS, _KEPT_SHIFTS = 64, 8
_TS_WRAP = 1 << 33
_TS_TICKS_PER_MS = 90


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Where the presentation puts a segment."""

    start_ms: int
    """Where the manifest says that it starts."""
    run: Hashable = 0
    """Of all segments that count media time as one: of a DASH period, or between two discontinuities of HLS."""
    shift_ms: int | None = None
    """What makes media time the presentation's; None if the manifest does not say."""
    from_ms: int | None = None
    """What lies before is not presented; None: everything is."""
    until_ms: int | None = None
    """What lies there or after is not presented."""

    def presents(self, position_ms: int) -> bool:
        """Whether what lies there is to be seen and heard."""
        starts = self.from_ms is None or position_ms >= self.from_ms
        return starts and (self.until_ms is None or position_ms < self.until_ms)


class Runs:
    """How far each run is shifted where the manifest does not say; one for all decoders of a presentation.

    The first segment of a run that is decoded, of whichever track, starts where the manifest says; so tracks keep
    their places to one another. But media time that goes on from the run before is kept where that about agrees with
    the manifest: the durations that it adds up are often rounded.
    """

    def __init__(self) -> None:
        self._shifts: dict[Hashable, list[int]] = {}
        self._latest: tuple[int, ...] = ()
        self._lock = Lock()

    def shift_ms(self, placement: Placement, *, earliest_ms: int, wraps: bool = False) -> int:
        """What to add to the media time of the segment there, whose earliest is `earliest_ms`.

        `wraps`: media time has 33 bits of 90 kHz, as in MPEG-2 transport streams. May be called from any thread.
        """
        if placement.shift_ms is not None:
            return placement.shift_ms
        # What lies before 0 of media time is cut off.
        wanted_ms = placement.start_ms - max(earliest_ms, 0)
        with self._lock:
            known = self._shifts.setdefault(placement.run, [])
            most_ms = _DRIFT_MS if known else _EXACT_MS
            for shift_ms in known or self._latest:
                turned_ms = _turned(shift_ms, near_ms=wanted_ms) if wraps else shift_ms
                if abs(wanted_ms - turned_ms) <= most_ms:
                    break
            else:
                shift_ms = turned_ms = wanted_ms
            if shift_ms not in known:
                known.append(shift_ms)
            del known[:-_KEPT_SHIFTS]
            self._latest = (shift_ms,)
            while len(self._shifts) > _KEPT_RUNS:
                del self._shifts[next(iter(self._shifts))]
        return turned_ms

    def known_ms(self, placement: Placement, *, earliest_ms: int, wraps: bool = False) -> int | None:
        """What was found out for the run so far, for media that does not tell it; None if nothing."""
        if placement.shift_ms is not None:
            return placement.shift_ms
        with self._lock:
            known = self._shifts.get(placement.run)
        if not known:
            return None
        return _turned(known[-1], near_ms=placement.start_ms - earliest_ms) if wraps else known[-1]


def _turned(shift_ms: int, *, near_ms: int) -> int:
    """`shift_ms`, the clock run over as often as brings it nearest to `near_ms`."""
    turns = ((near_ms - shift_ms) * _TS_TICKS_PER_MS * 2 + _TS_WRAP) // (2 * _TS_WRAP)
    return shift_ms + turns * _TS_WRAP // _TS_TICKS_PER_MS
