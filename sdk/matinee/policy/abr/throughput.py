"""Throughput: the rung that the link carries in real time, and a way out of a segment that will be late."""

from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice, InFlight
from matinee.policy.ladder import highest_within

GRACE_MS = 500
"""No request is judged sooner. Source of all three: dash.js, AbandonRequestsRule."""
LATE_TENTHS = 18
SAFE_PERCENT = 90


def choose(state: AbrState) -> Choice:
    return Choice(sustainable_rung(state))


def sustainable_rung(state: AbrState) -> int:
    return highest_within(state.ladder, state.throughput_kbps)


def abandon(state: AbrState, flight: InFlight) -> int | None:
    return rung_if_late(state, flight, late_tenths=LATE_TENTHS)


def rung_if_late(state: AbrState, flight: InFlight, *, late_tenths: int) -> int | None:
    """What this very request shows the link to carry, if it is late and less has to come that way.

    Late is what takes longer in all than so many tenths of its own length.
    """
    flowing_ms = flight.elapsed_ms - flight.first_byte_ms
    if flight.elapsed_ms < GRACE_MS or flowing_ms <= 0 or flight.got_bytes <= 0:
        return None
    left_bytes = flight.size_bytes - flight.got_bytes
    left_ms = left_bytes * flowing_ms // flight.got_bytes
    if (flight.elapsed_ms + left_ms) * 10 <= late_tenths * state.segment_ms:
        return None
    kbps = flight.got_bytes * 8 * SAFE_PERCENT // (flowing_ms * 100)
    rung = highest_within(state.ladder, kbps)
    is_less = rung < flight.rung and state.sizes_bytes[0][rung] < left_bytes
    return rung if is_less else None


THROUGHPUT = AbrPolicy(choose, abandon)
