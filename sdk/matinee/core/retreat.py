"""The retreat: how much further behind live than wished a viewer is kept who stalls again and again."""

from matinee.policy.live import EASE_MS, RETREAT_MS, retreat_ms


class Retreat:
    """It grows while stalls follow one another, and shrinks when none does."""

    def __init__(self) -> None:
        self.extra_ms: int = 0
        """So much, >= 0."""
        self.due_ms: int | None = None
        """When it shrinks; None while there is nothing to shrink."""
        self._stalls = 0
        self._stalled_ms: int | None = None

    def note(self, *, stalls: int, most_ms: int, now_ms: int) -> None:
        """So many stalls there were until now; it may grow to `most_ms`."""
        if stalls > self._stalls:
            since_ms = None if self._stalled_ms is None else now_ms - self._stalled_ms
            self.extra_ms = retreat_ms(self.extra_ms, since_stall_ms=since_ms, most_ms=most_ms)
            self._stalls, self._stalled_ms = stalls, now_ms
            self.due_ms = now_ms + EASE_MS if self.extra_ms else None
        elif self.due_ms is not None and now_ms >= self.due_ms:
            self.extra_ms = max(0, self.extra_ms - RETREAT_MS)
            self.due_ms = now_ms + EASE_MS if self.extra_ms else None
