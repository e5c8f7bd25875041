"""Virtual time: an event loop that never waits, and the clock on it.

When nobody has anything to do, time jumps to the next timer. So all of asyncio (`sleep`, `timeout`, `wait_for`)
keeps its order and takes no time; an hour passes as fast as its work is done.
"""

import asyncio
import math
import selectors
from asyncio import Future
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

MONDAY_WALL_MS = 1_767_603_600_000
"""Where the calendar stands when virtual time begins: 2026-01-05, 09:00 UTC."""
DAY_MS = 86_400_000

ResultT = TypeVar("ResultT")
ArgumentTs = TypeVarTuple("ArgumentTs")


class Deadlock(AssertionError):
    """Everybody waits, and nothing is left that could wake anybody."""


class TimeExceeded(AssertionError):
    """The story went on beyond its bound."""


def run_virtual(
    main: "Callable[[VirtualClock], Coroutine[Any, Any, ResultT]]",
    *,
    wall_ms: int = MONDAY_WALL_MS,
    most_ms: int = DAY_MS,
) -> ResultT:
    """What `main`, given the clock, returns: run to its end in an event loop of its own, on virtual time.

    `wall_ms`: what the calendar says at the beginning; `now_ms` begins at 0.
    Raises: what `main` raises; Deadlock; TimeExceeded once `most_ms` have passed.
    """
    loop = VirtualLoop(most_ms=most_ms)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main(VirtualClock(loop, wall_ms=wall_ms)))


class VirtualClock:
    """A `matinee.clock.Clock` by the time of a virtual event loop."""

    def __init__(self, loop: "VirtualLoop", *, wall_ms: int) -> None:
        self._loop = loop
        self._epoch_ms = wall_ms - self.now_ms()

    def now_ms(self) -> int:
        return self._loop.now_us // 1000

    def wall_ms(self) -> int:
        return self._epoch_ms + self.now_ms()

    def set_wall(self, wall_ms: int) -> None:
        """Somebody sets the calendar, forwards or back; `now_ms` goes on as before."""
        self._epoch_ms = wall_ms - self.now_ms()

    async def wait_until(self, now_ms: int) -> None:
        if (left_us := now_ms * 1000 - self._loop.now_us) > 0:
            await asyncio.sleep(left_us / 1e6)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes only when nothing is ready, and then at once. Work for threads is done on the spot."""

    def __init__(self, *, most_ms: int = DAY_MS) -> None:
        self._jumps = _Jumps(most_us=most_ms * 1000)
        super().__init__(self._jumps)
        # Else the machine's: on some, timers would fire milliseconds early.
        self._clock_resolution = 1e-9

    @property
    def now_us(self) -> int:
        """Microseconds since the loop was made."""
        return self._jumps.now_us

    def time(self) -> float:
        return self._jumps.now_us / 1e6

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[Unpack[ArgumentTs]], ResultT],
        *args: *ArgumentTs,
    ) -> "Future[ResultT]":
        """`func` has been called when this returns: a thread would take real time, which nobody here can wait for."""
        future: Future[ResultT] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class _Jumps(selectors.SelectSelector):
    """Where an event loop waits, here time passes."""

    def __init__(self, *, most_us: int) -> None:
        super().__init__()
        self.now_us = 0
        self._most_us = most_us

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        # The loop's own socket, by which threads wake it, comes first.
        if self.get_map():
            raise RuntimeError("A real socket cannot be waited for in virtual time; use a ScriptedNetwork.")
        return super().register(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Deadlock(f"After {self.now_us // 1000} ms everybody waits, and no timer is set.\n{_waiting()}")
        if timeout > 0:
            # Times are sums of floats: a billionth beyond a microsecond is none.
            self.now_us += max(1, math.ceil(timeout * 1e6 - 1e-3))
        if self.now_us > self._most_us:
            raise TimeExceeded(f"More than {self._most_us // 1000} ms have passed.\n{_waiting()}")
        return []


def _waiting() -> str:
    """Who waits where, a line for each task."""
    codes = [(frame.f_code, frame.f_lineno) for task in asyncio.all_tasks() for frame in task.get_stack(limit=1)]
    return "\n".join(sorted(f"  {code.co_qualname} in {code.co_filename}:{line}" for code, line in codes))
