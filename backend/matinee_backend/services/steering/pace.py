"""Pace: so many questions a second, and the next one comes back later."""


class Pace:
    """A bucket that holds a second's worth, and fills as time goes by (the generic cell rate algorithm)."""

    def __init__(self, per_s: int) -> None:
        self._per_s = per_s
        self._full_at_us = 0
        """When the bucket will be full again."""

    def admits(self, *, now_ms: int) -> bool:
        """Whether one more is answered now; it counts then."""
        now_us = now_ms * 1000
        full_at_us = max(self._full_at_us, now_us) + 1_000_000 // self._per_s
        if full_at_us > now_us + 1_000_000:
            return False
        self._full_at_us = full_at_us
        return True
