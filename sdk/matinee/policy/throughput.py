"""Throughput: what a session remembers of its link, and the named ways to make one estimate of it.

A sample is a finished answer, timed from its first byte on: the wait for that byte is the server's and the road's, and
is remembered apart.
"""

from math import isqrt
from typing import Protocol

import msgspec

from matinee.policy.experience import Experience, with_rate

LEAST_BYTES = 16_000
"""Smaller answers measure the round trip, not the link (Shaka: 16 kB)."""
LEAST_MS = 5
"""What took less cannot be measured, and counts as taking so long; it may have come out of a cache (Shaka: 5 ms)."""
CACHED_MOST = 2
"""So many at once in a row came out of a cache, if the link is known to be slower; more than that is a quick link."""
KEPT = 10
"""Samples remembered one by one."""
FAST_MS, SLOW_MS = 3_000, 8_000
MEDIAN_WEIGHT = 2_000
"""Of the samples that the median is taken of (Media3: a weight of √bytes each, 2000 in all)."""
ROBUST = 5
"""Samples that the robust estimate looks at (Yin et al., SIGCOMM 2015)."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that came, whole or in part."""

    size_bytes: int
    elapsed_ms: int
    """Since it was asked for."""
    first_byte_ms: int = 0
    """Until its first byte; 0 if nobody looked."""

    @property
    def is_at_once(self) -> bool:
        """Whether it came too fast to be measured."""
        return self.elapsed_ms - self.first_byte_ms < LEAST_MS

    @property
    def flowing_ms(self) -> int:
        """From its first byte on."""
        return max(LEAST_MS, self.elapsed_ms - self.first_byte_ms)

    @property
    def kbps(self) -> int:
        return max(1, self.size_bytes * 8 // self.flowing_ms)


class Link(msgspec.Struct, frozen=True):
    """What is known of the link."""

    samples: tuple[Sample, ...] = ()
    """The last ones, oldest first; at most `KEPT`."""
    fast_kbps: int = 0
    slow_kbps: int = 0
    first_byte_ms: int = 0
    """Moving average of the waits for a first byte."""
    experience: Experience = Experience()
    at_once: int = 0
    """Answers in a row, up to the last, that came too fast to be measured."""

    @property
    def last_ms(self) -> int:
        """How long the last answer took."""
        return self.samples[-1].elapsed_ms if self.samples else 0


class Estimator(Protocol):
    """One way to tell the throughput of a link; one of your own goes into `matinee.policy.custom.Policies`."""

    def __call__(self, link: Link) -> int:
        """The throughput to reckon with, in kbps, > 0; asked for only once there is a sample. Pure."""
        ...


def with_sample(link: Link, sample: Sample) -> Link:
    """The link after `sample`. A small one says nothing of it, nor does one out of a cache."""
    if sample.size_bytes < LEAST_BYTES:
        return link
    at_once = link.at_once + 1 if sample.is_at_once else 0
    is_first = not link.samples
    if not is_first and 0 < at_once <= CACHED_MOST:
        return msgspec.structs.replace(link, at_once=at_once)
    kbps, flowing_ms = sample.kbps, sample.flowing_ms
    return Link(
        (*link.samples[1 - KEPT :], sample),
        kbps if is_first else _moved(link.fast_kbps, toward=kbps, elapsed_ms=flowing_ms, memory_ms=FAST_MS),
        kbps if is_first else _moved(link.slow_kbps, toward=kbps, elapsed_ms=flowing_ms, memory_ms=SLOW_MS),
        sample.first_byte_ms if is_first else (link.first_byte_ms * 7 + sample.first_byte_ms * 3) // 10,
        with_rate(link.experience, kbps=kbps, flowing_ms=flowing_ms),
        at_once,
    )


def averages_kbps(link: Link) -> int:
    """The lower of a fast and a slow moving average.

    Source: dash.js and Shaka (2 s or 3 s fast; 5 s or 8 s slow). The weight of a sample is dt / (dt + tau) rather than
    1 - exp(-dt / tau): whole numbers, so the same bits on every machine.
    """
    return min(link.fast_kbps, link.slow_kbps)


def median_kbps(link: Link) -> int:
    """The median of the latest samples, the larger the weightier. Source: Media3, SlidingPercentile."""
    weighed: list[tuple[int, int]] = []
    room = MEDIAN_WEIGHT
    for sample in reversed(link.samples):
        weight = min(room, isqrt(sample.size_bytes))
        weighed.append((sample.kbps, weight))
        room -= weight
    half = (MEDIAN_WEIGHT - room) / 2
    for kbps, weight in sorted(weighed):
        half -= weight
        if half <= 0:
            return kbps
    raise AssertionError("the weights add up to more than half of them")


def robust_kbps(link: Link) -> int:
    """The harmonic mean of five samples, divided by one plus the largest of its five latest relative errors."""
    rates = [sample.kbps for sample in link.samples]
    worst = 0.0
    for at in range(max(1, len(rates) - ROBUST), len(rates)):
        worst = max(worst, abs(_harmonic(rates[max(0, at - ROBUST) : at]) - rates[at]) / rates[at])
    return max(1, int(_harmonic(rates[-ROBUST:]) / (1 + worst)))


def blended_kbps(measured_kbps: int, *, told_kbps: int, told_percent: int) -> int:
    """Our own estimate and the server's (0 if it says none), which weighs `told_percent` of both."""
    if told_kbps <= 0:
        return measured_kbps
    return (measured_kbps * (100 - told_percent) + told_kbps * told_percent) // 100


def _harmonic(rates: list[int]) -> float:
    return len(rates) / sum(1 / rate for rate in rates)


def _moved(average_kbps: int, *, toward: int, elapsed_ms: int, memory_ms: int) -> int:
    return max(1, (average_kbps * memory_ms + toward * elapsed_ms) // (memory_ms + elapsed_ms))


ESTIMATORS: dict[str, Estimator] = {"averages": averages_kbps, "median": median_kbps, "robust": robust_kbps}
"""By the names of `AbrSettings.estimator`."""
