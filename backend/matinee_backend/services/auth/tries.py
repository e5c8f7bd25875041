"""How often a login may be tried: a bucket of tries for each account and address, bounded in number."""

from collections import OrderedDict

from matinee_backend.settings import AuthSettings

Key = tuple[str, str]
"""Account (as typed, normalized) and address."""


class TryLimiter:
    """Forgets the least recently used bucket beyond its bound: a flood costs memory to nobody."""

    def __init__(self, settings: AuthSettings) -> None:
        self._settings = settings
        self._full_at_ms: OrderedDict[Key, int] = OrderedDict()
        """When each bucket will be full again (the generic cell rate algorithm, ITU-T I.371)."""

    def wait_ms(self, key: Key, *, now_ms: int) -> int:
        """0, and one try is used up; or how long until there is one."""
        every_ms = self._settings.try_every_ms
        full_at_ms = max(now_ms, self._full_at_ms.get(key, now_ms)) + every_ms
        if (wait_ms := full_at_ms - now_ms - self._settings.tries * every_ms) > 0:
            return wait_ms
        self._full_at_ms[key] = full_at_ms
        self._full_at_ms.move_to_end(key)
        if len(self._full_at_ms) > self._settings.max_try_buckets:
            self._full_at_ms.popitem(last=False)
        return 0

    def forgive(self, key: Key) -> None:
        """A good login gives all tries back."""
        self._full_at_ms.pop(key, None)
