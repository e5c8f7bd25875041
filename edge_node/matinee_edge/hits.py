"""Hits: requests for files that stand open on the shelf, answered without the application.

The rules are the application's own: its gate, its ranges, its header fields. Whatever is not plainly a hit is left to
it: an unusual target, a bad token, a condition, a miss, a range without a byte, an appliance with its hands full.
"""

import re

from matinee.errors import MatineeError
from matinee_edge.answers import lasting_headers, media_headers
from matinee_edge.cross_origin import ALLOWED, VARYING
from matinee_edge.front.heads import Head
from matinee_edge.front.outgoing import Reply, Span
from matinee_edge.gate import Gate
from matinee_edge.held import Held
from matinee_edge.ranges import ByteRange, Unsatisfiable, range_of
from matinee_edge.supply import Supply
from matinee_edge.tally import Tally

IN_HEAD_BYTES = 1 << 14
"""A body in memory of at most so much leaves with its head, in one system call."""

_TARGET = re.compile(rb"/t/([A-Za-z0-9_.~-]++)/titles/([a-z0-9-]++)/([A-Za-z0-9_./-]++)(?:\?[!-~]*+)?")
_CONDITIONS = frozenset({b"if-range", b"if-match", b"if-none-match"})


class Hits:
    """Looks for the answer at hand."""

    def __init__(self, gate: Gate, supply: Supply, *, tally: Tally, max_requests: int) -> None:
        self._gate = gate
        self._supply = supply
        self._tally = tally
        self._max_requests = max_requests

    def answer(self, head: Head, *, closes: bool, date: bytes) -> Reply | None:
        """The answer; None if the application must be asked."""
        fields = head.fields
        if head.method != b"GET" or self._tally.answering > self._max_requests or not _CONDITIONS.isdisjoint(fields):
            return None
        target = _TARGET.fullmatch(head.target)
        if target is None:
            return None
        token, title_id, path = target.groups()
        held = self._held(token.decode("ascii"), title_id.decode("ascii"), path.decode("ascii"))
        if held is None:
            return None
        size_bytes = held.file.size_bytes
        header = fields.get(b"range")
        wanted = range_of(header.decode("latin-1"), size_bytes=size_bytes) if header is not None else None
        if isinstance(wanted, Unsatisfiable):
            return None
        return _reply(held, wanted, date=date, is_cross_origin=b"origin" in fields, closes=closes)

    def _held(self, token: str, title_id: str, path: str) -> Held | None:
        try:
            self._gate.admit(token, title_id=title_id)
        except MatineeError:
            return None
        held = self._supply.held(title_id, path)
        if held is not None:
            self._supply.asked(title_id, path)
        return held


def _reply(held: Held, wanted: ByteRange | None, *, date: bytes, is_cross_origin: bool, closes: bool) -> Reply:
    size_bytes = held.file.size_bytes
    if wanted is None:
        status, first, end = 200, 0, size_bytes
        line = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % size_bytes
    else:
        status, first, end = 206, wanted.first, wanted.first + wanted.length
        line = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\nContent-Length: %d\r\n" % (
            first,
            end - 1,
            size_bytes,
            wanted.length,
        )
    pieces = [line, b"Date: ", date, b"\r\n", _fields_of(held)]
    if is_cross_origin:
        pieces.append(_CROSS_ORIGIN)
    pieces.append(b"Connection: close\r\n\r\n" if closes else b"\r\n")
    if held.body is not None and end - first <= IN_HEAD_BYTES:
        pieces.append(held.body[first:end])
        return Reply(status, b"".join(pieces), None)
    return Reply(status, b"".join(pieces), Span(held, first, end) if end > first else None)


def _fields_of(held: Held) -> bytes:
    """The header fields that do not change from request to request, written once."""
    if held.fields is None:
        files = (held.file,)
        held.fields = _lines(lasting_headers(files) | media_headers(files, listing=held.listing) | VARYING)
    return held.fields


def _lines(headers: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1")


_CROSS_ORIGIN = _lines(ALLOWED)
