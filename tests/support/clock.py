"""A clock that a test moves by hand."""

import asyncio


class HandClock:
    """Both clocks stand still until `advance`; whoever waits is woken by it."""

    def __init__(self, *, now_ms: int = 1_000, wall_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._wall_ms = wall_ms
        self._moved = asyncio.Condition()
        self.waiting = 0
        """How many wait for a later time."""

    def now_ms(self) -> int:
        return self._now_ms

    def wall_ms(self) -> int:
        return self._wall_ms

    def move(self, ms: int) -> None:
        """Let `ms` pass, where nobody waits."""
        self._now_ms += ms
        self._wall_ms += ms

    async def advance(self, ms: int) -> None:
        """Let `ms` pass, and wake those whose time has come."""
        async with self._moved:
            self.move(ms)
            self._moved.notify_all()

    async def wait_until(self, now_ms: int) -> None:
        async with self._moved:
            self.waiting += 1
            try:
                await self._moved.wait_for(lambda: self._now_ms >= now_ms)
            finally:
                self.waiting -= 1
