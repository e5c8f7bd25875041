"""What goes out on a connection: heads, bytes in memory, and spans of files that the kernel sends by itself."""

import os
from collections import deque
from collections.abc import Iterable
from http import HTTPStatus
from typing import Protocol

import msgspec

from matinee_edge.front.wires import Wire

STRIDE_BYTES = 4 << 20
"""Sent at a time before other connections have their turn, and looked up in memory at a time."""
WARM_MS = 1_000
"""How long a file that was in memory is taken to be there still: a segment is a few megabytes, read as a whole."""

_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode("ascii") for status in HTTPStatus}
_NOWAIT = getattr(os, "RWF_NOWAIT", 0)


class Opened(Protocol):
    """An open file, which stays open while somebody refers to it."""

    warm_until_ms: int
    """Until then its bytes are taken to be in memory."""

    def fileno(self) -> int: ...


class Span(msgspec.Struct, frozen=True):
    """Bytes of an open file."""

    file: Opened
    first: int
    end: int


Part = bytes | Span


class Reply(msgspec.Struct, frozen=True):
    """A whole answer: its head and, unless it has no body, a span of a file."""

    status: int
    head: bytes
    body: Span | None


class Cold(Exception):
    """The next bytes of a file are on disk only: to send them would make everybody wait."""

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span


class Outgoing:
    """What is to be sent on one wire, in order."""

    def __init__(self, wire: Wire) -> None:
        self.sent_bytes = 0
        """In all, heads included."""
        self._wire = wire
        self._parts: deque[Part] = deque()

    def put(self, *parts: Part) -> None:
        self._parts.extend(parts)

    def push(self, now_ms: int) -> bool:
        """Send; whether everything has left, or else it is the others' turn.

        Raises: Blocked if the client must take something first; Cold; ConnectionError if a file has ended early;
        OSError.
        """
        most_bytes = self.sent_bytes + STRIDE_BYTES
        parts = self._parts
        while parts:
            if self.sent_bytes >= most_bytes:
                return False
            part = parts[0]
            if isinstance(part, bytes):
                sent = self._wire.send(part, more=len(parts) > 1)
                left = len(part) - sent
            else:
                sent = self._send_span(part, now_ms)
                left = part.end - part.first - sent
            self.sent_bytes += sent
            if not left:
                parts.popleft()
            elif isinstance(part, bytes):
                parts[0] = part[sent:]
            else:
                parts[0] = Span(part.file, part.first + sent, part.end)
        return True

    def _send_span(self, span: Span, now_ms: int) -> int:
        file, first = span.file, span.first
        next_bytes = min(span.end - first, STRIDE_BYTES)
        if now_ms > file.warm_until_ms:
            if not _is_in_memory(file.fileno(), first + next_bytes - 1):
                raise Cold(Span(file, first, first + next_bytes))
            file.warm_until_ms = now_ms + WARM_MS
        sent = self._wire.send_file(file.fileno(), first, next_bytes)
        if not sent:
            raise ConnectionError("a file ended before its length")
        return sent


def head_bytes(status: int, fields: Iterable[tuple[bytes, bytes]], *, date: bytes, closes: bool) -> bytes:
    """A head ready to be sent. Raises ValueError if a field would break out of its line."""
    lines = [_LINES[status], b"Date: ", date, b"\r\n"]
    for name, value in fields:
        if b"\r" in value or b"\n" in value:
            raise ValueError(f"A line break in the field {name!r}.")
        lines += (name, b": ", value, b"\r\n")
    lines.append(b"Connection: close\r\n\r\n" if closes else b"\r\n")
    return b"".join(lines)


def read_into_memory(span: Span) -> None:
    """The span is in the page cache. Waits for the disk: never on the event loop."""
    number = span.file.fileno()
    buffer = bytearray(1 << 18)
    for first in range(span.first, span.end, len(buffer)):
        if not os.preadv(number, [buffer], first):
            return


def _is_in_memory(descriptor: int, offset: int) -> bool:
    """Whether the byte can be read without waiting for a disk; true where the system cannot say."""
    try:
        return os.preadv(descriptor, [bytearray(1)], offset, _NOWAIT) >= 0
    except BlockingIOError:
        return False
    except OSError:  # EOPNOTSUPP: a file system without an answer
        return True
