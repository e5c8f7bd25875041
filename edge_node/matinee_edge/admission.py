"""Admission: so many requests at the same time, and the next one is told to come back."""

from starlette.types import ASGIApp, Receive, Scope, Send

from matinee.errors import ServiceUnavailable
from matinee_asgi.reply import refuse
from matinee_edge.tally import Tally

RETRY_AFTER_MS = 1_000
ALWAYS_ADMITTED = frozenset({"/healthz", "/v1/status"})
"""Whoever watches an appliance must see that it is full, not that it is dead."""


class Admission:
    """ASGI middleware: a bound on the requests being answered, this one among them."""

    def __init__(self, app: ASGIApp, *, max_requests: int, tally: Tally) -> None:
        self._app = app
        self._max_requests = max_requests
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_admitted = self._tally.answering <= self._max_requests or scope.get("path") in ALWAYS_ADMITTED
        if scope["type"] != "http" or is_admitted:
            await self._app(scope, receive, send)
            return
        self._tally.turned_away += 1
        error = ServiceUnavailable("This appliance has its hands full.", retry_after_ms=RETRY_AFTER_MS)
        await refuse(error)(scope, receive, send)
