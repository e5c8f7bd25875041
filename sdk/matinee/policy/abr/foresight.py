"""Foresight: the rung that serves best over several futures of the link, and the default.

A rung is worth its utility, less the step to it, less the stall that its segment brings, less a price for a low buffer
after it, plus all that comes later: what the link and the buffer carry in the long run, as a fluid, less the step to
that. Later is a matter of several futures, which lie as far apart as this session's forecasts have been wrong
(`matinee.policy.forecast`). A segment in flight competes with every lower rung by what is left of it.

Utility lies between the bitrate and its logarithm, and is counted in that of the top rung. The numbers were tuned
together, on the `tune` half of the traces of `benchmarks.qoe` alone.
"""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice, InFlight
from matinee.policy.forecast import Forecast, forecast, with_rate_in_flight
from matinee.policy.ladder import Ladder, highest_within

LINEARITY = 1.24
"""0 is the utility of a logarithm; the more, the nearer to the bitrate itself."""
STEP_PRICE, LATER_STEP_PRICE = 1.27, 3
"""Of a step in utility, to this rung and from it."""
STALL_PRICE = 3.97
"""Of a second."""
LATER_SEGMENTS = 43.1
"""How many segments count after the next one, where the title does not end before."""
RESERVE_SHARE = 0.171
"""Of the full buffer: never spent on a higher rung."""
LOW_SHARE = 0.601
"""Of the full buffer: with less than that, it is low."""
LOW_PRICE = 2.34
"""Of an empty buffer; falls with the square to nothing where it is not low any more."""
GRACE_MS = 507
"""No request is judged sooner."""
DUE_SHARE = 0.749
"""Of the buffer, that what is left of a request may take, at its own rate, without anybody asking."""
LEAVING_PRICE = 0.0927


class Scene(NamedTuple):
    """What the worth of a rung depends on, in plain numbers: compilers of numbers take it as it is."""

    ladder: Ladder
    utilities: tuple[float, ...]
    slopes: tuple[float, ...]
    before: float
    """The utility of the rung chosen last."""
    buffer_ms: float
    full_ms: float
    segment_ms: float
    later: float
    """Segments that count after the next one. >= 0."""


def choose(state: AbrState) -> Choice:
    if state.rung < 0 or not state.link.samples or len(state.ladder) == 1:
        return Choice(highest_within(state.ladder, state.throughput_kbps))
    rates = forecast(state.link.experience)
    values = worths(_scene(state), rates, 0, state.sizes_bytes[0], state.link.first_byte_ms)
    return Choice(values.index(max(values)))


def abandon(state: AbrState, flight: InFlight) -> int | None:
    """The lower rung that is worth more, from its first byte on, than what is left of this request."""
    flowing_ms = flight.elapsed_ms - flight.first_byte_ms
    left_bytes = flight.size_bytes - flight.got_bytes
    lower_bytes = state.sizes_bytes[0][: flight.rung]
    if state.rung < 0 or not state.link.samples or flowing_ms < GRACE_MS or flight.got_bytes <= 0:
        return None
    if not lower_bytes or left_bytes <= lower_bytes[0]:
        return None
    if left_bytes * flowing_ms < DUE_SHARE * state.buffer_ms * flight.got_bytes:
        return None
    kbps = flight.got_bytes * 8 / flowing_ms
    experience = with_rate_in_flight(state.link.experience, kbps=kbps, flowing_ms=flowing_ms)
    scene, rates = _scene(state), forecast(experience)
    values = worths(scene, rates, 0, lower_bytes, state.link.first_byte_ms)
    kept = worths(scene, rates, flight.rung, (left_bytes,), 0)[0]
    return values.index(max(values)) if max(values) > kept + LEAVING_PRICE else None


def worths(
    scene: Scene, rates: Forecast, lowest: int, sizes_bytes: tuple[int, ...], first_byte_ms: float
) -> list[float]:
    """What it is worth to have the next segment, of these sizes, at the rungs from `lowest` on.

    Only the differences mean anything.
    """
    ladder, utilities, slopes, before, buffer_ms, full_ms, segment_ms, later = scene
    later_ms = max(1.0, later * segment_ms)
    reserve_ms, low_ms = RESERVE_SHARE * full_ms, LOW_SHARE * full_ms
    step_price, low_price = (LATER_STEP_PRICE, LOW_PRICE) if later > 0 else (0.0, 0.0)
    values = [0.0] * len(sizes_bytes)
    for index in range(len(sizes_bytes)):
        utility = utilities[lowest + index]
        value = utility - STEP_PRICE * abs(utility - before)
        ahead_ms = buffer_ms - first_byte_ms - sizes_bytes[index] * 8 / rates.next_kbps + segment_ms
        if ahead_ms < segment_ms:
            value -= STALL_PRICE * (segment_ms - ahead_ms) / 1_000
            ahead_ms = segment_ms
        if ahead_ms > full_ms:
            ahead_ms = full_ms
        if ahead_ms < low_ms:
            value -= low_price * (1 - ahead_ms / low_ms) * (1 - ahead_ms / low_ms)
        for later_kbps, weight in rates.later:
            kbps = later_kbps * (1 + (ahead_ms - reserve_ms) / later_ms)
            above = len(ladder) - 1
            while above > 1 and ladder[above - 1] >= kbps:
                above -= 1
            sustained = min(1.0, utilities[above] + (kbps - ladder[above]) * slopes[above])
            value += weight * (later * sustained - step_price * abs(sustained - utility))
        values[index] = value
    return values


@lru_cache(maxsize=64)
def utilities(ladder: Ladder) -> tuple[float, ...]:
    """What each rung is worth: 0 the lowest, 1 the top one. Of two rungs or more."""
    bend = 2 * LINEARITY * ladder[-1]
    values = [0.0]
    for below, kbps in pairwise(ladder):
        values.append(values[-1] + 2 * (kbps - below) / (kbps + below + bend))
    return tuple(value / values[-1] for value in values)


@lru_cache(maxsize=64)
def slopes(ladder: Ladder) -> tuple[float, ...]:
    """Utility per kbps between each rung and the one below; of the lowest, as above it."""
    values = utilities(ladder)
    rises = [(values[at] - values[at - 1]) / (ladder[at] - ladder[at - 1]) for at in range(1, len(ladder))]
    return (rises[0], *rises)


def _scene(state: AbrState) -> Scene:
    values = utilities(state.ladder)
    return Scene(
        state.ladder,
        values,
        slopes(state.ladder),
        values[state.rung],
        state.buffer_ms,
        state.buffer_full_ms,
        state.segment_ms,
        min(LATER_SEGMENTS, state.segments_left - 1) if state.segments_left else LATER_SEGMENTS,
    )


FORESIGHT = AbrPolicy(choose, abandon)
