"""Robust MPC: the best plan for the next segments over a link as slow as the worst recent surprise."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.qoe.peers.estimates import Measuring, harmonic_mean
from benchmarks.qoe.score import linear
from benchmarks.qoe.simulator import Session

_HORIZON = 5
_SAMPLES = 5


class RobustMpc(Measuring):
    """Every plan of five segments is weighed by linear QoE; the first step of the best one is taken.

    The link is the harmonic mean of five samples divided by one plus the largest of their relative errors.
    Source: Yin et al., SIGCOMM 2015, section 4.3, as in `real_exp/rl_server/robust_mpc_server.py` of hongzimao/pensieve.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        objective = linear(session.manifest)
        self._utilities = np.array(objective.utilities)
        self._switches = np.abs(self._utilities[:, None] - self._utilities[None, :])
        self._stall_price = objective.stall_price / 1000
        self._throughputs: list[float] = []
        self._errors: list[float] = []
        self._predicted = 0.0
        self._last = self._first

    def measure(self, bits: float, transfer_ms: float, latency_ms: float) -> None:
        throughput = bits / (transfer_ms + latency_ms)
        if self._predicted:
            self._errors = [*self._errors, abs(self._predicted - throughput) / throughput][-_SAMPLES:]
        self._throughputs = [*self._throughputs, throughput][-_SAMPLES:]
        self._predicted = harmonic_mean(self._throughputs)

    def choose(self, segment: int) -> int:
        throughput = self._predicted / (1 + max(self._errors, default=0))
        sizes = np.array(self.session.manifest.segments[segment : segment + _HORIZON])
        self._last = self._best_plan(sizes / throughput)
        return self._last

    def _best_plan(self, arrivals_ms: NDArray[np.float64]) -> int:
        """The first rung of the best of all plans; a plan's index counts its rungs as digits, the first the highest."""
        manifest, rungs = self.session.manifest, len(self._utilities)
        buffers = np.array([self.session.get_buffer_level()])
        values, lasts = np.zeros(1), np.array([self._last])
        for arrival_ms in arrivals_ms:
            stalls = np.maximum(0, arrival_ms[None, :] - buffers[:, None])
            values = values[:, None] + self._utilities - self._switches[lasts] - self._stall_price * stalls
            buffers = np.maximum(0, buffers[:, None] - arrival_ms[None, :]) + manifest.segment_time
            buffers = np.minimum(buffers, self.session.buffer_max_ms).ravel()
            lasts = np.tile(np.arange(rungs), len(values))
            values = values.ravel()
        return int(np.argmax(values)) // rungs ** (len(arrivals_ms) - 1)
