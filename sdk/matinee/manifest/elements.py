"""XML as manifests need it: a small tree out of bytes that nobody vouches for.

A document type declaration is refused, and with it every entity that a document could declare (CWE-776,
CWE-611); size, depth and number of elements have bounds.
"""

from xml.parsers import expat

import msgspec

from matinee.errors import ManifestInvalid

MAX_DOCUMENT_BYTES = 8 << 20
MAX_DEPTH = 32
MAX_ELEMENTS = 200_000

MAX_ATTRIBUTES = 100
"""Of one element."""
MAX_WHOLE = (1 << 63) - 1
"""What a whole number may be: what fits a machine's."""

_MAX_DIGITS = 19
_SHOWN_CHARS = 40


class Element(msgspec.Struct, gc=False):
    """An element and all below it: a tree, so that nothing of it needs the collector of cycles."""

    name: str
    """Without prefix."""
    attributes: dict[str, str]
    """By name; an attribute of a foreign namespace by `<namespace> <name>`."""
    line: int
    order: int = 0
    """The how manieth of its document."""
    children: dict[str, list["Element"]] = {}
    """By name, in document order."""
    text: str = ""
    """Its own character data, without the white space around it."""

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def foreign(self, name: str) -> str:
        """The attribute `name` of whichever foreign namespace; empty if there is none.

        Packagers disagree on the URIs of the DVB and CENC namespaces, never on the names.
        """
        return next((value for key, value in self.attributes.items() if key.endswith(f" {name}")), "")

    def every(self, name: str) -> list["Element"]:
        return self.children.get(name, [])

    def first(self, name: str) -> "Element | None":
        return next(iter(self.every(name)), None)

    def whole(self, name: str, default: int) -> int:
        """The attribute as a whole number from 0. Raises ManifestInvalid if it is none."""
        text = self.attributes.get(name)
        return default if text is None else self.whole_from(name, text)

    def whole_from(self, name: str, text: str) -> int:
        """`text`, found at `name`, as a whole number from 0. Raises ManifestInvalid if it is none."""
        digits = text.strip()
        if digits.isdigit() and digits.isascii() and len(digits) <= _MAX_DIGITS and (value := int(digits)) <= MAX_WHOLE:
            return value
        raise self.invalid(f"{name}={shown(text)} is not a whole number")

    def positive(self, name: str, default: int) -> int:
        """The attribute as a whole number from 1. Raises ManifestInvalid if it is none."""
        value = self.whole(name, default)
        if value == 0:
            raise self.invalid(f"{name} is 0")
        return value

    def invalid(self, what: str) -> ManifestInvalid:
        """The error that says `what` is wrong with this element."""
        return ManifestInvalid(
            f"The manifest breaks its format at line {self.line}, {self.name}: {what}.",
            line=self.line,
            element=self.name,
        )


def read_elements(document: bytes) -> Element:
    """The root element. Raises ManifestInvalid for anything but a well-formed document within the bounds."""
    return _Reading().root_of(document)


def parse(parser: expat.XMLParserType, document: bytes) -> None:
    """Runs `document` through `parser`, whose handlers may raise.

    Raises ManifestInvalid if it is not well-formed, too large, or declares a document type.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise ManifestInvalid(
            f"The manifest has {len(document)} bytes; {MAX_DOCUMENT_BYTES} are read at most.",
            size_bytes=len(document),
            max_bytes=MAX_DOCUMENT_BYTES,
        )

    def refuse_doctype(*_declared: object) -> None:
        line = parser.CurrentLineNumber
        raise ManifestInvalid(
            f"The manifest has a document type declaration at line {line}; manifests have none, web pages do.",
            line=line,
        )

    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise ManifestInvalid(
            f"The manifest is not well-formed XML at line {error.lineno}: {reason}.", line=error.lineno
        ) from error
    except (LookupError, ValueError) as error:
        raise ManifestInvalid("The manifest is in a character encoding that is not read here.") from error
    finally:
        parser.StartDoctypeDeclHandler = None


def shown(text: str) -> str:
    """`text` as an error message may hold it: quoted and short."""
    return repr(text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…")


class _Reading:
    """One document on its way through the parser."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._open_element
        self._parser.EndElementHandler = self._close_element
        self._parser.CharacterDataHandler = self._add_text
        self._names: dict[str, str] = {}
        self._open: list[Element] = []
        self._texts: tuple[list[str], ...] = tuple([] for _ in range(MAX_DEPTH + 1))
        """What was found so far in the open element of each level: joined once, or many comments make it quadratic."""
        self._elements = 0
        self._root: Element | None = None

    def root_of(self, document: bytes) -> Element:
        try:
            parse(self._parser, document)
        finally:
            # The parser holds its handlers, and they hold it: without this the tree stays until cycles are collected.
            del self._parser
        assert self._root is not None, "a well-formed document has a root"
        return self._root

    def _open_element(self, qualified: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH or len(attributes) > MAX_ATTRIBUTES:
            self._refuse_excess()
        name = self._names.get(qualified)
        if name is None:
            name = self._names[qualified] = qualified.rpartition(" ")[2]
        element = Element(name, attributes, self._parser.CurrentLineNumber, self._elements)
        if self._open:
            parent = self._open[-1]
            siblings = parent.children.get(name)
            if siblings is None:
                parent.children[name] = [element]
            else:
                siblings.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _refuse_excess(self) -> None:
        line = self._parser.CurrentLineNumber
        if self._elements > MAX_ELEMENTS:
            bound = f"{MAX_ELEMENTS} elements"
        elif len(self._open) >= MAX_DEPTH:
            bound = f"{MAX_DEPTH} levels"
        else:
            bound = f"{MAX_ATTRIBUTES} attributes of an element"
        raise ManifestInvalid(f"The manifest exceeds {bound} at line {line}.", line=line)

    def _add_text(self, text: str) -> None:
        if not text.isspace():
            self._texts[len(self._open)].append(text)

    def _close_element(self, _name: str) -> None:
        if parts := self._texts[len(self._open)]:
            self._open[-1].text = "".join(parts).strip()
            parts.clear()
        self._open.pop()
