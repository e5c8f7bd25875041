"""SODA: smoothness optimised dynamic adaptation."""

from functools import cache
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from benchmarks.qoe.simulator import Abr, Session

_HORIZON = 5


class Soda(Abr):
    """The first step of the plan of least distortion, distance from a target buffer, and squared change of distortion.

    Time goes by in steps of a segment, in each of which the link fills the buffer by throughput / bitrate of it. Only
    plans that rise or fall throughout are looked at. Source: Chen et al., "SODA: An Adaptive Bitrate Controller for
    Consistent High-Quality Video Streaming", SIGCOMM 2024, sections 3 and 4. Its weights are set for each service;
    these were chosen on the tuning half of the traces.
    """

    _TARGET = 0.4
    """Of the most buffer."""
    _BUFFER_PRICE = 15.0
    _OVERFULL = 0.2
    """How much less too full a buffer costs than too empty a one."""
    _SWITCH_PRICE = 2.0

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        bitrates = np.array(session.manifest.bitrates, dtype=np.float64)
        self._bitrates = bitrates
        self._distortions = np.log(bitrates[-1] / bitrates)
        self._last = 0

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        session = self.session
        segment_time = session.manifest.segment_time
        plans = _monotonic_plans(len(self._bitrates))
        most = session.buffer_max_ms / segment_time
        level = np.full(len(plans), session.get_buffer_level() / segment_time)
        before = np.full(len(plans), self._distortions[self._last])
        costs = np.zeros(len(plans))
        target = self._TARGET * most
        for rungs in plans.T:
            gained, distortion = session.get_throughput() / self._bitrates[rungs], self._distortions[rungs]
            level = level + gained - 1
            costs += distortion * gained + self._SWITCH_PRICE * (distortion - before) ** 2
            distance = (level - target) / target
            costs += self._BUFFER_PRICE * np.where(distance < 0, 1, self._OVERFULL) * distance**2
            costs[(level < 0) | (level > most)] += 1e6
            level, before = np.clip(level, 0, most), distortion
        self._last = int(plans[np.argmin(costs), 0])
        return self._last, 0


@cache
def _monotonic_plans(rungs: int) -> NDArray[np.int64]:
    rising = list(combinations_with_replacement(range(rungs), _HORIZON))
    return np.array(sorted({*rising, *(plan[::-1] for plan in rising)}))
