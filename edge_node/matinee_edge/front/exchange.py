"""An exchange: one request as ASGI 3.0 has it, with zero-copy send (`http.response.zerocopysend`)."""

import asyncio
import logging
from collections.abc import MutableMapping
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp

from matinee_edge.front.heads import Head
from matinee_edge.front.outgoing import Part, Span

log = logging.getLogger("matinee.edge.front")

Message = MutableMapping[str, Any]

_EXTENSIONS: dict[str, dict[str, object]] = {"http.response.zerocopysend": {}}


class Outlet(Protocol):
    """Where the answer goes."""

    def begin(self, status: int, fields: list[tuple[bytes, bytes]], *, closes: bool) -> None:
        """The head; it leaves with the first part."""
        ...

    async def put(self, part: Part | None, *, is_last: bool) -> None:
        """Returns once the part has left."""
        ...

    def close(self) -> None: ...


class Exchange:
    """Told to the application by `run`."""

    def __init__(self, head: Head, outlet: Outlet, *, peer: str) -> None:
        self._head = head
        self._outlet = outlet
        self._peer = peer
        self._is_asked = False
        self._has_begun = False
        self._is_whole = False

    async def run(self, app: ASGIApp) -> None:
        """The application has answered, or the client has been told that it cannot."""
        try:
            await app(self._scope(), self._receive, self._send)
        except Exception:
            log.exception("the application failed")
        if self._is_whole:
            return
        if self._has_begun:
            # Half an answer cannot be taken back; the client sees it end before its length.
            self._outlet.close()
            return
        self._outlet.begin(500, [(b"Content-Length", b"0")], closes=True)
        await self._outlet.put(None, is_last=True)

    def _scope(self) -> dict[str, Any]:
        path, _, query = self._head.target.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self._head.method.decode("ascii"),
            "scheme": "http",
            "path": unquote_to_bytes(path).decode("utf-8", "replace"),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": list(self._head.fields.items()),
            "client": (self._peer, 0),
            "server": None,
            "extensions": _EXTENSIONS,
        }

    async def _receive(self) -> Message:
        if not self._is_asked:
            self._is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        # Whoever waits for the client to go is cancelled when it does.
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            fields = list(message.get("headers", ()))
            is_measured = any(name.lower() == b"content-length" for name, _ in fields)
            self._outlet.begin(message["status"], fields, closes=not is_measured and message["status"] != 304)
            self._has_begun = True
            return
        self._is_whole = not message.get("more_body", False)
        part: Part | None
        if message["type"] == "http.response.zerocopysend":
            part = Span(message["file"], message["offset"], message["offset"] + message["count"])
        else:
            part = bytes(message.get("body", b""))
        await self._outlet.put(part if self._head.method != b"HEAD" else None, is_last=self._is_whole)
