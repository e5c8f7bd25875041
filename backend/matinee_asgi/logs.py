"""Logs that a person reads: one line for each request and each event, no query, no token."""

import logging
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.clock import Clock

_ACCESS = logging.getLogger("matinee.access")
_TOKEN_IN_PATH = re.compile(r"^/t/[^/]+")
_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def write_logs() -> None:
    """Every logger of the process writes lines to standard error, from INFO up."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT, datefmt="%Y-%m-%dT%H:%M:%S%z"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


class AccessLog:
    """A filter: one line for each request, method, path, status and time."""

    def __init__(self, app: ASGIApp, *, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began_ms = self._clock.now_ms()
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            path = readable_path(scope["path"])
            _ACCESS.info("%s %s %d %d ms", scope["method"], path, status, self._clock.now_ms() - began_ms)


def readable_path(path: str) -> str:
    """`path` as it may be logged: without its media token, on one line whatever a client put into it."""
    return _TOKEN_IN_PATH.sub("/t/-", path).encode("unicode_escape").decode()
