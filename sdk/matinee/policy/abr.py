"""Adaptive bitrate: which rung the next segment should be."""

from typing import Protocol

import msgspec

from matinee.policy.ladder import Ladder, highest_within


class AbrState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a choice may depend on."""

    ladder: Ladder
    throughput_kbps: int
    """The estimate, already cut by the safety share. > 0."""
    buffer_ms: int
    """Media ahead of the playhead. >= 0."""
    segment_ms: int
    """Of the segment to be chosen. > 0."""
    rung: int
    """Chosen last; -1 before the first."""


class AbrPolicy(Protocol):
    def __call__(self, state: AbrState) -> int:
        """The rung of the next segment, an index into the ladder. Pure; raises nothing."""
        ...


def throughput_rung(state: AbrState) -> int:
    """The highest rung that the link carries in real time."""
    return highest_within(state.ladder, state.throughput_kbps)


def hybrid_rung(state: AbrState) -> int:
    """What the link carries in real time, reached in steps of two; a rung above that is kept while the buffer pays.

    It pays while the next segment would arrive before 40 % of the buffer has played: throughput × buffer, the rule
    of HYB (Akhtar et al., "Oboe", SIGCOMM 2018), here for staying only, since as a rule for climbing it switches
    twice as often as its peers.
    """
    sustainable = throughput_rung(state)
    if state.rung < 0:
        return sustainable
    if sustainable > state.rung:
        return min(sustainable, state.rung + 2)
    spendable_ms = state.buffer_ms * 2 // 5
    is_paid_for = state.ladder[state.rung] * state.segment_ms <= state.throughput_kbps * spendable_ms
    return state.rung if is_paid_for else sustainable


POLICIES: dict[str, AbrPolicy] = {"hybrid": hybrid_rung, "throughput": throughput_rung}
"""By the names of `AbrSettings.policy`."""
