"""Throughput: a fast and a slow moving average of what segments achieved, the lower of which is believed.

Source of the pair and of the minimum: dash.js and Shaka (2 s or 3 s fast; 5 s or 8 s slow). The weight of a
sample is dt / (dt + tau) rather than 1 - exp(-dt / tau): whole numbers, so the same bits on every machine.
"""

import msgspec

FAST_MS, SLOW_MS = 3_000, 8_000
LEAST_BYTES = 16_000
"""Smaller answers measure the round trip, not the link (Shaka: 16 kB)."""
LEAST_MS = 5
"""Faster ones came out of a cache (Shaka: 5 ms)."""


class Throughput(msgspec.Struct, frozen=True):
    """What is known of the link."""

    fast_kbps: int = 0
    slow_kbps: int = 0

    @property
    def is_known(self) -> bool:
        return self.slow_kbps > 0


def with_sample(known: Throughput, *, size_bytes: int, elapsed_ms: int) -> Throughput:
    """The estimate after `size_bytes` took `elapsed_ms`; unchanged by samples that say nothing of the link."""
    if size_bytes < LEAST_BYTES or elapsed_ms < LEAST_MS:
        return known
    kbps = max(1, size_bytes * 8 // elapsed_ms)
    if not known.is_known:
        return Throughput(kbps, kbps)
    return Throughput(
        _moved(known.fast_kbps, toward=kbps, elapsed_ms=elapsed_ms, memory_ms=FAST_MS),
        _moved(known.slow_kbps, toward=kbps, elapsed_ms=elapsed_ms, memory_ms=SLOW_MS),
    )


def estimate_kbps(known: Throughput, *, unknown_kbps: int) -> int:
    """The throughput to reckon with: the lower average, or `unknown_kbps` before the first sample."""
    return min(known.fast_kbps, known.slow_kbps) if known.is_known else unknown_kbps


def _moved(average_kbps: int, *, toward: int, elapsed_ms: int, memory_ms: int) -> int:
    return max(1, (average_kbps * memory_ms + toward * elapsed_ms) // (memory_ms + elapsed_ms))
