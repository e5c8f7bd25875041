"""The clock: the one module that asks the machine what time it is.

Servers and players share it; the pure half never imports it, it is handed `now_ms`.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Two clocks and a way to wait. Everything that needs the time is handed one."""

    def now_ms(self) -> int:
        """Monotonic milliseconds: for intervals, never for dates."""
        ...

    def wall_ms(self) -> int:
        """Milliseconds since the epoch, UTC: for dates, never for intervals."""
        ...

    async def wait_until(self, now_ms: int) -> None:
        """Returns once `now_ms()` has reached `now_ms`; at once if it has already."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's own time: there is one, so all its clocks are equal."""

    def now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def wait_until(self, now_ms: int) -> None:
        # The event loop's timers may fire a millisecond early: ask again.
        while (left_ms := now_ms - self.now_ms()) > 0:
            await asyncio.sleep(left_ms / 1000)


def stopwatch_s() -> float:
    """Monotonic seconds, finer than a microsecond: to measure work and report it, never to decide by.

    An event loop's own `time()` will not do: uvloop's counts whole milliseconds.
    """
    return time.perf_counter()
