"""Which bytes a request gets: conditions and ranges (RFC 9110 sections 13 and 14). Pure."""

import re

import msgspec

# One range; several at once may be answered by the whole (section 14.2). 64 digits outlast any file,
# and stay within what int() reads.
_SINGLE = re.compile(r"\s*bytes=[ \t]*([0-9]{0,64})-([0-9]{0,64})\s*", re.IGNORECASE)
_ETAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


class ByteRange(msgspec.Struct, frozen=True):
    first: int
    length: int


class Unsatisfiable(msgspec.Struct, frozen=True):
    """A range of which the content has no byte."""


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """The request's headers that decide; None where it sent none."""

    range: str | None = None
    if_range: str | None = None
    if_match: str | None = None
    if_none_match: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What to send of the content."""

    status: int
    """200, 206, 304, 412 or 416; only the first two have bytes."""
    first: int = 0
    length: int = 0


def answer(conditions: Conditions, *, etag: str, size_bytes: int) -> Answer:
    """What a GET gets of content of `size_bytes` whose strong entity tag is `etag` (quotes included)."""
    if conditions.if_match is not None and not _holds_strongly(conditions.if_match, etag):
        return Answer(status=412)
    if conditions.if_none_match is not None and _holds_weakly(conditions.if_none_match, etag):
        return Answer(status=304)
    whole = Answer(status=200, length=size_bytes)
    # A date never matches: nothing here has a Last-Modified.
    if conditions.range is None or (conditions.if_range is not None and conditions.if_range.strip() != etag):
        return whole
    match range_of(conditions.range, size_bytes=size_bytes):
        case ByteRange(first=first, length=length):
            return Answer(status=206, first=first, length=length)
        case Unsatisfiable():
            return Answer(status=416)
    return whole


def range_of(header: str, *, size_bytes: int) -> ByteRange | Unsatisfiable | None:
    """The bytes that a Range header asks for; None if it asks in a way that is answered by the whole.

    That is: several ranges, another unit, or text that is no range.
    """
    single = _SINGLE.fullmatch(header)
    if single is None:
        return None
    first_text, last_text = single.groups()
    if not first_text:
        return _last(int(last_text), size_bytes=size_bytes) if last_text else None
    first = int(first_text)
    last = int(last_text) if last_text else size_bytes
    if last < first:
        return None if last_text else Unsatisfiable()
    if first >= size_bytes:
        return Unsatisfiable()
    return ByteRange(first, (last + 1 if last < size_bytes else size_bytes) - first)


def _last(length: int, *, size_bytes: int) -> ByteRange | Unsatisfiable:
    length = min(length, size_bytes)
    return ByteRange(size_bytes - length, length) if length else Unsatisfiable()


def _holds_strongly(header: str, etag: str) -> bool:
    tags = [match.group() for match in _ETAG.finditer(header)]
    return header.strip() == "*" or etag in tags


def _holds_weakly(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in _ETAG.findall(header)
