"""Logs: one readable line for each event, in which no token can stand."""

import logging
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.clock import Clock

log = logging.getLogger("matinee.access")

_SECRETS = (
    (re.compile(r"/t/[^/\s\"]+"), "/t/…"),
    (re.compile(r"(?i)\b(token=)[^&\s\"]+"), r"\1…"),
    (re.compile(r"(?i)\b(bearer )\S+"), r"\1…"),
    # Whatever has the shape of a signed token (JWS), wherever it stands and however it is percent-encoded.
    (re.compile(r"(?i)[\w%-]{16,}(?:\.|%2e)[\w%-]{16,}(?:\.|%2e)[\w%-]{16,}"), "…"),
)


def redacted(text: str) -> str:
    """`text` without tokens: neither those in media paths, nor in queries, nor in headers."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class RedactingFormatter(logging.Formatter):
    """The last door before the log: whatever a message or a traceback holds passes here."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def log_to_stderr() -> None:
    """From now on every log line goes to stderr with its time, source and level."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class AccessLog:
    """ASGI middleware: a line for each request: method, path without query, status, bytes, time."""

    def __init__(self, app: ASGIApp, *, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, sent_bytes, began_ms = 0, 0, self._clock.now_ms()

        async def watch(message: Message) -> None:
            nonlocal status, sent_bytes
            status = message.get("status", status)
            sent_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            took_ms = self._clock.now_ms() - began_ms
            # As sent, still percent-encoded: a decoded path could hold line breaks and forge lines.
            path = redacted(scope["raw_path"].decode("latin-1"))
            log.info("%s %s %d %d bytes %d ms", scope["method"], path, status, sent_bytes, took_ms)
