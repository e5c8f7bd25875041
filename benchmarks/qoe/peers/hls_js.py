"""hls.js: throughput and time to first byte, tested against starvation."""

import math

from benchmarks.qoe.network import Download
from benchmarks.qoe.peers.estimates import Average, Measuring
from benchmarks.qoe.simulator import Session

_STAY, _UP = 0.95, 0.7
_MOST_STARVATION_MS = 4_000
_DEFAULT_TTFB_MS = 100


class HlsJs(Measuring):
    """The highest rung that 95 % of the estimate carries (70 % to climb) and that arrives before the buffer is empty.

    Failing that, up to 4 s later. A download that half its duration after the request will not arrive in time is
    abandoned where a lower rung would. Source: `abr-controller.ts` and `ewma-bandwidth-estimator.ts` of
    video-dev/hls.js 1.7.1 at the defaults of `config.ts`.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._fast, self._slow, self._ttfb = Average(3), Average(9), Average(9, _DEFAULT_TTFB_MS)
        self._last = 0
        self._forced: int | None = None
        self._abandon_at_ms = math.inf

    def measure(self, bits: float, transfer_ms: float, latency_ms: float) -> None:
        # A first byte that comes later than usual counts as slowness of the link (`onFragBuffered`).
        elapsed_ms = max(transfer_ms + max(0, latency_ms - self._ttfb.get()), 50)
        for average in (self._fast, self._slow):
            average.push(elapsed_ms / 1000, bits / elapsed_ms)
        self._ttfb.push(math.sqrt(2) * math.exp(-((latency_ms / 1000) ** 2) / 2), max(latency_ms, 5))

    def choose(self, segment: int) -> int:
        buffer_ms, throughput = self.session.get_buffer_level(), self._throughput()
        best = self._best(throughput, most_ms=buffer_ms)
        if best is None:
            extra_ms = min(self.session.manifest.segment_time, _MOST_STARVATION_MS)
            best = self._best(throughput, most_ms=buffer_ms + extra_ms) or 0
        self._last = best if self._forced is None else min(best, self._forced)
        return self._last

    def report_download(self, metrics: Download, is_replacement: bool) -> None:
        super().report_download(metrics, is_replacement)
        self._abandon_at_ms = math.inf
        if metrics.abandon_to_quality is None:
            self._forced = None
            return
        transfer_ms = metrics.time - metrics.time_to_first_bit
        self.measure(metrics.downloaded, transfer_ms, metrics.time_to_first_bit)
        self._forced = metrics.abandon_to_quality

    def check_abandon(self, progress: Download, buffer_level: float) -> int | None:
        segment_time = self.session.manifest.segment_time
        if progress.quality == 0 or progress.time <= segment_time / 2:
            return None
        rate = progress.downloaded / max(1, progress.time - progress.time_to_first_bit)
        left_ms = (progress.size - progress.downloaded) / rate
        if left_ms <= buffer_level:
            return None
        rung, arrival_ms = self._rung_in_time(progress.quality, rate, buffer_level)
        if arrival_ms >= left_ms or arrival_ms > 10 * segment_time:
            return None
        if left_ms > 2 * arrival_ms:
            return rung
        # Not twice as late: it gets as long again as the lower rung would take.
        self._abandon_at_ms = min(self._abandon_at_ms, progress.time + arrival_ms)
        return rung if progress.time >= self._abandon_at_ms else None

    def _throughput(self) -> float:
        return min(self._fast.get(), self._slow.get())

    def _best(self, throughput: float, *, most_ms: float) -> int | None:
        bitrates, segment_time = self.session.manifest.bitrates, self.session.manifest.segment_time
        for rung in range(len(bitrates) - 1, -1, -1):
            usable = throughput * (_STAY if rung <= self._last else _UP)
            arrival_ms = self._ttfb.get() + bitrates[rung] * segment_time / usable
            if usable >= bitrates[rung] and arrival_ms < most_ms:
                return rung
        return None

    def _rung_in_time(self, rung: int, throughput: float, buffer_ms: float) -> tuple[int, float]:
        """The highest lower rung that would be in time at this rate, else the lowest; and when it would come."""
        bitrates, segment_time, ttfb_ms = (
            self.session.manifest.bitrates,
            self.session.manifest.segment_time,
            self._ttfb.get(),
        )
        for lower in range(rung - 1, 0, -1):
            arrival_ms = ttfb_ms + bitrates[lower] * segment_time / throughput
            if arrival_ms < min(buffer_ms, segment_time + ttfb_ms):
                return lower, arrival_ms
        return 0, ttfb_ms + bitrates[0] * segment_time / throughput
