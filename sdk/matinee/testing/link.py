"""A link: its bandwidth follows a trace, and all that is under way on it shares it fairly.

Bytes flow as a fluid, in whole numbers: at any moment each of n transfers gets an n-th of the bandwidth.
"""

import asyncio
import heapq
from bisect import bisect_right
from itertools import accumulate, count

import msgspec

from matinee.errors import SettingsInvalid
from matinee.policy.settings import NotNegative, Positive


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a trace, in the spelling of Sabre (Spiteri et al., "From Theory to Practice", MMSys 2018)."""

    duration_ms: Positive
    bandwidth_kbps: NotNegative
    latency_ms: NotNegative = 0
    """From a request to the first byte of its answer."""


Trace = tuple[Stretch, ...]
"""Begins with the clock, and begins anew when it is over. At least one stretch."""

BROADBAND: Trace = (Stretch(duration_ms=3_600_000, bandwidth_kbps=20_000, latency_ms=20),)

_GRAINS = 10**9
"""To a bit: so fine that the thousandth part of a kbps is still a whole number of grains in a microsecond."""


def read_trace(document: bytes) -> Trace:
    """The trace in a JSON file of Sabre's format. Raises SettingsInvalid."""
    try:
        trace = msgspec.json.decode(document, type=Trace)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"This is no trace: {error}.") from error
    return _checked(trace)


class Link:
    """One link, on the time of the running event loop. What is carried over it is told by size alone."""

    def __init__(self, trace: Trace = BROADBAND) -> None:
        """Raises SettingsInvalid if the trace has no stretch, or never carries anything."""
        self._trace = _checked(trace)
        self._ends_us = tuple(accumulate(stretch.duration_ms * 1000 for stretch in trace))
        self._cuts: list[tuple[int, int]] = []
        self._served = 0
        """What a transfer would have got that has been on the link from the beginning, in grains."""
        self._served_at_us = 0
        self._under_way: list[tuple[int, int, asyncio.Future[None]]] = []
        """A heap: when `served` reaches the first number, that transfer is complete."""
        self._number = count()
        self._alarm: asyncio.TimerHandle | None = None

    def cut(self, *, from_ms: int, until_ms: int) -> None:
        """Nothing moves from then until then; what is under way goes on afterwards."""
        self._cuts.append((from_ms * 1000, until_ms * 1000))

    def latency_ms(self) -> int:
        """Of a request made now."""
        return self._stretch_at(_now_us())[0].latency_ms

    async def carry(self, size_bytes: int) -> None:
        """Returns when so many bytes have come through."""
        self._catch_up()
        arrival = asyncio.get_running_loop().create_future()
        mark = self._served + size_bytes * 8 * _GRAINS
        heapq.heappush(self._under_way, (mark, next(self._number), arrival))
        self._set_alarm()
        try:
            await arrival
        finally:
            if arrival.cancelled():
                self._catch_up()
                self._under_way = [it for it in self._under_way if it[2] is not arrival]
                heapq.heapify(self._under_way)
                self._set_alarm()

    def _catch_up(self) -> None:
        """Let what flowed since the last time have flowed; all that is under way has been since then."""
        now_us = _now_us()
        while self._served_at_us < now_us:
            rate, until_us = self._rate_at(self._served_at_us)
            until_us = min(until_us, now_us)
            self._served += rate * (until_us - self._served_at_us)
            self._served_at_us = until_us

    def _set_alarm(self) -> None:
        """Wake when the next transfer is complete, or when the rate changes before that."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if not self._under_way:
            return
        rate, until_us = self._rate_at(self._served_at_us)
        if rate:
            until_us = min(until_us, self._served_at_us - (self._served - self._under_way[0][0]) // rate)
        self._alarm = asyncio.get_running_loop().call_at(until_us / 1e6, self._wake)

    def _wake(self) -> None:
        self._catch_up()
        while self._under_way and self._under_way[0][0] <= self._served:
            arrival = heapq.heappop(self._under_way)[2]
            if not arrival.done():
                arrival.set_result(None)
        # Afterwards: whoever got a piece now may be about to ask for the next.
        asyncio.get_running_loop().call_soon(self._set_alarm)

    def _rate_at(self, at_us: int) -> tuple[int, int]:
        """How many grains each transfer gets in a microsecond, and until when that is so."""
        stretch, until_us = self._stretch_at(at_us)
        rate = stretch.bandwidth_kbps * (_GRAINS // 1000) // max(1, len(self._under_way))
        for cut_us, mended_us in self._cuts:
            if cut_us <= at_us < mended_us:
                rate, until_us = 0, min(until_us, mended_us)
            elif at_us < cut_us:
                until_us = min(until_us, cut_us)
        return rate, until_us

    def _stretch_at(self, at_us: int) -> tuple[Stretch, int]:
        """The stretch of that moment, and when it ends."""
        into_us = at_us % self._ends_us[-1]
        at = bisect_right(self._ends_us, into_us)
        return self._trace[at], at_us - into_us + self._ends_us[at]


def _checked(trace: Trace) -> Trace:
    if not any(stretch.bandwidth_kbps for stretch in trace):
        raise SettingsInvalid("A trace needs a stretch that carries something.")
    return trace


def _now_us() -> int:
    return round(asyncio.get_running_loop().time() * 1e6)
