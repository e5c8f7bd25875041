"""The alarm: rings once at the time that was set last."""

import asyncio
from collections.abc import Callable

from matinee.clock import Clock
from matinee.runtime.tasks import Tasks


class Alarm:
    """Most alarms are put off before they ring: then the wait that runs goes on, and a task is spared."""

    def __init__(self, clock: Clock, tasks: Tasks, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._tasks = tasks
        self._ring = ring
        self._due_ms = 0
        self._looks_ms = 0
        """When the wait that runs ends."""
        self._wait: asyncio.Task[None] | None = None

    def set(self, now_ms: int) -> None:
        """Ring then, and not at the time set before."""
        self._due_ms = now_ms
        if self._wait is not None and now_ms >= self._looks_ms:
            return
        if self._wait is not None:
            self._wait.cancel()
        self._looks_ms = now_ms
        self._wait = self._tasks.start(self._run())

    async def _run(self) -> None:
        await self._clock.wait_until(self._looks_ms)
        while self._due_ms > self._looks_ms:
            self._looks_ms = self._due_ms
            await self._clock.wait_until(self._looks_ms)
        self._wait = None
        self._ring()
