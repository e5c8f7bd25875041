"""Sending: spans of files as ASGI messages that the kernel carries out (`http.response.zerocopysend`).

A file that is still landing is followed: what has landed is sent, and the last of it only once the whole is verified.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
from starlette.types import Receive, Scope, Send

from matinee.errors import MatineeError
from matinee.wire.title import MediaFile
from matinee_edge.arriving import Arriving
from matinee_edge.held import Held

log = logging.getLogger("matinee.edge.sending")


class Span(msgspec.Struct, frozen=True):
    """Bytes of one file."""

    file: MediaFile
    first: int
    length: int


Fetch = Callable[[MediaFile], Awaitable[Held | Arriving]]


class SpanReply:
    """An ASGI application that answers one request with spans of files, one after the other.

    Raises what `fetch` raises for the first span, before anything is sent.
    """

    def __init__(self, spans: Sequence[Span], *, status: int, headers: Mapping[str, str], fetch: Fetch) -> None:
        self._spans = spans
        self._status = status
        self._headers = headers
        self._fetch = fetch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD" or not self._spans:
            await self._send_head(send)
            await send({"type": "http.response.body", "body": b""})
            return
        # Fetched before the head is sent: a refusal can still be said as one.
        source = await self._fetch(self._spans[0].file)
        await self._send_head(send)
        try:
            for number, span in enumerate(self._spans):
                if number:
                    source = await self._fetch(span.file)
                await _send_span(send, source, span, is_last=number == len(self._spans) - 1)
        except MatineeError as error:
            # Too late for a refusal. Without its last message the server closes the connection, short of the
            # Content-Length, which clients notice.
            log.warning("an answer was cut short: %s", error.what)

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


async def _send_span(send: Send, source: Held | Arriving, span: Span, *, is_last: bool) -> None:
    sent, end = span.first, span.first + span.length
    while sent < end:
        upto = end if isinstance(source, Held) else min(end, await source.wait_beyond(sent))
        more = not is_last or upto < end
        await send(
            {
                "type": "http.response.zerocopysend",
                "file": source,
                "offset": sent,
                "count": upto - sent,
                "more_body": more,
            }
        )
        sent = upto
