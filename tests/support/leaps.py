"""Real sockets, leaping time: it stands while anybody is on the network, and else goes where somebody waits for it."""

import asyncio
from collections.abc import Callable

from matinee.runtime.http import Answer, Http, OnPiece, Request

MONDAY_WALL_MS = 1_767_603_600_000
"""2026-01-05, 09:00 UTC."""
SETTLED_TURNS = 30
"""So many turns of the event loop without a request: whatever an answer set off has come to rest."""


class LeapingClock:
    """Time stands until `leap`."""

    def __init__(self) -> None:
        self._now_ms = 0
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self._now_ms

    def wall_ms(self) -> int:
        return MONDAY_WALL_MS + self._now_ms

    async def wait_until(self, now_ms: int) -> None:
        if now_ms > self._now_ms:
            waiter = (now_ms, asyncio.get_running_loop().create_future())
            self._waiters.append(waiter)
            try:
                await waiter[1]
            finally:
                self._waiters.remove(waiter)

    def leap(self, *, most_ms: int) -> None:
        """It is the next moment that somebody waits for, or `most_ms` if that is earlier."""
        self._now_ms = min([most_ms, *(at_ms for at_ms, _ in self._waiters)])
        for at_ms, future in self._waiters:
            if at_ms <= self._now_ms and not future.done():
                future.set_result(None)


class LeapingHttp(Http):
    """The network of this machine, that knows how many requests are under way."""

    def __init__(self) -> None:
        self.leaping = LeapingClock()
        super().__init__(self.leaping)
        self.under_way = 0
        self._dice = 0

    async def __aenter__(self) -> "LeapingHttp":
        await super().__aenter__()
        return self

    def draw(self) -> int:
        self._dice += 0x9E3779B97F4A7C15
        return self._dice & ((1 << 64) - 1)

    async def fetch(self, request: Request, *, on_piece: OnPiece | None = None) -> Answer:
        self.under_way += 1
        try:
            return await super().fetch(request, on_piece=on_piece)
        finally:
            self.under_way -= 1

    async def leap_until(
        self, condition: Callable[[], bool], *, most_ms: int, held: Callable[[], int] = lambda: 0
    ) -> bool:
        """Whether `condition` came to hold before `most_ms`. `held`: requests that a server leaves without answer."""
        while True:
            settled = 0
            while settled < SETTLED_TURNS:
                await asyncio.sleep(0)
                settled = settled + 1 if self.under_way <= held() else 0
            if condition() or self.leaping.now_ms() >= most_ms:
                return condition()
            self.leaping.leap(most_ms=most_ms)
