"""Sending: spans of files from disk to the client, as ASGI messages.

Costs a `pread` and a `send` for each piece of 256 KiB, and one more `send` for the head. What is in the
page cache is read at once (`RWF_NOWAIT`), the rest in a thread, so that a slow disk delays nobody else.
A client that stops reading is cut off by the connection, not here.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress

import msgspec
from starlette.types import Receive, Scope, Send

from matinee.errors import MatineeError, MediaCorrupt
from matinee.wire.title import MediaFile
from matinee_edge.tally import Tally

log = logging.getLogger("matinee.edge.sending")

PIECE_BYTES = 1 << 18
WATCHED_BYTES = 1 << 22
"""From this length on it is watched whether the client is still there: less is read sooner than that is learned."""

_NOWAIT = getattr(os, "RWF_NOWAIT", None)  # Linux alone has it


class Span(msgspec.Struct, frozen=True):
    """Bytes of one file."""

    file: MediaFile
    first: int
    length: int


Open = Callable[[MediaFile], Awaitable[int]]
"""A descriptor of the file, which the caller closes."""


class SpanReply:
    """An ASGI application that answers one request with spans of files, one after the other.

    Raises what `open_file` raises for the first span, before anything is sent.
    """

    def __init__(
        self, spans: Sequence[Span], *, status: int, headers: dict[str, str], open_file: Open, tally: Tally
    ) -> None:
        self._spans = spans
        self._status = status
        self._length = sum(span.length for span in spans)
        self._headers = headers | {"Content-Length": str(self._length)}
        self._open = open_file
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD" or not self._length:
            await self._send_head(send)
            await send({"type": "http.response.body", "body": b""})
            return
        # Opened before the head is sent, and outside the group: a refusal can still be said as one.
        descriptor = await self._open(self._spans[0].file)
        if self._length < WATCHED_BYTES:
            await self._send_all(send, descriptor)
            return
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._send_all(send, descriptor))
            watching = group.create_task(_cancel_when_gone(receive, sending))
            sending.add_done_callback(lambda _: watching.cancel())

    async def _send_all(self, send: Send, descriptor: int) -> None:
        try:
            await self._send_spans(send, descriptor)
        except MatineeError as error:
            # Too late for a refusal. Without its last message the server closes the connection, short of the
            # Content-Length, which clients notice.
            log.warning("an answer was cut short: %s", error.what)

    async def _send_spans(self, send: Send, descriptor: int) -> None:
        left = self._length
        try:
            await self._send_head(send)
            for number, span in enumerate(self._spans):
                if number:
                    os.close(descriptor)
                    descriptor = -1
                    descriptor = await self._open(span.file)
                async for piece in _pieces(descriptor, span):
                    left -= len(piece)
                    await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
                    self._tally.bytes_sent += len(piece)
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    async def _send_head(self, send: Send) -> None:
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})


def spans_of(files: Sequence[MediaFile], *, first: int, length: int) -> list[Span]:
    """The spans that make up `length` bytes from `first` on of the files one after the other."""
    spans: list[Span] = []
    start = 0
    for file in files:
        begin, end = max(first, start), min(first + length, start + file.size_bytes)
        if begin < end:
            spans.append(Span(file, begin - start, end - begin))
        start += file.size_bytes
    return spans


async def read(descriptor: int, offset: int, length: int) -> bytes:
    """Exactly these bytes of the file. Raises MediaCorrupt if it ends before."""
    buffer = bytearray(length)
    got = _read_now(descriptor, offset, buffer)
    if got < length:
        got += await asyncio.to_thread(_read_waiting, descriptor, offset + got, memoryview(buffer)[got:])
    if got < length:
        raise MediaCorrupt(f"A file ended {length - got} bytes early while it was sent.")
    return bytes(buffer)


async def _pieces(descriptor: int, span: Span) -> AsyncIterator[bytes]:
    for offset in range(0, span.length, PIECE_BYTES):
        yield await read(descriptor, span.first + offset, min(PIECE_BYTES, span.length - offset))


async def _cancel_when_gone(receive: Receive, sending: "asyncio.Task[None]") -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    sending.cancel()


def _read_now(descriptor: int, offset: int, buffer: bytearray) -> int:
    if _NOWAIT is None:
        return 0
    with suppress(OSError):  # EAGAIN: not in memory; EOPNOTSUPP: the file system cannot say
        return os.preadv(descriptor, [buffer], offset, _NOWAIT)
    return 0


def _read_waiting(descriptor: int, offset: int, buffer: memoryview) -> int:
    got = 0
    while got < len(buffer):
        read_bytes = os.preadv(descriptor, [buffer[got:]], offset + got)
        if not read_bytes:
            break
        got += read_bytes
    return got
