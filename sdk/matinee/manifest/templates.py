"""Segment templates: `$Number%05d$` and its kin, turned into paths (ISO/IEC 23009-1, section 5.3.9.4.4)."""

import re

import msgspec

from matinee.errors import FormatUnsupported
from matinee.manifest.elements import Element
from matinee.manifest.references import MAX_REFERENCE_CHARS

_IDENTIFIER = re.compile(r"\$(?:(RepresentationID|Number|Bandwidth|Time|SubNumber)(?:%0([0-9]{1,2})d)?)?\$")


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template whose representation is known."""

    pattern: str
    """A `%` format over `Number` and `Time`."""

    def path(self, *, number: int, time: int) -> str:
        """`number` as the manifest counts segments; `time` in units of the timescale."""
        return self.pattern % {"Number": number, "Time": time}


def read_template(text: str, *, representation_id: str, bandwidth: int, at: Element) -> Template:
    """The template that `text` spells. Raises ManifestInvalid if it is none."""
    parts: list[str] = []
    position = 0
    for found in _IDENTIFIER.finditer(text):
        parts.append(_literal(text[position : found.start()], at=at))
        parts.append(_replacement(found, representation_id=representation_id, bandwidth=bandwidth, at=at))
        position = found.end()
    parts.append(_literal(text[position:], at=at))
    pattern = "".join(parts)
    if len(pattern) > MAX_REFERENCE_CHARS:
        raise at.invalid("a template is too long")
    return Template(pattern=pattern)


def _literal(text: str, *, at: Element) -> str:
    if "$" in text:
        raise at.invalid("a template has a $ that belongs to no known identifier")
    return text.replace("%", "%%")


def _replacement(found: re.Match[str], *, representation_id: str, bandwidth: int, at: Element) -> str:
    identifier, width = found.groups()
    match identifier:
        case None:
            return "$"
        case "RepresentationID":
            return representation_id.replace("%", "%%")
        case "Bandwidth":
            return str(bandwidth).zfill(int(width or 1))
        case "SubNumber":
            raise FormatUnsupported(f"The template at line {at.line} counts parts of segments ($SubNumber$).")
        case _:
            return f"%({identifier})0{int(width)}d" if width else f"%({identifier})d"
