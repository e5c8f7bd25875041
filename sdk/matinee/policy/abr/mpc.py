"""Robust MPC: the best plan for the next segments over a link as slow as the worst recent surprise.

Source: Yin et al., "A control-theoretic approach", SIGCOMM 2015: bitrate − stalls − switches over five segments, the
link at the harmonic mean of five samples divided by one plus the largest of five relative errors. Plans move by one
rung at most after their first segment: a hundredth of all plans, hardly ever without the best one.
"""

from matinee.policy.abr.decision import HORIZON, AbrPolicy, AbrState, Choice
from matinee.policy.abr.throughput import abandon
from matinee.policy.throughput import robust_kbps


def choose(state: AbrState) -> Choice:
    segments = [_Segment(state, at) for at in range(HORIZON)]
    if state.segments_left:
        segments = segments[: state.segments_left]
    rungs = range(len(state.ladder))
    values = [_best(state, segments, rung, before=state.rung, buffer_ms=state.buffer_ms) for rung in rungs]
    return Choice(values.index(max(values)))


class _Segment:
    """When each rung of one segment to come would be here."""

    def __init__(self, state: AbrState, at: int) -> None:
        kbps = max(1, robust_kbps(state.link) if state.link.samples else state.throughput_kbps)
        if at < len(state.sizes_bytes):
            self.needs_ms = [state.link.first_byte_ms + size * 8 // kbps for size in state.sizes_bytes[at]]
        else:
            self.needs_ms = [state.link.first_byte_ms + bitrate * state.segment_ms // kbps for bitrate in state.ladder]


def _best(state: AbrState, segments: list[_Segment], rung: int, *, before: int, buffer_ms: int) -> float:
    """The QoE of the best plan that begins with this rung, in kbps × segments."""
    ladder = state.ladder
    needs_ms = segments[0].needs_ms[rung]
    stall_ms = max(0, needs_ms - buffer_ms)
    step = abs(ladder[rung] - ladder[before]) if before >= 0 else 0
    value = ladder[rung] - step - ladder[-1] * stall_ms / 1_000
    if len(segments) == 1:
        return value
    then_ms = min(state.buffer_full_ms, max(0, buffer_ms - needs_ms) + state.segment_ms)
    near = range(max(0, rung - 1), min(len(ladder), rung + 2))
    return value + max(_best(state, segments[1:], next_rung, before=rung, buffer_ms=then_ms) for next_rung in near)


MPC = AbrPolicy(choose, abandon)
