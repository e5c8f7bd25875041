"""Foresight: the rung that serves best over several futures of the link, and the default.

The futures lie as far apart as this session's forecasts have been wrong (`matinee.policy.forecast`). In each of them a
rung is worth its utility, less the step to it, less the stall that its segment brings, plus all that comes later: what
the link and the buffer then carry in the long run, as a fluid, less the step to that, less a price for a low buffer.
A segment in flight competes with every lower rung by what is left of it.

Utility lies between the bitrate and its logarithm, and is counted in that of the top rung. The numbers were tuned
together, on the `tune` half of the traces of `benchmarks.qoe` alone.
"""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice, InFlight
from matinee.policy.forecast import Future, futures, with_rate_in_flight
from matinee.policy.ladder import Ladder, highest_within

LINEARITY = 1.2
"""0 is the utility of a logarithm; the more, the nearer to the bitrate itself."""
STEP_PRICE, LATER_STEP_PRICE = 1.46, 2.97
"""Of a step in utility, to this rung and from it."""
STALL_PRICE = 3.24
"""Of a second."""
LATER_SEGMENTS = 25.6
"""How many segments count after the next one, where the title does not end before."""
RESERVE_MS, RESERVE_SHARE = 9_770, 0.45
"""The lower of the two, the share being of the full buffer, is never spent on a higher rung."""
LOW_MS, LOW_SHARE = 26_572, 0.52
"""Below the lower of the two, the share being of the full buffer, a buffer is low."""
LOW_PRICE = 2.19
"""Of an empty buffer; falls with the square to nothing where it is not low any more."""
GRACE_MS = 275
"""No request is judged sooner."""
DUE_SHARE = 0.986
"""Of the buffer, that what is left of a request may take, at its own rate, without anybody asking."""
LEAVING_PRICE = 0.0549


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
    first_byte_ms = state.link.first_byte_ms
    values = worths(_scene(state), futures(state.link.forecast), 0, state.sizes_bytes[0], first_byte_ms)
    return Choice(values.index(max(values)))


def abandon(state: AbrState, flight: InFlight) -> int | None:
    """Whether a lower rung, from its first byte on, is worth more than what is left of this one."""
    flowing_ms = flight.elapsed_ms - flight.first_byte_ms
    left_bytes = flight.size_bytes - flight.got_bytes
    sizes_bytes = state.sizes_bytes[0][: flight.rung]
    if flowing_ms < GRACE_MS or flight.got_bytes <= 0 or not sizes_bytes or left_bytes <= sizes_bytes[0]:
        return None
    if state.rung < 0 or not state.link.samples:
        return None
    if left_bytes * flowing_ms < DUE_SHARE * state.buffer_ms * flight.got_bytes:
        return None
    kbps = flight.got_bytes * 8 / flowing_ms
    likely = futures(with_rate_in_flight(state.link.forecast, kbps=kbps, flowing_ms=flowing_ms))
    scene = _scene(state)
    values = worths(scene, likely, 0, sizes_bytes, state.link.first_byte_ms)
    kept = worths(scene, likely, flight.rung, (left_bytes,), 0)[0]
    return values.index(max(values)) if max(values) > kept + LEAVING_PRICE else None


def worths(
    scene: Scene, futures: tuple[Future, ...], lowest: int, sizes_bytes: tuple[int, ...], first_byte_ms: float
) -> list[float]:
    """What it is worth to have the next segment, of these sizes, at the rungs from `lowest` on.

    Only the differences mean anything.
    """
    ladder, utilities, slopes, before, buffer_ms, full_ms, segment_ms, later = scene
    rungs = len(sizes_bytes)
    values = [0.0] * rungs
    for index in range(rungs):
        utility = utilities[lowest + index]
        values[index] = utility - STEP_PRICE * abs(utility - before)
    later_ms = max(1.0, later * segment_ms)
    reserve_ms = min(RESERVE_MS, RESERVE_SHARE * full_ms) - segment_ms
    low_ms = min(LOW_MS, LOW_SHARE * full_ms) - segment_ms
    room_ms, top_kbps = full_ms - segment_ms, ladder[-1]
    step_price, low_price = (LATER_STEP_PRICE, LOW_PRICE) if later > 0 else (0.0, 0.0)
    for next_kbps, later_kbps, weight in futures:
        rise, above = later_kbps / later_ms, len(ladder) - 1
        for index in range(rungs):
            value, spare_ms = 0.0, buffer_ms - first_byte_ms - sizes_bytes[index] * 8 / next_kbps
            if spare_ms < 0:
                value, spare_ms = STALL_PRICE * spare_ms / 1_000, 0.0
            if spare_ms > room_ms:
                spare_ms = room_ms
            if spare_ms < low_ms:
                lack = (low_ms - spare_ms) / (low_ms + segment_ms)
                value -= low_price * lack * lack
            kbps = later_kbps + rise * (spare_ms - reserve_ms)
            while above > 1 and ladder[above - 1] >= kbps:
                above -= 1
            sustained = utilities[above] + (kbps - ladder[above]) * slopes[above] if kbps < top_kbps else 1.0
            value += later * sustained - step_price * abs(sustained - utilities[lowest + index])
            values[index] += weight * value
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
