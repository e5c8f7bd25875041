"""Shaka Player: a range of rungs around the estimate, looked at every 8 s."""

from benchmarks.qoe.network import Download
from benchmarks.qoe.peers.estimates import Average, Measuring
from benchmarks.qoe.simulator import Session

_DEFAULT_KBPS = 1_000
_UP, _STAY = 0.85, 0.95
_SWITCH_INTERVAL_MS = 8_000
_LEAST_SAMPLE_BITS = 16_000 * 8
_LEAST_TOTAL_BITS = 128_000 * 8
_LEAST_SAMPLE_MS = 5
_PROGRESS_MS = 100


class Shaka(Measuring):
    """The rung within 95 % of the estimate whose next rung is beyond 85 % of it; 8 s pass between two choices.

    A download is abandoned only where the choice has changed under way, for a segment that arrives in the buffer's time
    or is smaller than what is left. Source: `simple_abr_manager.js`, `ewma_bandwidth_estimator.js` and
    `streaming_engine.js` (`shouldAbortCurrentRequest_`) of shaka-project/shaka-player 5.2.7 at their defaults.
    """

    def __init__(self, session: Session) -> None:
        self._fast, self._slow = Average(2), Average(5)
        self._bits = 0.0
        self._rung = self._rung_for(session, _DEFAULT_KBPS)
        self._chosen_at_ms = 0.0
        self._is_started = False
        self._sampled_bits = self._sampled_ms = 0.0
        super().__init__(session)

    def get_first_quality(self) -> int:
        return self._rung

    def measure(self, bits: float, transfer_ms: float, latency_ms: float) -> None:
        self._sample(bits - self._sampled_bits, transfer_ms - self._sampled_ms)
        self._sampled_bits = self._sampled_ms = 0.0
        self._suggest(self.session.now_ms)

    def choose(self, segment: int) -> int:
        return self._rung

    def report_download(self, metrics: Download, is_replacement: bool) -> None:
        super().report_download(metrics, is_replacement)
        self._sampled_bits = self._sampled_ms = 0.0

    def check_abandon(self, progress: Download, buffer_level: float) -> int | None:
        """The estimate moves, and with it the choice, while a download is under way."""
        transfer_ms = progress.time - progress.time_to_first_bit
        new_bits, new_ms = progress.downloaded - self._sampled_bits, transfer_ms - self._sampled_ms
        if new_ms < _PROGRESS_MS or new_bits < _LEAST_SAMPLE_BITS:
            return None
        self._sample(new_bits, new_ms)
        self._sampled_bits, self._sampled_ms = progress.downloaded, transfer_ms
        self._suggest(self.session.now_ms + progress.time)
        if self._rung == progress.quality:
            return None
        size = self.session.manifest.segments[progress.index][self._rung]
        is_in_time = size / self._estimate() < buffer_level
        return self._rung if is_in_time or progress.size - progress.downloaded > size else None

    def _sample(self, bits: float, ms: float) -> None:
        if bits < _LEAST_SAMPLE_BITS or ms < _LEAST_SAMPLE_MS:
            return
        self._bits += bits
        for average in (self._fast, self._slow):
            average.push(ms / 1000, bits / ms)

    def _suggest(self, now_ms: float) -> None:
        if not self._is_started:
            if self._bits < _LEAST_TOTAL_BITS:
                return
            self._is_started = True
        elif now_ms - self._chosen_at_ms < _SWITCH_INTERVAL_MS:
            return
        self._chosen_at_ms = now_ms
        self._rung = self._rung_for(self.session, self._estimate())

    def _estimate(self) -> float:
        if self._bits < _LEAST_TOTAL_BITS:
            return _DEFAULT_KBPS
        return min(self._fast.get(), self._slow.get())

    @staticmethod
    def _rung_for(session: Session, throughput: float) -> int:
        bitrates, chosen = session.manifest.bitrates, 0
        for rung, bitrate in enumerate(bitrates):
            most = bitrates[rung + 1] / _UP if rung + 1 < len(bitrates) else float("inf")
            if bitrate / _STAY <= throughput <= most:
                chosen = rung
        return chosen
