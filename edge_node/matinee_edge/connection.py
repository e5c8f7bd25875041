"""Connections: uvicorn's HTTP/1.1 protocol, bounded by time, count and bytes.

uvicorn bounds the time between requests, but neither how long a head may take, nor how long a client may leave
what is sent to it unread, nor how long a head may be (seen in uvicorn 0.54, protocols/http/httptools_impl.py).
"""

import asyncio
from typing import ClassVar

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from matinee_edge.tally import Tally

_FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    max_connections: int
    max_head_bytes: int
    head_deadline_ms: int
    idle_deadline_ms: int
    """How long a connection is kept without a request."""
    write_deadline_ms: int
    """Within which a client must take what waits to be sent to it, at most some 300 KB."""


class HeadTooLong(Exception):
    """Never leaves the parser: httptools turns it into its own error, which uvicorn answers with 400."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection. Made by a subclass from `bounded_by`, which knows the bounds."""

    bounds: ClassVar[Bounds]
    tally: ClassVar[Tally]

    _head: "_Deadline"
    _write: "_Deadline"
    _is_in_head = False
    _head_bytes = 0
    """Received since the head began, but for what came along with its first byte."""
    _field_bytes = 0
    """Of the fields read so far."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it
        super().connection_made(transport)
        self.timeout_keep_alive = self.bounds.idle_deadline_ms / 1000  # type: ignore[assignment]  # takes a float
        self._head = _Deadline(self.loop, transport, wait_ms=self.bounds.head_deadline_ms)
        self._write = _Deadline(self.loop, transport, wait_ms=self.bounds.write_deadline_ms)
        self.tally.connections += 1
        if len(self.connections) > self.bounds.max_connections:
            self.tally.turned_away += 1
            transport.write(_FULL)
            transport.close()
            return
        self._head.start()

    def connection_lost(self, exc: Exception | None) -> None:
        self.tally.connections -= 1
        self._head.stop()
        self._write.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.bounds.max_head_bytes:
                self.send_400_response("Request head too long.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._is_in_head = True
        self._head_bytes = self._field_bytes = 0
        self._head.start()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._head.stop()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write.start()

    def resume_writing(self) -> None:
        self._write.stop()
        super().resume_writing()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._write.start()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        # A closed transport waits for ever for a client that does not take the rest.
        self._write.start()

    def _count(self, field_bytes: int) -> None:
        self._field_bytes += field_bytes
        if self._field_bytes > self.bounds.max_head_bytes:
            raise HeadTooLong


class _Deadline:
    """Aborts the connection unless stopped in time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, *, wait_ms: int) -> None:
        self._loop = loop
        self._transport = transport
        self._wait_ms = wait_ms
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Count from now, unless it counts already."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._wait_ms / 1000, self._transport.abort)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def bounded_by(bounds: Bounds, *, tally: Tally) -> type[asyncio.Protocol]:
    """The protocol class for uvicorn, which makes one for each connection."""
    return type("Connection", (BoundedProtocol,), {"bounds": bounds, "tally": tally})
