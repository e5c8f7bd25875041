"""Admission: so many requests at the same time, and the next one is told to come back."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.clock import Clock
from matinee.errors import ServiceUnavailable
from matinee_asgi.reply import refuse
from matinee_edge.tally import Tally

RETRY_AFTER_MS = 1_000
ALWAYS_ADMITTED = frozenset({"/healthz", "/v1/status"})
"""Whoever watches an appliance must see that it is full, not that it is dead."""


class Admission:
    """ASGI middleware: a bound on the requests being answered, and the counts of requests and failures."""

    def __init__(self, app: ASGIApp, *, max_requests: int, tally: Tally, clock: Clock) -> None:
        self._app = app
        self._max_requests = max_requests
        self._tally = tally
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS_ADMITTED:
            await self._app(scope, receive, send)
            return
        if self._tally.answering >= self._max_requests:
            self._tally.turned_away += 1
            error = ServiceUnavailable("This appliance has its hands full.", retry_after_ms=RETRY_AFTER_MS)
            await refuse(error)(scope, receive, send)
            return

        asked_ms = self._clock.now_ms()

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tally.first_bytes_ms.append(self._clock.now_ms() - asked_ms)
                self._tally.errors += message["status"] >= 500
            await send(message)

        self._tally.requests += 1
        self._tally.answering += 1
        try:
            await self._app(scope, receive, count)
        finally:
            self._tally.answering -= 1
