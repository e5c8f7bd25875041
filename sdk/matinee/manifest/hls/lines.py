"""The lines of a playlist: tags, attributes and variables out of bytes that nobody vouches for.

Source: RFC 8216, section 4, and draft-pantos-hls-rfc8216bis, section 4. Sizes have bounds, variables too: what they
expand to is counted.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.durations import MAX_DURATION_MS
from matinee.manifest.elements import MAX_DOCUMENT_BYTES, shown

MAX_LINES = 1_000_000
MAX_LINE_CHARS = 65_536
MAX_EXPANDED_CHARS = 16 << 20
"""What the variables of one playlist may add to it."""
MAX_BYTE = 2**63 - 1

_MAX_DIGITS = 19
_ATTRIBUTE = re.compile(r'\s*([A-Za-z0-9_.-]+)=(?:"([^"]*)"|([^",]*))')
_SECONDS = re.compile(r"([0-9]{1,10})(?:\.([0-9]*))?")
_BYTE_RANGE = re.compile(r"([0-9]{1,19})(?:@([0-9]{1,19}))?")
_REFERENCE = re.compile(r"\{\$([A-Za-z0-9_-]+)\}")
_ILLEGAL = re.compile(r'["\x00-\x1f\x7f]')


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A tag, or a URI."""

    line: int
    """From 1."""
    name: str
    """Of the tag, without `#`; empty: it is a URI."""
    text: str
    """What follows the tag's colon, or the URI; variables are not filled in yet."""
    variables: "Variables"

    def invalid(self, what: str) -> ManifestInvalid:
        """The error that says `what` is wrong with this line."""
        return ManifestInvalid(
            f"The manifest breaks its format at line {self.line}, {self.name or 'URI'}: {what}.",
            line=self.line,
            element=self.name,
        )

    def uri(self) -> str:
        return self.variables.filled(self.text, at=self)

    def attributes(self) -> "Attributes":
        """Raises ManifestInvalid if the line is no list of attributes, or names one twice."""
        text, values, position = self.variables.filled(self.text, at=self), dict[str, str](), 0
        while position < len(text):
            found = _ATTRIBUTE.match(text, position)
            if found is None:
                raise self.invalid(f"{shown(text[position:])} is no attribute")
            name, quoted, bare = found.groups()
            if name in values:
                raise self.invalid(f"{shown(name)} stands there twice")
            values[name] = bare.strip() if quoted is None else quoted
            position = found.end()
            if position < len(text) and text[position] != ",":
                raise self.invalid(f"{shown(text[position:])} follows an attribute")
            position += 1
        return Attributes(at=self, values=values)

    def whole(self) -> int:
        return whole_of(self.text, at=self)


class Attributes(msgspec.Struct, frozen=True, kw_only=True):
    """The attributes of a tag."""

    at: Line
    values: dict[str, str]
    """Without their quotes."""

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def required(self, name: str) -> str:
        if not self.values.get(name):
            raise self.at.invalid(f"it has no {name}")
        return self.values[name]

    def whole(self, name: str, default: int = 0) -> int:
        return whole_of(self.values[name], at=self.at) if name in self.values else default

    def microseconds(self, name: str) -> int | None:
        return microseconds_of(self.values[name], at=self.at) if name in self.values else None

    def is_yes(self, name: str) -> bool:
        return self.get(name) == "YES"

    def sides(self, name: str) -> tuple[int, int]:
        """As in `1280x720`; zeros if unstated."""
        if name not in self.values:
            return 0, 0
        first, _, second = self.values[name].lower().partition("x")
        return whole_of(first, at=self.at), whole_of(second, at=self.at)


class Variables:
    """What EXT-X-DEFINE has named so far (rfc8216bis, section 4.4.2.3)."""

    def __init__(self, *, url: str, imported: Mapping[str, str]) -> None:
        """`url`: of the playlist, whose query may be asked for; `imported`: what its multivariant playlist named."""
        self._url = url
        self._imported = imported
        self._left = MAX_EXPANDED_CHARS
        self.values: dict[str, str] = {}

    def define(self, line: Line) -> None:
        attributes = line.attributes()
        name, value = self._defined(attributes)
        if value is None:
            raise line.invalid(f"nothing says what {shown(name)} stands for")
        if name in self.values or _ILLEGAL.search(value):
            raise line.invalid(f"{shown(name)} is defined twice, or as what cannot stand in a playlist")
        self.values[name] = value

    def filled(self, text: str, *, at: Line) -> str:
        """`text` with each `{$name}` replaced. Raises ManifestInvalid for a name that is not defined."""
        if "{$" not in text:
            return text
        parts: list[str] = []
        position = 0
        for found in _REFERENCE.finditer(text):
            if found[1] not in self.values:
                raise at.invalid(f"the variable {shown(found[1])} is not defined")
            parts += (text[position : found.start()], self.values[found[1]])
            position = found.end()
            self._left -= len(parts[-1])
            if self._left < 0:
                raise at.invalid(f"the playlist's variables expand to more than {MAX_EXPANDED_CHARS} characters")
        filled = "".join((*parts, text[position:]))
        if len(filled) > MAX_LINE_CHARS:
            raise at.invalid(f"it has more than {MAX_LINE_CHARS} characters")
        return filled

    def _defined(self, attributes: Attributes) -> tuple[str, str | None]:
        if "NAME" in attributes.values:
            return attributes.required("NAME"), attributes.values.get("VALUE")
        if "IMPORT" in attributes.values:
            return attributes.required("IMPORT"), self._imported.get(attributes.required("IMPORT"))
        name = attributes.required("QUERYPARAM")
        query = urlsplit(self._url).query
        return name, next((value for key, value in parse_qsl(query, keep_blank_values=True) if key == name), None)


def read_lines(document: bytes, *, variables: Variables) -> Iterator[Line]:
    """The tags and URIs of a playlist, one after another; comments are left out, definitions are taken.

    Each line must be read before the next is asked for: definitions hold for what follows them.
    Raises: ManifestInvalid for what is no playlist, or exceeds a bound.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise ManifestInvalid(
            f"The manifest has {len(document)} bytes; {MAX_DOCUMENT_BYTES} are read at most.",
            size_bytes=len(document),
            max_bytes=MAX_DOCUMENT_BYTES,
        )
    if document.count(b"\n") >= MAX_LINES:
        raise ManifestInvalid(f"The manifest has more than {MAX_LINES} lines.", max_lines=MAX_LINES)
    try:
        texts = document.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ManifestInvalid("The manifest is not in UTF-8.") from error
    if texts[0].rstrip() != "#EXTM3U":
        raise ManifestInvalid("The manifest does not begin with #EXTM3U.", line=1)
    for number, text in enumerate(texts[1:], start=2):
        text = text.strip()
        if not text or (text[0] == "#" and not text.startswith("#EXT")):
            continue
        name, _, rest = text[1:].partition(":") if text[0] == "#" else ("", "", text)
        line = Line(line=number, name=name, text=rest, variables=variables)
        if len(text) > MAX_LINE_CHARS:
            raise line.invalid(f"it has more than {MAX_LINE_CHARS} characters")
        if name == "EXT-X-DEFINE":
            variables.define(line)
            continue
        yield line


def whole_of(text: str, *, at: Line) -> int:
    """`text` as a whole number from 0 (decimal-integer). Raises ManifestInvalid if it is none."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise at.invalid(f"{shown(text)} is not a whole number")
    return int(text)


def microseconds_of(text: str, *, at: Line) -> int:
    """`text`, in seconds (decimal-floating-point), as whole microseconds, rounded down.

    Raises ManifestInvalid if it is none, or more than 200 years.
    """
    found = _SECONDS.fullmatch(text.strip())
    if found is None:
        raise at.invalid(f"{shown(text)} is not a number of seconds")
    value = int(found[1]) * 1_000_000 + int((found[2] or "").ljust(6, "0")[:6])
    if value > MAX_DURATION_MS * 1000:
        raise at.invalid(f"{shown(text)} seconds are more than 200 years")
    return value


def byte_range_of(text: str, *, at: Line) -> tuple[int, int | None]:
    """How many bytes, and from where, if it says so: `n@o` or `n`. Raises ManifestInvalid if it is none."""
    found = _BYTE_RANGE.fullmatch(text.strip())
    if found is None or int(found[1]) == 0 or int(found[1]) + int(found[2] or 0) > MAX_BYTE:
        raise at.invalid(f"{shown(text)} is no byte range")
    return int(found[1]), None if found[2] is None else int(found[2])


def bytes_of(text: str, *, size: int, at: Line) -> bytes:
    """`text`, a hexadecimal-sequence, as `size` bytes; shorter ones are filled up in front."""
    digits = text[2:] if text[:2] in ("0x", "0X") else ""
    try:
        value = bytes.fromhex(digits.rjust(size * 2, "0")) if digits and digits.isalnum() else b""
    except ValueError:
        value = b""
    if len(value) != size:
        raise at.invalid(f"{shown(text)} is not a hexadecimal number of {size} bytes")
    return value


def unsupported(what: str, *, at: Line) -> FormatUnsupported:
    """The error that says `what` at that line is not played here."""
    return FormatUnsupported(f"The manifest has {what} at line {at.line}, which is not played.", line=at.line)
