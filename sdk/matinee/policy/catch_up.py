"""Catching up: how fast to play, so as to stay as far behind live as wished.

What the field uses stands beside our own law, by name: a sigmoid of the lag, and full speed outside of a tolerance.
"""

from typing import Protocol

import msgspec

GAIN_MS = 10_000
"""A lag is made up within about so long: a quarter of a second at 2.5 % (Media3: 0.1 per second)."""
CALM_MS = 20
"""A lag smaller than this is none (Media3: 20 ms)."""
STIR_MS = 100
"""A lag smaller than this starts no correction: so that rates do not flutter about the aim."""
STEP_PERMILLE = 5
MOST_CHANGES = 6
"""Of the rate in a minute, the return to normal speed included."""
CHANGES_WITHIN_MS = 60_000
CHANGE_PERMILLE = 20
"""Smaller changes are not made by `sigmoid` (dash.js: 0.02)."""
TOLERANCE_MS = 500
"""Of `bang_bang` (Shaka: 0.5 s)."""
_LOGISTIC = (500, 731, 881, 953, 982, 993, 998, 999, 1000)
"""1000 / (1 + e^-x) for x = 0, 1 and so on: no library of floats is the same everywhere."""


class CatchUpState(msgspec.Struct, frozen=True, kw_only=True):
    """How a viewer stands to live."""

    lag_ms: int
    """How much further behind live than wished; negative: too close."""
    rate_permille: int
    """The rate now."""
    slowest_permille: int
    fastest_permille: int
    buffer_ms: int
    thin_ms: int
    """With less in the buffer nobody should play faster."""
    changes: int
    """Of the rate in the last minute."""


class Law(Protocol):
    def __call__(self, state: CatchUpState) -> int:
        """The rate to play at from now on, within the bounds. Pure."""
        ...


def proportional(state: CatchUpState) -> int:
    """The lag is made up within `GAIN_MS`, or as fast as the bounds allow.

    A correction goes on until the lag is gone; its rate is kept while it does the work, so changes are few and never
    oscillate. One begins only if it can also end within `MOST_CHANGES`.
    """
    now, size_ms = state.rate_permille - 1000, abs(state.lag_ms)
    if now and (size_ms < CALM_MS or (state.lag_ms > 0) != (now > 0)):
        return 1000
    if state.lag_ms > 0 and state.buffer_ms < (state.thin_ms // 2 if now else state.thin_ms):
        return 1000
    if not now and size_ms < STIR_MS:
        return 1000
    step = size_ms * 1000 // GAIN_MS // STEP_PERMILLE * STEP_PERMILLE
    wished = min(state.fastest_permille, 1000 + step) if state.lag_ms > 0 else max(state.slowest_permille, 1000 - step)
    is_enough = now != 0 and abs(now) * 2 >= abs(wished - 1000)
    return state.rate_permille if is_enough or state.changes > MOST_CHANGES - 2 else wished


def sigmoid(state: CatchUpState) -> int:
    """A rate for every lag: (1 - c) + 2c / (1 + e^(-5 lag)), the lag in seconds; none faster out of a thin buffer.

    Source: dash.js 5.1, CatchupController.js.
    """
    bound = state.fastest_permille - 1000 if state.lag_ms > 0 else 1000 - state.slowest_permille
    x, part = divmod(5 * abs(state.lag_ms), 1000)
    low, high = _LOGISTIC[min(x, len(_LOGISTIC) - 1)], _LOGISTIC[min(x + 1, len(_LOGISTIC) - 1)]
    more = 2 * bound * (low + (high - low) * part // 1000 - 500) // 1000
    wished = 1000 + more if state.lag_ms > 0 else 1000 - more
    if state.lag_ms > 0 and state.buffer_ms < state.thin_ms:
        wished = 1000
    return state.rate_permille if abs(wished - state.rate_permille) <= CHANGE_PERMILLE else wished


def bang_bang(state: CatchUpState) -> int:
    """The fastest or the slowest rate outside of a tolerance, the normal one within.

    Source: Shaka 5.2, player.js (`liveSync`).
    """
    if abs(state.lag_ms) <= TOLERANCE_MS:
        return 1000
    return state.fastest_permille if state.lag_ms > 0 else state.slowest_permille


LAWS: dict[str, Law] = {"proportional": proportional, "sigmoid": sigmoid, "bang-bang": bang_bang}
"""By the names of `LiveSettings.catch_up`."""
