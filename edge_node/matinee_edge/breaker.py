"""A circuit breaker: who fails several times in a row is left alone, longer each time, and then tried with one request.

Pure. The waits are those of `matinee.policy.backoff`: capped, then jittered.
"""

from collections.abc import Callable

from matinee.policy.backoff import wait_ms

STRIKES = 3
"""Failures in a row until it opens."""
LEAST_MS = 500
FIRST_MS = 1_000
CAP_MS = 15_000
PROBE_MS = 20_000
"""A probe of which nothing was heard for so long is followed by another."""


class Breaker:
    """Closed: all may ask. Open: nobody. Half open: one, whose luck decides."""

    def __init__(self, *, draw: Callable[[], int]) -> None:
        """`draw`: random non-negative integers."""
        self._draw = draw
        self._strikes = 0
        self._rests_until_ms = 0

    @property
    def is_closed(self) -> bool:
        """Whether requests flow freely."""
        return self._strikes < STRIKES

    def admit(self, *, now_ms: int) -> bool:
        """Whether a request may go ahead; half open, it is the probe."""
        if self.is_closed:
            return True
        if now_ms < self._rests_until_ms:
            return False
        self._rests_until_ms = now_ms + PROBE_MS
        return True

    def succeeded(self) -> None:
        self._strikes = 0

    def failed(self, *, now_ms: int) -> None:
        self._strikes += 1
        if not self.is_closed:
            tries = self._strikes - STRIKES + 1
            rest_ms = wait_ms(tries=tries, draw=self._draw(), first_ms=FIRST_MS, cap_ms=CAP_MS, hint_ms=LEAST_MS)
            self._rests_until_ms = now_ms + rest_ms

    def blame(self, *, now_ms: int) -> None:
        """It did what is never an accident: it is left alone at once."""
        self._strikes = max(self._strikes, STRIKES - 1)
        self.failed(now_ms=now_ms)
