"""What peers measure of a link by themselves, rather than by Sabre's estimate."""

import math
from itertools import islice

from benchmarks.qoe.network import Download
from benchmarks.qoe.simulator import Abr, Session


class Average:
    """A moving average whose memory fades by half in `half_life_s` of what it was given.

    Source: `ewma.js` of Shaka and `ewma.ts` of hls.js, which are the same.
    """

    def __init__(self, half_life_s: float, default: float = 0) -> None:
        self._half_life_s, self._default = half_life_s, default
        self._average = self._weight = 0.0

    def push(self, weight: float, value: float) -> None:
        keep = math.pow(0.5, weight / self._half_life_s)
        self._average = keep * self._average + (1 - keep) * value
        self._weight += weight

    def get(self) -> float:
        if self._weight == 0:
            return self._default
        return self._average / (1 - math.pow(0.5, self._weight / self._half_life_s))


class Measuring(Abr):
    """A controller that is told of every download, the first included, which Sabre does not report."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._first = self.get_first_quality()
        self._has_first = False

    def measure(self, bits: float, transfer_ms: float, latency_ms: float) -> None:
        """So much came in so long after a wait for the first bit."""
        raise NotImplementedError

    def choose(self, segment: int) -> int:
        raise NotImplementedError

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        if not self._has_first:
            self._has_first = True
            bits, throughput = self.session.manifest.segments[0][self._first], self.session.get_throughput()
            self.measure(bits, bits / throughput, self.session.get_latency())
        return self.choose(segment_index), 0

    def report_download(self, metrics: Download, is_replacement: bool) -> None:
        if metrics.abandon_to_quality is None:
            self.measure(metrics.size, metrics.time - metrics.time_to_first_bit, metrics.time_to_first_bit)


def harmonic_mean(samples: list[float]) -> float:
    return len(samples) / sum(1 / sample for sample in samples)


def weighted_median(samples: list[tuple[float, float]]) -> float:
    """Of (value, weight): the value at which half of the weight is reached."""
    ordered = sorted(samples)
    half, reached = sum(weight for _, weight in ordered) / 2, 0.0
    for value, weight in islice(ordered, len(ordered) - 1):
        reached += weight
        if reached >= half:
            return value
    return ordered[-1][0]
