"""Hybrid: the throughput rule, which keeps a rung above the link while the buffer pays for it."""

from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice
from matinee.policy.abr.throughput import abandon, sustainable_rung


def choose(state: AbrState) -> Choice:
    """What the link carries in real time, reached in steps of two; a rung above that is kept while the buffer pays.

    It pays while the next segment would arrive before 40 % of the buffer has played: throughput × buffer, the rule
    of HYB (Akhtar et al., "Oboe", SIGCOMM 2018), here for staying only, since as a rule for climbing it switches
    twice as often as its peers.
    """
    sustainable = sustainable_rung(state)
    if state.rung < 0:
        return Choice(sustainable)
    if sustainable > state.rung:
        return Choice(min(sustainable, state.rung + 2))
    spendable_ms = state.buffer_ms * 2 // 5
    is_paid_for = state.ladder[state.rung] * state.segment_ms <= state.throughput_kbps * spendable_ms
    return Choice(state.rung if is_paid_for else sustainable)


HYBRID = AbrPolicy(choose, abandon)
