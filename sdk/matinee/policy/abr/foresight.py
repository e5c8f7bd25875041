"""Foresight: the rung that serves best over several futures of the link, and the default.

Each future is a rate, a quarter to three times likelier than the next one, as far apart as the session's own surprises
(`matinee.policy.forecast`). In each, a rung is worth its utility, less the step to it, less the stall that its segment
brings, and all that comes later: what the link and the buffer then carry in the long run, as a fluid, less the step
to that, less a price for a low buffer. Utility lies between the logarithm of the bitrate and the bitrate itself. A
segment in flight competes with every lower rung by what is left of it.
"""

import itertools

from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice, InFlight
from matinee.policy.forecast import Forecast, with_rate_in_flight
from matinee.policy.ladder import highest_within

LOW, LOWISH, HIGH = 3.05, 0.502, 2.247
"""How many spreads below and above the forecast the futures lie."""
WEIGHTS = (0.2784, 0.2053, 0.2366, 0.279)
"""Of the low, the lowish, the forecast and the high future."""
LINEARITY = 0.709
"""0 is the utility of a logarithm; the more, the nearer to the bitrate itself."""
STEP_PRICE, LATER_STEP_PRICE = 1.231, 1.166
"""Of a step in utility, now and later."""
STALL_PRICE = 1.85
"""Of a second, in utilities of the top rung."""
HORIZON = 37.6
"""Segments until it matters no more what is in the buffer."""
RESERVE_MS = 4_262
"""Of the buffer, never spent on a higher rung."""
LOW_BUFFER_MS = 8_843
LOW_BUFFER_PRICE = 0.362
"""Of a buffer just empty after the next segment, falling with the square to nothing at `LOW_BUFFER_MS`."""
LOW_BUFFER_SHARE = 0.7
"""Of the whole buffer, beyond which it is not low however small."""
FIRST_SHARE = 0.13
"""Of the top rung: the first segment, before anything is known of the link."""
GRACE_MS = 200
"""No request is judged sooner."""
AT_RISK_SHARE = 0.5
"""Of the buffer, that what is left of a request may take without anybody asking."""
LEAVING_PRICE = 0.019
"""In utilities of the top rung."""


def choose(state: AbrState) -> Choice:
    if not state.link.samples:
        return Choice(highest_within(state.ladder, state.throughput_kbps))
    view = _View(state, state.link.forecast)
    values = [view.value(rung, state.sizes_bytes[0][rung]) for rung in range(len(state.ladder))]
    return Choice(values.index(max(values)))


def abandon(state: AbrState, flight: InFlight) -> int | None:
    flowing_ms = flight.elapsed_ms - flight.first_byte_ms
    left_bytes = flight.size_bytes - flight.got_bytes
    if flight.rung == 0 or flowing_ms < GRACE_MS or flight.got_bytes <= 0 or left_bytes <= state.sizes_bytes[0][0]:
        return None
    kbps = flight.got_bytes * 8 / flowing_ms
    forecast = with_rate_in_flight(state.link.forecast, kbps=kbps, flowing_ms=flowing_ms)
    if left_bytes * 8 < forecast.kbps * state.buffer_ms * AT_RISK_SHARE:
        return None
    view = _View(state, forecast)
    best, value = None, view.value(flight.rung, left_bytes, wait_ms=0) + LEAVING_PRICE
    for rung in range(flight.rung):
        other = view.value(rung, state.sizes_bytes[0][rung])
        if other > value:
            best, value = rung, other
    return best


def utilities(ladder: tuple[int, ...]) -> list[float]:
    """What each rung is worth: 0 the lowest, 1 the top one."""
    bend = 2 * LINEARITY * ladder[-1]
    values = [0.0]
    for below, kbps in itertools.pairwise(ladder):
        values.append(values[-1] + 2 * (kbps - below) / (kbps + below + bend))
    return [value / values[-1] for value in values] if values[-1] else values


class _View:
    """The futures of one moment."""

    def __init__(self, state: AbrState, forecast: Forecast) -> None:
        self._state = state
        self._utilities = utilities(state.ladder)
        self._before = self._utilities[state.rung] if state.rung >= 0 else None
        kbps, spread = forecast.kbps, forecast.spread
        self._futures = (
            (kbps / (1 + LOW * spread), WEIGHTS[0]),
            (kbps / (1 + LOWISH * spread), WEIGHTS[1]),
            (kbps, WEIGHTS[2]),
            (kbps * (1 + HIGH * spread), WEIGHTS[3]),
        )
        self._later = min(HORIZON, state.segments_left - 1) if state.segments_left else HORIZON
        self._low_ms = min(LOW_BUFFER_MS, LOW_BUFFER_SHARE * state.buffer_full_ms)

    def value(self, rung: int, size_bytes: int, *, wait_ms: int | None = None) -> float:
        """What it is worth to have `size_bytes` come at that rung next."""
        state, utility = self._state, self._utilities[rung]
        first_ms = state.link.first_byte_ms if wait_ms is None else wait_ms
        value = utility - (STEP_PRICE * abs(utility - self._before) if self._before is not None else 0.0)
        for kbps, weight in self._futures:
            margin_ms = state.buffer_ms - first_ms - size_bytes * 8 / kbps
            if margin_ms < 0:
                value += weight * STALL_PRICE * margin_ms / 1_000
            if self._later > 0:
                buffer_ms = min(state.buffer_full_ms, max(0.0, margin_ms) + state.segment_ms)
                value += weight * self._worth_later(utility, kbps, buffer_ms)
        return value

    def _worth_later(self, utility: float, kbps: float, buffer_ms: float) -> float:
        span_ms = self._later * self._state.segment_ms
        sustained = self._utility_at(kbps * (buffer_ms - RESERVE_MS + span_ms) / span_ms)
        worth = self._later * sustained - LATER_STEP_PRICE * abs(sustained - utility)
        if buffer_ms < self._low_ms:
            lack = 1 - buffer_ms / self._low_ms
            worth -= LOW_BUFFER_PRICE * lack * lack
        return worth

    def _utility_at(self, kbps: float) -> float:
        """Between the rungs by straight lines; below the lowest, the time that is missing counts like a stall."""
        ladder, values = self._state.ladder, self._utilities
        if kbps >= ladder[-1]:
            return values[-1]
        if kbps <= ladder[0]:
            return (kbps / ladder[0] - 1) * values[min(1, len(values) - 1)]
        above = 1
        while ladder[above] < kbps:
            above += 1
        share = (kbps - ladder[above - 1]) / (ladder[above] - ladder[above - 1])
        return values[above - 1] + share * (values[above] - values[above - 1])


FORESIGHT = AbrPolicy(choose, abandon)
