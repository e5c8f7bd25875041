"""Who used how much of a request's time: shares recorded on the way, told in `Server-Timing`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.clock import stopwatch_s

_KEY = "matinee.shares"
_TOTAL = "total"


class Shares:
    """The shares of one request. They follow one another; whatever none of them claims is the gateway's."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._began_s = now_s()
        self._taken_ms: dict[str, float] = {}

    @contextmanager
    def take(self, name: str) -> Iterator[None]:
        """What runs inside is `name`'s share, also when it raises."""
        began_s = self._now_s()
        try:
            yield
        finally:
            self._taken_ms[name] = self._taken_ms.get(name, 0.0) + (self._now_s() - began_s) * 1000

    def header(self) -> str:
        """The value of `Server-Timing` (W3C Server Timing): durations in milliseconds, the gateway's first."""
        total_ms = (self._now_s() - self._began_s) * 1000
        gateway_ms = max(0.0, total_ms - sum(self._taken_ms.values()))
        shares = {"gateway": gateway_ms, **self._taken_ms, _TOTAL: total_ms}
        return ", ".join(f"{name};dur={spent_ms:.2f}" for name, spent_ms in shares.items())


class ServerTiming:
    """A filter: gives each request its Shares and its answer the header."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        shares = scope[_KEY] = Shares(stopwatch_s)

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Server-Timing"] = shares.header()
            await send(message)

        return await self._app(scope, receive, send_timed)


def shares_of(request: Request) -> Shares:
    """The request's recorder; one that nobody reads when the filter is not installed."""
    shares = request.scope.setdefault(_KEY, Shares(stopwatch_s))
    assert isinstance(shares, Shares)
    return shares
