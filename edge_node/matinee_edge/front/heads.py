"""Request heads (RFC 9112): bytes in, a head or a refusal out. Pure.

Strict, since whatever two readers could understand differently is how requests are smuggled: no folded lines, no bare
line feeds, no space before a colon, one Host, and no body of any kind, since nobody sends a segment server one.
"""

import re

import msgspec

# RFC 9112, section 2.2: an empty line before it is ignored.
_LINE = rb"(?:\r\n)?([A-Z]{1,16}) ([!-~]++) HTTP/1\.([0-9])\r\n"
_REQUEST_LINE = re.compile(_LINE)
_HEAD = re.compile(_LINE + rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\t -~\x80-\xff]*+\r\n)*+)\r\n")
# Of a head that is one: each field begins where a line does.
_FIELD = re.compile(rb"(?<=\n)([^:]++):[ \t]*+([^\r]*+)")
_DECIDING = re.compile(
    rb"\n(range|origin|if-[a-z-]++|host|connection|content-length|transfer-encoding):[ \t]*+([^\r]*+)", re.IGNORECASE
)
_ONCE = (b"host", b"content-length", b"transfer-encoding")
_OPTION = re.compile(rb"[^\s,]+")
_ABSOLUTE = re.compile(rb"https?://[^/?#@]+", re.IGNORECASE)


class HeadRefused(Exception):
    """No request, or none that is taken; the connection ends with the answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Head(msgspec.Struct, frozen=True):
    """The head of one request, which has no body."""

    method: bytes
    target: bytes
    """In origin form: a path, perhaps with a query; `*` for OPTIONS."""
    deciding: dict[bytes, bytes]
    """Those of its fields that a segment server decides by: ranges, conditions, origin, and what HTTP itself needs."""
    keeps: bool
    """Whether the client wants to ask again on this connection."""
    lines: bytes = b""
    """Of all fields, as they came."""

    @property
    def fields(self) -> dict[bytes, bytes]:
        """All: names in lower case; values of the same name joined by commas."""
        return _joined(_FIELD.findall(b"\n" + self.lines))


def read_head(received: bytes, *, most_bytes: int) -> tuple[Head, bytes] | None:
    """The head that `received` begins with, and what follows it; None if its end has not come yet.

    Raises HeadRefused: whatever comes after it on this connection cannot be believed.
    """
    if not received.endswith(b"\r\n\r\n") and b"\r\n\r\n" not in received:
        if len(received) > most_bytes:
            raise HeadRefused(431, f"A head of more than {most_bytes} bytes.")
        return None
    head = _HEAD.match(received)
    if head is None or head.end() > most_bytes:
        raise HeadRefused(*_fault_of(received, most_bytes=most_bytes))
    method, target, minor, lines = head.groups()
    pairs = _DECIDING.findall(received, head.start(4) - 1, head.end(4))
    fields = {name.lower(): value.rstrip() for name, value in pairs}
    if len(fields) != len(pairs):
        fields = _joined(pairs)
    if b"content-length" in fields or b"transfer-encoding" in fields:
        _check_no_body(fields)
    keeps = minor != b"0"
    if b"host" not in fields and keeps:
        raise HeadRefused(400, "No Host.")
    if b"connection" in fields:
        keeps = keeps and b"close" not in _OPTION.findall(fields[b"connection"].lower())
    if target[:1] != b"/":
        target = _in_origin_form(method, target)
    return Head(method, target, fields, keeps, lines), received[head.end() :]


def _fault_of(received: bytes, *, most_bytes: int) -> tuple[int, str]:
    end = received.index(b"\r\n\r\n") + 4
    if end > most_bytes:
        return 431, f"A head of more than {most_bytes} bytes."
    if _REQUEST_LINE.match(received):
        return 400, "A header field that is none."
    line = received[: received.index(b"\r\n")]
    if re.search(rb" HTTP/[0-9](?:\.[0-9])?$", line) and not re.search(rb" HTTP/1\.[0-9]$", line):
        return 505, "Another version of HTTP than 1."
    return 400, "A request line that is none."


def _joined(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    values: dict[bytes, list[bytes]] = {}
    for name, value in pairs:
        values.setdefault(name.lower(), []).append(value.rstrip())
    for name in _ONCE:
        if len(values.get(name, ())) > 1:
            raise HeadRefused(400, f"{name.decode('ascii')} more than once.")
    return {name: b", ".join(those) for name, those in values.items()}


def _check_no_body(fields: dict[bytes, bytes]) -> None:
    if b"transfer-encoding" in fields or fields[b"content-length"] != b"0":
        raise HeadRefused(413, "No body is taken here.")


def _in_origin_form(method: bytes, target: bytes) -> bytes:
    if target == b"*" and method == b"OPTIONS":
        return target
    # RFC 9112, section 3.2.2: a server accepts the absolute form.
    absolute = _ABSOLUTE.match(target)
    if absolute is None:
        raise HeadRefused(400, "A target that is none.")
    rest = target[absolute.end() :]
    return rest if rest[:1] == b"/" else b"/" + rest
