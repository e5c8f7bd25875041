"""BOLA-E: the rung follows from the buffer, which counts as fuller than it is while the link is fast.

Sources: Spiteri et al., "BOLA", INFOCOM 2016 (the score), and "From theory to practice", MMSys 2018 (the placeholder,
the insufficient buffer rule, abandonment), with the constants of dash.js and Sabre.
"""

from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice, InFlight
from matinee.policy.abr.throughput import sustainable_rung
from matinee.policy.abr.utility import log_utilities
from matinee.policy.ladder import highest_within

LEAST_BUFFER_MS = 10_000
PER_RUNG_MS = 2_000
SPENDABLE_PERCENT = 50
"""Of the buffer, on one segment: the insufficient buffer rule."""


def choose(state: AbrState) -> Choice:
    """The rung of the best score; climbing no higher than the link carries. The memo is the placeholder, in ms."""
    curve = _Curve(state)
    sustainable = sustainable_rung(state)
    if not state.memo or state.rung < 0:
        return Choice(sustainable, memo=(int(max(0, curve.least_ms(sustainable) - state.buffer_ms)),))
    placeholder_ms = _bounded(state, curve)
    rung = curve.best(state.buffer_ms + placeholder_ms)
    if rung > state.rung and rung > sustainable:
        rung = max(state.rung, sustainable)
    excess_ms = state.buffer_ms + placeholder_ms - curve.most_ms(rung)
    delay_ms = 0.0
    if excess_ms > 0 and rung < len(state.ladder) - 1:
        delay_ms = max(0.0, excess_ms - placeholder_ms)
        placeholder_ms = max(0.0, placeholder_ms - excess_ms)
    affordable = _affordable_rung(state)
    if affordable < rung:
        rung, delay_ms = affordable, 0.0
        placeholder_ms = min(placeholder_ms, max(0, curve.least_ms(rung) - state.buffer_ms))
    return Choice(rung, int(delay_ms), (int(placeholder_ms),))


def abandon(state: AbrState, flight: InFlight) -> int | None:
    """The rung whose score, with all of it to come, beats that of this request with what is left of it."""
    flowing_ms = flight.elapsed_ms - flight.first_byte_ms
    left_bytes = flight.size_bytes - flight.got_bytes
    if flight.got_bytes <= 0 or flowing_ms <= 0:
        return None
    left_bytes -= flight.got_bytes * flight.first_byte_ms // flowing_ms
    if left_bytes <= 0:
        return None
    curve = _Curve(state)
    placeholder_ms = state.memo[-1] if state.memo else 0
    buffer_ms = max(0, state.buffer_ms + placeholder_ms - flight.first_byte_ms)
    best, score = None, (curve.most_ms(flight.rung) - buffer_ms) / left_bytes
    for rung in range(flight.rung):
        other_bytes = state.sizes_bytes[0][rung]
        other = (curve.most_ms(rung) - buffer_ms) / max(1, other_bytes)
        if other_bytes < left_bytes and other > score:
            best, score = rung, other
    return best


class _Curve:
    """The score of each rung over the buffer; V is in ms per unit of utility."""

    def __init__(self, state: AbrState) -> None:
        self._ladder = state.ladder
        self._utilities = [1 + utility for utility in log_utilities(state.ladder)]
        full_ms = max(state.buffer_full_ms, LEAST_BUFFER_MS + PER_RUNG_MS * len(state.ladder))
        self._gain = max(0.001, (self._utilities[-1] - 1) / (full_ms / LEAST_BUFFER_MS - 1))
        self._v_ms = LEAST_BUFFER_MS / self._gain

    def best(self, buffer_ms: float) -> int:
        scores = [(self.most_ms(rung) - buffer_ms) / kbps for rung, kbps in enumerate(self._ladder)]
        return scores.index(max(scores))

    def most_ms(self, rung: int) -> float:
        """The buffer beyond which waiting is better than this rung."""
        return self._v_ms * (self._utilities[rung] + self._gain)

    def least_ms(self, rung: int) -> float:
        """The buffer from which this rung is better than every lower one."""
        high, utility = self._ladder[rung], self._utilities[rung]
        return max(
            (
                self._v_ms * (self._gain + (high * self._utilities[lower] - low * utility) / (high - low))
                for lower, low in enumerate(self._ladder[:rung])
            ),
            default=0.0,
        )


def _bounded(state: AbrState, curve: _Curve) -> float:
    """The placeholder, kept near what the segment that came last stood for."""
    level_ms = state.buffer_ms + state.link.last_ms
    most_ms = max(0.0, curve.most_ms(state.rung) - level_ms)
    least_ms = curve.least_ms(state.rung) - level_ms if state.buffer_ms > 0 else 0.0
    return max(least_ms, min(most_ms, state.memo[-1]), 0.0)


def _affordable_rung(state: AbrState) -> int:
    spendable_ms = max(0, state.buffer_ms - state.link.first_byte_ms) * SPENDABLE_PERCENT // 100
    return highest_within(state.ladder, state.throughput_kbps * spendable_ms // state.segment_ms)


BOLA = AbrPolicy(choose, abandon)
