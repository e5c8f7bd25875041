"""Experience: how fast the link has been, and how far off a forecast by its latest rate was."""

import msgspec

FAST_SHARE, SLOW_SHARE = 0.993, 0.0805
"""What a sample moves the two averages by: each is a segment's, whatever time it took."""
BRIEF_MS = 698.0
"""A sample that took so long moves them by half of that: brief ones are noisy."""
SURPRISE_MEMORY = 30.2
"""Samples that the surprise is averaged over."""
SURPRISE_MOST = 3.0
"""A rate four times off is as surprising as any."""


class Experience(msgspec.Struct, frozen=True):
    """Two moving averages of the rate, and one of how far the fast one was off."""

    fast_kbps: float = 0.0
    slow_kbps: float = 0.0
    surprise: float = 0.0
    """Of a ratio r between what came and what was expected, or its inverse: r - 1, averaged from zero on."""
    seen: float = 0.0
    """The weight that this average has so far. 0 to 1."""


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


def spread(known: Experience, *, prior_spread: float, prior_samples: float) -> float:
    """How far off a rate is from the forecast, as a share of the lower of the two; from a belief and what was seen."""
    samples = 1 + SURPRISE_MEMORY
    return (known.surprise * samples + prior_spread * prior_samples) / (known.seen * samples + prior_samples)
