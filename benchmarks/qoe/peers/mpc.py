"""Robust MPC: the best plan for the next segments over a link as slow as the worst recent surprise."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.qoe.compiled import jit
from benchmarks.qoe.peers.estimates import Measuring, harmonic_mean
from benchmarks.qoe.score import linear
from benchmarks.qoe.simulator import Session

_HORIZON = 5
_SAMPLES = 5

Floats = NDArray[np.float64]


class RobustMpc(Measuring):
    """Every plan of five segments is weighed by linear QoE; the first step of the best one is taken.

    The link is the harmonic mean of five samples divided by one plus the largest of their relative errors.
    Source: Yin et al., SIGCOMM 2015, section 4.3; `robust_mpc_server.py` of hongzimao/pensieve.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        objective = linear(session.manifest)
        self._utilities = np.array(objective.utilities)
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
        session, throughput = self.session, self._predicted / (1 + max(self._errors, default=0))
        arrivals_ms = np.array(session.manifest.segments[segment : segment + _HORIZON]) / throughput
        times = np.array([session.get_buffer_level(), session.manifest.segment_time, session.buffer_max_ms])
        self._last = int(best_plan(arrivals_ms, self._utilities, self._stall_price, times, self._last)[0])
        return self._last


@jit
def best_plan(
    arrivals_ms: Floats, utilities: Floats, stall_price: float, times: Floats, last: int
) -> NDArray[np.int64]:
    """Of all plans the one of most utility, less switches and stalls; `times`: the buffer now, a segment, the most.

    A plan is a number whose digits are rungs: with the next plan the digits from the first changed one on are weighed
    anew.
    """
    buffer_ms, segment_ms, buffer_max_ms = times
    count, rungs = arrivals_ms.shape
    digits, best = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    buffers, values = np.zeros(count + 1), np.zeros(count + 1)
    buffers[0] = buffer_ms
    best_value, changed = float(-np.inf), 0
    while changed >= 0:
        for at in range(changed, count):
            rung = digits[at]
            before = digits[at - 1] if at else last
            stall_ms = max(0.0, arrivals_ms[at, rung] - buffers[at])
            left_ms = max(0.0, buffers[at] - arrivals_ms[at, rung])
            buffers[at + 1] = min(left_ms + segment_ms, buffer_max_ms)
            switch = abs(utilities[rung] - utilities[before])
            values[at + 1] = values[at] + utilities[rung] - switch - stall_price * stall_ms
        if values[count] > best_value:
            best_value = float(values[count])
            best[:] = digits
        changed = count - 1
        while changed >= 0 and digits[changed] == rungs - 1:
            digits[changed] = 0
            changed -= 1
        if changed >= 0:
            digits[changed] += 1
    return best
