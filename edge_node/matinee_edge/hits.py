"""Hits: requests for files that stand open on the shelf, answered without the application.

The rules are the application's own: its gate, its ranges, its header fields. Whatever is not plainly a hit is left to
it: an unusual target, a bad token, a condition, a miss, a range without a byte, an appliance with its hands full.
"""

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


_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nDate: %b\r\n%b%b%b"
_PARTIAL = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\nContent-Length: %d\r\nDate: %b\r\n%b%b%b"


class Hits:
    """Looks for the answer at hand."""

    def __init__(self, gate: Gate, supply: Supply, *, tally: Tally, max_requests: int) -> None:
        self._gate = gate
        self._supply = supply
        self._tally = tally
        self._max_requests = max_requests

    def answer(self, head: Head, *, closes: bool, date: bytes) -> Reply | None:
        """The answer; None if the application must be asked."""
        fields = head.deciding
        if head.method != b"GET" or self._tally.answering > self._max_requests:
            return None
        if b"if-none-match" in fields or b"if-range" in fields or b"if-match" in fields:
            return None
        held = self._held(head.target)
        if held is None:
            return None
        header = fields.get(b"range")
        wanted = None if header is None else range_of(header.decode("latin-1"), size_bytes=held.file.size_bytes)
        if isinstance(wanted, Unsatisfiable):
            return None
        return _reply(held, wanted, date=date, is_cross_origin=b"origin" in fields, closes=closes)

    def _held(self, target: bytes) -> Held | None:
        # `/t/{token}/titles/{title_id}/{path}`; what is percent-encoded is found nowhere, and left to the application.
        parts = target.partition(b"?")[0].decode("ascii").split("/", 5)
        if len(parts) < 6 or parts[1] != "t" or parts[3] != "titles":
            return None
        _, _, token, _, title_id, path = parts
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
    fields = held.fields or _written(held)
    more = _CROSS_ORIGIN if is_cross_origin else b""
    last = b"Connection: close\r\n\r\n" if closes else b"\r\n"
    if wanted is None:
        status, first, end = 200, 0, size_bytes
        head = _WHOLE % (size_bytes, date, fields, more, last)
    else:
        status, first, end = 206, wanted.first, wanted.first + wanted.length
        head = _PARTIAL % (first, end - 1, size_bytes, end - first, date, fields, more, last)
    if held.body is not None and end - first <= IN_HEAD_BYTES:
        return Reply(status, head + held.body[first:end], None)
    return Reply(status, head, Span(held, first, end) if end > first else None)


def _written(held: Held) -> bytes:
    """The header fields that do not change from request to request, written once."""
    files = (held.file,)
    held.fields = _lines(lasting_headers(files) | media_headers(files, listing=held.listing) | VARYING)
    return held.fields


def _lines(headers: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1")


_CROSS_ORIGIN = _lines(ALLOWED)
