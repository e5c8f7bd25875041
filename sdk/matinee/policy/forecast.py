"""Forecast: what the link may carry, next and later, learned from the session's own samples and surprises.

The numbers were tuned together with those of `matinee.policy.abr.foresight`; each sample is a segment's.
"""

from typing import NamedTuple

import msgspec

FAST_SHARE, SLOW_SHARE = 0.99, 0.187
"""What a sample moves the two averages by."""
BRIEF_MS = 213
"""A sample that took so long moves them by half of it: brief ones are noisy."""
FALLING_SHARE, RISING_SHARE = 0.214, 0.692
"""Of the fast average in what is forecast for later, while it is below and above the slow one."""
CAUTION = 1.03
SURPRISE_MEMORY = 38.3
"""Samples that the surprise is averaged over."""
SURPRISE_MOST = 3.0
"""A rate four times off is as surprising as any."""
PRIOR_SPREAD, PRIOR_SAMPLES = 0.362, 3.58
"""What the spread is before anything was seen, and how many samples weigh as much as that belief."""
LOW_NEXT, LOW_LATER, HIGH_LATER = 0.0056, 1.97, 0.726
"""How many spreads the low future lies below the forecast, and the high one above it; the next segment sees no high."""
LOW_WEIGHT, HIGH_WEIGHT = 0.683, 0.14
"""Against 1 for the future that is as forecast."""


class Forecast(msgspec.Struct, frozen=True):
    """Two moving averages of the rate, and one of how far the fast one was off."""

    fast_kbps: float = 0.0
    slow_kbps: float = 0.0
    surprise: float = 0.0
    """Of a ratio r between what came and what was expected, or its inverse: r - 1, averaged from zero on."""
    seen: float = 0.0
    """The weight that this average has so far. 0 to 1."""


class Future(NamedTuple):
    """What the link may carry."""

    next_kbps: float
    """While the next segment comes."""
    later_kbps: float
    weight: float
    """Of 1 in all."""


def with_rate(known: Forecast, *, kbps: float, flowing_ms: float) -> Forecast:
    """The forecast after `kbps` were seen for `flowing_ms`."""
    if known.slow_kbps == 0:
        return Forecast(kbps, kbps)
    expected = known.fast_kbps
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
    weight = flowing_ms / (flowing_ms + BRIEF_MS)
    return Forecast(
        known.fast_kbps + FAST_SHARE * weight * (kbps - known.fast_kbps),
        known.slow_kbps + SLOW_SHARE * weight * (kbps - known.slow_kbps),
        known.surprise,
        known.seen,
    )


def spread(known: Forecast) -> float:
    """How far off a rate is from the forecast, as a share of the lower of the two."""
    samples = 1 + SURPRISE_MEMORY
    return (known.surprise * samples + PRIOR_SPREAD * PRIOR_SAMPLES) / (known.seen * samples + PRIOR_SAMPLES)


def futures(known: Forecast) -> tuple[Future, Future, Future]:
    """A low one, the one that is as forecast, and a high one. Only once there is a sample."""
    share = FALLING_SHARE if known.fast_kbps < known.slow_kbps else RISING_SHARE
    next_kbps = CAUTION * known.fast_kbps
    later_kbps = CAUTION * (share * known.fast_kbps + (1 - share) * known.slow_kbps)
    off, weights = spread(known), 1 + LOW_WEIGHT + HIGH_WEIGHT
    return (
        Future(next_kbps / (1 + LOW_NEXT * off), later_kbps / (1 + LOW_LATER * off), LOW_WEIGHT / weights),
        Future(next_kbps, later_kbps, 1 / weights),
        Future(next_kbps, later_kbps * (1 + HIGH_LATER * off), HIGH_WEIGHT / weights),
    )
