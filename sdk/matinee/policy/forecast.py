"""Forecast: what the link will carry, and how far from that it may be, learned from the session's own surprises.

The numbers were tuned on the `tune` half of the traces of `benchmarks.qoe`, all at once and with those of
`matinee.policy.abr.foresight`.
"""

import msgspec

FAST_MS, SLOW_MS = 377, 73_989
"""Memories of the two averages."""
FAST_SHARE_FALLING, FAST_SHARE_RISING = 0.499, 0.879
"""Of the fast average in the forecast, while it is below and above the slow one."""
CAUTION = 0.972
"""Of the forecast."""
SURPRISE_MEMORY = 15.8
"""Samples that the surprise is averaged over."""
SURPRISE_MOST = 3.0
"""A sample is no more telling than one four times off."""
DOUBT_SAMPLES = 7.371
"""Samples before half of the spread is the session's own; before, there is little of it."""


class Forecast(msgspec.Struct, frozen=True):
    """Two moving averages of the rate, and one of how wrong the forecast was."""

    fast_kbps: float = 0.0
    slow_kbps: float = 0.0
    surprise: float = 0.0
    """Of a ratio r between what came and what was forecast, or its inverse: r - 1, averaged from zero on."""
    seen: float = 0.0
    """The weight that the average has so far. 0 to 1."""

    @property
    def kbps(self) -> float:
        """What the next segment will see."""
        share = FAST_SHARE_FALLING if self.fast_kbps < self.slow_kbps else FAST_SHARE_RISING
        return (share * self.fast_kbps + (1 - share) * self.slow_kbps) * CAUTION

    @property
    def spread(self) -> float:
        """How far off that may be: 0.5 is half as much again, or two thirds."""
        samples = 1 + SURPRISE_MEMORY
        return self.surprise * samples / (self.seen * samples + DOUBT_SAMPLES)


def with_rate(known: Forecast, *, kbps: float, flowing_ms: float) -> Forecast:
    """The forecast after `kbps` were seen for `flowing_ms`."""
    if known.slow_kbps == 0:
        return Forecast(kbps, kbps)
    expected = known.kbps
    ratio = kbps / expected if kbps > expected else expected / kbps
    share = 1 / (1 + SURPRISE_MEMORY)
    moved = with_rate_in_flight(known, kbps=kbps, flowing_ms=flowing_ms)
    return Forecast(
        moved.fast_kbps,
        moved.slow_kbps,
        known.surprise + share * (min(SURPRISE_MOST, ratio - 1) - known.surprise),
        known.seen + share * (1 - known.seen),
    )


def with_rate_in_flight(known: Forecast, *, kbps: float, flowing_ms: float) -> Forecast:
    """The same from an answer that is still coming: how surprising it is will show at its end."""
    fast, slow = flowing_ms / (flowing_ms + FAST_MS), flowing_ms / (flowing_ms + SLOW_MS)
    return Forecast(
        known.fast_kbps + fast * (kbps - known.fast_kbps),
        known.slow_kbps + slow * (kbps - known.slow_kbps),
        known.surprise,
        known.seen,
    )
