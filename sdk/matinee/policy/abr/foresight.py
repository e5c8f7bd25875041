"""Foresight: the rung that serves best over several futures of the link, and the default.

A rung is worth its utility, less the step to it, less the stall that its segment brings, less a price for a low buffer
after it, plus all that comes later: what the link and the buffer carry in the long run, as a fluid, less the step to
that. Later is a matter of several futures, which lie as far apart as this session's forecasts have been wrong
(`matinee.policy.experience`). A segment in flight competes with every lower rung by what is left of it.

Utility lies between the bitrate and its logarithm, and is counted in that of the top rung. All weights are those of a
`matinee.policy.abr.temper`.
"""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice, InFlight
from matinee.policy.abr.temper import Temper, temper_for
from matinee.policy.abr.throughput import rung_if_late, sustainable_rung
from matinee.policy.experience import Experience, spread, with_rate_in_flight
from matinee.policy.ladder import Ladder


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
    temper: Temper


class Forecast(NamedTuple):
    """What the link may carry."""

    next_kbps: float
    """While the next segment comes."""
    later: tuple[tuple[float, float], ...]
    """Rates in the long run, in kbps, each with its weight; the weights are one in all."""


def choose(state: AbrState) -> Choice:
    if state.rung < 0 or not state.link.samples or len(state.ladder) == 1:
        return Choice(sustainable_rung(state))
    scene = _scene(state)
    rates = forecast(state.link.experience, scene.temper)
    values = worths(scene, rates, 0, state.sizes_bytes[0], state.link.first_byte_ms)
    return Choice(values.index(max(values)))


def abandon(state: AbrState, flight: InFlight) -> int | None:
    """The lower rung that is worth more, from its first byte on, than what is left of this request.

    The first segment, of which nothing could be foreseen, is left when it comes more slowly than it plays.
    """
    if state.rung < 0 or not state.link.samples:
        return rung_if_late(state, flight, late_tenths=10)
    temper = temper_for(full_ms=state.buffer_full_ms)
    flowing_ms = flight.elapsed_ms - flight.first_byte_ms
    left_bytes = flight.size_bytes - flight.got_bytes
    lower_bytes = state.sizes_bytes[0][: flight.rung]
    if flowing_ms < temper.grace_ms or flight.got_bytes <= 0 or not lower_bytes or left_bytes <= lower_bytes[0]:
        return None
    if left_bytes * flowing_ms < temper.due_share * state.buffer_ms * flight.got_bytes:
        return None
    kbps = flight.got_bytes * 8 / flowing_ms
    scene = _scene(state)
    rates = forecast(with_rate_in_flight(state.link.experience, kbps=kbps, flowing_ms=flowing_ms), temper)
    values = worths(scene, rates, 0, lower_bytes, state.link.first_byte_ms)
    kept = worths(scene, rates, flight.rung, (left_bytes,), 0)[0]
    return values.index(max(values)) if max(values) > kept + temper.leaving_price else None


def forecast(known: Experience, temper: Temper) -> Forecast:
    """Two futures, a low one and the one that is as forecast. Only once there is a sample."""
    rise_kbps = max(0.0, known.fast_kbps - known.slow_kbps)
    later_kbps = temper.caution * (known.slow_kbps + temper.rising_share * rise_kbps)
    off = spread(known, prior_spread=temper.prior_spread, prior_samples=temper.prior_samples)
    low_kbps = later_kbps / (1 + temper.low_spreads * off)
    likely = 1 / (1 + temper.low_weight)
    return Forecast(temper.caution * known.fast_kbps, ((low_kbps, 1 - likely), (later_kbps, likely)))


def worths(
    scene: Scene, rates: Forecast, lowest: int, sizes_bytes: tuple[int, ...], first_byte_ms: float
) -> list[float]:
    """What it is worth to have the next segment, of these sizes, at the rungs from `lowest` on.

    Only the differences mean anything.
    """
    ladder, utilities, slopes, before, buffer_ms, full_ms, segment_ms, later, temper = scene
    later_ms = max(1.0, later * segment_ms)
    reserve_ms, low_ms = temper.reserve_share * full_ms, temper.low_share * full_ms
    step_price, low_price = (temper.later_step_price, temper.low_price) if later > 0 else (0.0, 0.0)
    values = [0.0] * len(sizes_bytes)
    for index in range(len(sizes_bytes)):
        utility = utilities[lowest + index]
        value = utility - temper.step_price * abs(utility - before)
        ahead_ms = buffer_ms - first_byte_ms - sizes_bytes[index] * 8 / rates.next_kbps + segment_ms
        if ahead_ms < segment_ms:
            value -= temper.stall_price * (segment_ms - ahead_ms) / 1_000
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
def utilities(ladder: Ladder, linearity: float) -> tuple[float, ...]:
    """What each rung is worth: 0 the lowest, 1 the top one. Of two rungs or more."""
    bend = 2 * linearity * ladder[-1]
    values = [0.0]
    for below, kbps in pairwise(ladder):
        values.append(values[-1] + 2 * (kbps - below) / (kbps + below + bend))
    return tuple(value / values[-1] for value in values)


@lru_cache(maxsize=64)
def slopes(ladder: Ladder, linearity: float) -> tuple[float, ...]:
    """Utility per kbps between each rung and the one below; of the lowest, as above it."""
    values = utilities(ladder, linearity)
    rises = [(values[at] - values[at - 1]) / (ladder[at] - ladder[at - 1]) for at in range(1, len(ladder))]
    return (rises[0], *rises)


def _scene(state: AbrState) -> Scene:
    temper = temper_for(full_ms=state.buffer_full_ms)
    values = utilities(state.ladder, temper.linearity)
    later = temper.later_segments
    if state.segments_left:
        later = min(later, state.segments_left - 1)
    return Scene(
        state.ladder,
        values,
        slopes(state.ladder, temper.linearity),
        values[state.rung],
        state.buffer_ms,
        state.buffer_full_ms,
        state.segment_ms,
        later,
        temper,
    )


FORESIGHT = AbrPolicy(choose, abandon)
