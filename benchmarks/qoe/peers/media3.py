"""Media3 (ExoPlayer): 70 % of a sliding median, climbed with some buffer and left with little."""

import math

from benchmarks.qoe.peers.estimates import Measuring, weighted_median
from benchmarks.qoe.simulator import Session

_DEFAULT_KBPS = 1_000
_FRACTION = 0.7
_UP_FROM_MS, _DOWN_UNDER_MS = 10_000, 25_000
_LIVE_EDGE_FRACTION = 0.75
_MOST_WEIGHT = 2_000
_LEAST_MS, _LEAST_BITS = 2_000, 512 * 1024 * 8


class Media3(Measuring):
    """The highest rung within 70 % of the estimate; up from 10 s of buffer on, down under 25 s.

    The estimate is the median of samples weighted by the root of their bytes, the last 2000 of weight. Nothing is
    abandoned. Near a live edge the 10 s are 75 % of what lies between it and the playhead, less a segment.
    Source: `AdaptiveTrackSelection`, `DefaultBandwidthMeter`, `SlidingPercentile` of androidx/media 1.11.0, defaults.
    It also discards buffered segments of low resolution for better ones, which Sabre's buffer cannot.
    """

    def __init__(self, session: Session) -> None:
        self._samples: list[tuple[float, float]] = []
        self._estimate = float(_DEFAULT_KBPS)
        self._total_ms = self._total_bits = 0.0
        self._last = 0
        super().__init__(session)
        self._last = self._first

    def get_first_quality(self) -> int:
        return self._ideal()

    def measure(self, bits: float, transfer_ms: float, latency_ms: float) -> None:
        self._total_ms += transfer_ms
        self._total_bits += bits
        self._samples.append((bits / transfer_ms, math.sqrt(bits / 8)))
        excess = sum(weight for _, weight in self._samples) - _MOST_WEIGHT
        while excess > 0:
            value, weight = self._samples[0]
            self._samples[:1] = [] if weight <= excess else [(value, weight - excess)]
            excess -= weight
        if self._total_ms >= _LEAST_MS or self._total_bits >= _LEAST_BITS:
            self._estimate = weighted_median(self._samples)

    def choose(self, segment: int) -> int:
        ideal, buffer_ms = self._ideal(), self.session.get_buffer_level()
        is_premature = ideal > self._last and buffer_ms < self._up_from_ms()
        is_needless = ideal < self._last and buffer_ms >= _DOWN_UNDER_MS
        if not is_premature and not is_needless:
            self._last = ideal
        return self._last

    def _ideal(self) -> int:
        bitrates = self.session.manifest.bitrates
        return max((rung for rung, bitrate in enumerate(bitrates) if bitrate <= self._estimate * _FRACTION), default=0)

    def _up_from_ms(self) -> float:
        if self.session.buffer_max_ms > _UP_FROM_MS:
            return _UP_FROM_MS
        return (self.session.buffer_max_ms - self.session.manifest.segment_time) * _LIVE_EDGE_FRACTION
