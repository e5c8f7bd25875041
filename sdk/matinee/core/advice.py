"""Advice: when to ask the steering service which appliance is best."""

AGAIN_MS = 5_000
"""When nobody delivers, new advice (and with it new tokens) is asked for ahead of time, but not more often."""
RETRY_MS = 30_000
"""A steering service that does not answer is asked again after so long: playback does not wait for it."""


class Advice:
    """One question under way at a time; the last answer stays good until the next."""

    def __init__(self) -> None:
        self.due_ms: int | None = None
        """When to ask; None while a question is under way, or if nobody gives advice."""
        self._asked_ms = 0

    def arrived(self, *, ttl_ms: int, now_ms: int) -> None:
        self.due_ms = now_ms + ttl_ms

    def failed(self, *, hint_ms: int, now_ms: int) -> None:
        self.due_ms = now_ms + max(RETRY_MS, hint_ms)

    def hurry(self, *, now_ms: int) -> None:
        """Things stand badly: do not wait for the usual time."""
        if self.due_ms is not None:
            self.due_ms = min(self.due_ms, max(now_ms, self._asked_ms + AGAIN_MS))

    def take_turn(self, *, now_ms: int) -> bool:
        """Whether the question is to be asked now; it is then under way."""
        if self.due_ms is None or self.due_ms > now_ms:
            return False
        self.due_ms, self._asked_ms = None, now_ms
        return True
