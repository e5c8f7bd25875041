"""Forecast: what the link may carry, next and later, learned from the session's own samples and surprises.

The numbers were tuned together with those of `matinee.policy.abr.foresight`; each sample is a segment's.
"""

from typing import NamedTuple

import msgspec

FAST_SHARE, SLOW_SHARE = 0.932, 0.211
"""What a sample moves the two averages by."""
BRIEF_MS = 333
"""A sample that took so long moves them by half of it: brief ones are noisy."""
RISING_SHARE = 0.926
"""Of the fast average in what is forecast for later, while it is above the slow one; a fall may not last: none then."""
CAUTION = 1.04
SURPRISE_MEMORY = 39.9
"""Samples that the surprise is averaged over."""
SURPRISE_MOST = 3.0
"""A rate four times off is as surprising as any."""
PRIOR_SPREAD, PRIOR_SAMPLES = 0.187, 6.05
"""What the spread is before anything was seen, and how many samples weigh as much as that belief."""
LOW_SPREADS = 3.01
"""How far the low future lies below the forecast."""
LOW_WEIGHT = 0.686
"""Against 1 for the future that is as forecast."""


class Experience(msgspec.Struct, frozen=True):
    """Two moving averages of the rate, and one of how far the fast one was off."""

    fast_kbps: float = 0.0
    slow_kbps: float = 0.0
    surprise: float = 0.0
    """Of a ratio r between what came and what was expected, or its inverse: r - 1, averaged from zero on."""
    seen: float = 0.0
    """The weight that this average has so far. 0 to 1."""


class Forecast(NamedTuple):
    """What the link may carry."""

    next_kbps: float
    """While the next segment comes."""
    later: tuple[tuple[float, float], ...]
    """Rates in the long run, in kbps, each with its weight; the weights are one in all."""


def with_rate(known: Experience, *, kbps: float, flowing_ms: float) -> Experience:
    """What is known after `kbps` were seen for `flowing_ms`."""
    if known.slow_kbps == 0:
        return Experience(kbps, kbps)
    expected = known.fast_kbps
    ratio = kbps / expected if kbps > expected else expected / kbps
    share = 1 / (1 + SURPRISE_MEMORY)
    moved = with_rate_in_flight(known, kbps=kbps, flowing_ms=flowing_ms)
    return Experience(
        moved.fast_kbps,
        moved.slow_kbps,
        known.surprise + share * (min(SURPRISE_MOST, ratio - 1) - known.surprise),
        known.seen + share * (1 - known.seen),
    )


def with_rate_in_flight(known: Experience, *, kbps: float, flowing_ms: float) -> Experience:
    """The same from an answer that is still coming: how surprising it is will show at its end."""
    weight = flowing_ms / (flowing_ms + BRIEF_MS)
    return Experience(
        known.fast_kbps + FAST_SHARE * weight * (kbps - known.fast_kbps),
        known.slow_kbps + SLOW_SHARE * weight * (kbps - known.slow_kbps),
        known.surprise,
        known.seen,
    )


def spread(known: Experience) -> float:
    """How far off a rate is from the forecast, as a share of the lower of the two."""
    samples = 1 + SURPRISE_MEMORY
    return (known.surprise * samples + PRIOR_SPREAD * PRIOR_SAMPLES) / (known.seen * samples + PRIOR_SAMPLES)


def forecast(known: Experience) -> Forecast:
    """Two futures, a low one and the one that is as forecast. Only once there is a sample."""
    rise_kbps = max(0.0, known.fast_kbps - known.slow_kbps)
    later_kbps = CAUTION * (known.slow_kbps + RISING_SHARE * rise_kbps)
    low_kbps = later_kbps / (1 + LOW_SPREADS * spread(known))
    likely = 1 / (1 + LOW_WEIGHT)
    return Forecast(CAUTION * known.fast_kbps, ((low_kbps, 1 - likely), (later_kbps, likely)))
