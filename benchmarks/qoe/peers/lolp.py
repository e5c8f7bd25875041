"""LoL+: a self-organising map of the ladder, weighed anew for every segment."""

import math
from collections.abc import Sequence

from benchmarks.qoe.simulator import Abr, Session

_SAFETY = 0.9
_LEAST_BUFFER_MS = 300
_LEARNING_RATE, _NEIGHBOURHOOD = 0.01, 0.1
_WEIGHTS = (0.2, 0.2, 1.0, 0.2)
"""Of throughput, latency, rebuffering, switching.

The weight selector tries 625 vectors for the QoE of a next segment that stalls at least a little and has no latency:
the first of the best ones is always this one. dash.js begins with a random vector; we begin with this.
"""


class LolPlus(Abr):
    """The neuron nearest to the throughput without rebuffering and switches; neurons learn from what they brought.

    Source: `src/streaming/rules/abr/lolp` of dash.js (`LearningAbrController`, `LoLpWeightSelector`, `LoLpRule`);
    Bentaleb et al., "Catching the Moment with LoL+ in Twitch-Like Low-Latency Live Streaming Platforms", 2022. Sabre
    has no live edge: latency is 0, playback speed 1.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        bitrates = session.manifest.bitrates
        self._norm = math.sqrt(sum(bitrate * bitrate for bitrate in bitrates))
        self._neurons = [[bitrate / self._norm, 0.0, 0.0, 0.0] for bitrate in bitrates]
        self._last = 0

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        self._last = self._choose(self.session.get_throughput() * _SAFETY, self.session.get_buffer_level())
        return self._last, 0

    def _choose(self, throughput: float, buffer_ms: float) -> int:
        bitrates, segment_time = self.session.manifest.bitrates, self.session.manifest.segment_time
        arrival_ms = bitrates[self._last] * segment_time / throughput
        if buffer_ms - arrival_ms < _LEAST_BUFFER_MS:
            lower = [rung for rung in range(self._last) if bitrates[rung] < throughput]
            return lower[-1] if lower else self._last
        normalized = throughput / self._norm
        if normalized > 1:
            normalized = max(neuron[0] for neuron in self._neurons)
        distances = []
        for rung, neuron in enumerate(self._neurons):
            weights = list(_WEIGHTS)
            is_too_much = bitrates[rung] > throughput - 10 or self._is_low_after(rung, throughput, buffer_ms)
            if is_too_much and rung > 0:
                weights[0] = 100
            distances.append(_distance(neuron, (normalized, 0, 0, 0), weights))
        winner = distances.index(min(distances))
        switch = abs(bitrates[self._last] - bitrates[winner]) / self._norm
        rebuffer_s = max(0, arrival_ms - buffer_ms) / 1000
        self._learn(self._neurons[self._last], (normalized, 0, rebuffer_s, switch))
        self._learn(self._neurons[winner], (normalized, 0, 0, switch))
        return winner

    def _is_low_after(self, rung: int, throughput: float, buffer_ms: float) -> bool:
        segment_time = self.session.manifest.segment_time
        arrival_ms = self.session.manifest.bitrates[rung] * segment_time / throughput
        gained_ms = -segment_time if arrival_ms > segment_time else segment_time - arrival_ms
        return buffer_ms + gained_ms < _LEAST_BUFFER_MS

    def _learn(self, centre: list[float], outcome: tuple[float, float, float, float]) -> None:
        """Neurons move towards the outcome, the more so the nearer they are to the one that it came of."""
        for neuron in self._neurons:
            distance = _distance(neuron, centre, (1, 1, 1, 1))
            rate = _LEARNING_RATE * math.exp(-(distance**2) / (2 * _NEIGHBOURHOOD**2))
            for i, value in enumerate(outcome):
                neuron[i] += (value - neuron[i]) * rate


def _distance(a: Sequence[float], b: Sequence[float], weights: Sequence[float]) -> float:
    return math.sqrt(sum(weight * (x - y) ** 2 for x, y, weight in zip(a, b, weights, strict=True)))
