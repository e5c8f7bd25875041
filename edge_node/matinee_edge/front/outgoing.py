"""What goes out on a connection: heads, bytes in memory, and spans of files that the kernel sends by itself."""

import os
from collections import deque
from collections.abc import Iterable
from http import HTTPStatus
from typing import NamedTuple, Protocol

from matinee_edge.front.wires import Wire

STRIDE_BYTES = 4 << 20
"""Sent at a time before other connections have their turn, and looked up in memory at a time."""

_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode("ascii") for status in HTTPStatus}
_NOWAIT = getattr(os, "RWF_NOWAIT", 0)


class Opened(Protocol):
    """An open file, which stays open while somebody refers to it."""

    def fileno(self) -> int: ...


class Span(NamedTuple):
    """Bytes of an open file."""

    file: Opened
    first: int
    end: int


Part = bytes | Span


class Reply(NamedTuple):
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
        self._warm: Span | None = None

    def __bool__(self) -> bool:
        return bool(self._parts)

    def put(self, *parts: Part) -> None:
        self._parts.extend(parts)

    def push(self) -> bool:
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
                sent, length = self._wire.send(part, more=len(parts) > 1), len(part)
                rest: Part = part[sent:]
            else:
                length = part.end - part.first
                sent = self._send_span(part)
                rest = Span(part.file, part.first + sent, part.end)
            self.sent_bytes += sent
            if sent == length:
                parts.popleft()
            else:
                parts[0] = rest
        return True

    def warmed(self, span: Span) -> None:
        """It has just been read: it is sent now, whatever the system has forgotten of it since."""
        self._warm = span

    def _send_span(self, span: Span) -> int:
        next_bytes = min(span.end - span.first, STRIDE_BYTES)
        number = span.file.fileno()
        if self._warm is not None and self._warm.file is span.file and span.first < self._warm.end:
            next_bytes = min(next_bytes, self._warm.end - span.first)
        elif not _is_in_memory(number, span.first + next_bytes - 1):
            raise Cold(Span(span.file, span.first, span.first + next_bytes))
        sent = self._wire.send_file(number, span.first, next_bytes)
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
