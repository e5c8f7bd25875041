"""HYB: throughput and buffer multiplied."""

from benchmarks.qoe.peers.estimates import Measuring, harmonic_mean
from benchmarks.qoe.simulator import Session

_SAMPLES = 5


class Hyb(Measuring):
    """The highest rung whose next segment arrives before a share of the buffer has played.

    Source: Akhtar et al., "Oboe: Auto-tuning Video ABR Algorithms to Network Conditions", SIGCOMM 2018, section 2: the
    most common rule of the industry, there with one free parameter, beta.
    """

    _BETA = 0.25

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._throughputs: list[float] = []

    def measure(self, bits: float, transfer_ms: float, latency_ms: float) -> None:
        self._throughputs = [*self._throughputs, bits / (transfer_ms + latency_ms)][-_SAMPLES:]

    def choose(self, segment: int) -> int:
        affordable = harmonic_mean(self._throughputs) * self.session.get_buffer_level() * self._BETA
        sizes = self.session.manifest.segments[segment]
        return max((rung for rung, size in enumerate(sizes) if size <= affordable), default=0)
