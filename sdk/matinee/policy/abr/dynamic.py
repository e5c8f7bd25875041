"""Dynamic: the throughput rule while the buffer is low, BOLA-E once it is not. Source: dash.js, with Sabre's levels."""

import msgspec

from matinee.policy.abr import bola, throughput
from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice, InFlight

BOLA_FROM_MS, BOLA_UNTIL_MS = 10_000, 5_000


def choose(state: AbrState) -> Choice:
    """The memo is 1 while BOLA-E decides, 0 while the throughput does, and then what BOLA-E remembers."""
    is_bola = state.buffer_ms >= (BOLA_UNTIL_MS if _is_bola(state) else BOLA_FROM_MS)
    if not is_bola:
        return Choice(throughput.choose(state).rung, memo=(0, *state.memo[1:]))
    choice = bola.choose(msgspec.structs.replace(state, memo=state.memo[1:]))
    return Choice(choice.rung, choice.delay_ms, (1, *choice.memo))


def abandon(state: AbrState, flight: InFlight) -> int | None:
    rule = bola.abandon if _is_bola(state) else throughput.abandon
    return rule(state, flight)


def _is_bola(state: AbrState) -> bool:
    return bool(state.memo and state.memo[0])


DYNAMIC = AbrPolicy(choose, abandon)
