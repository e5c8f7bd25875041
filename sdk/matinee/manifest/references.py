"""URL references (RFC 3986): read against one another, and refused where nobody could fetch them."""

import re
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.elements import Element

MAX_REFERENCE_CHARS = 4096
RESOLVE_TO_ZERO = "urn:mpeg:dash:resolve-to-zero:2013"

_ORIGIN_AND_PATH = re.compile(r"((?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?)([^?#]*)")
_PLAIN_START = re.compile(r"[^/?#:]+(?:[/?#]|$)")
"""Of a relative reference that no reader takes for another host or a scheme."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_SCHEMES = ("", "http", "https")


class Spot(Protocol):
    """Where in a manifest a reference stands: an XML element, a line of a playlist."""

    @property
    def line(self) -> int: ...

    def invalid(self, what: str) -> ManifestInvalid:
        """The error that says `what` is wrong there."""
        ...


def resolved(reference: str, *, url: str, at: Spot) -> str:
    """`reference` as an absolute URL, read against `url`, which is one.

    Raises: ManifestInvalid if it is no URL reference, FormatUnsupported if its scheme is not HTTP's.
    """
    try:
        return urljoin(url, _checked(reference, at=at))
    except ValueError as error:
        raise at.invalid("a URL is malformed") from error


def folded(reference: str, *, onto: str, at: Spot) -> str:
    """`reference` read against `onto`, which may be relative itself: then so is the outcome.

    `urljoin` cannot do this: against a relative base it loses leading `..` parts. Here they stay in, for the
    join with an absolute base that comes last.
    Raises: as `resolved`.
    """
    if not reference:
        return onto
    origin, path = split_origin(onto)
    if origin:
        return resolved(reference, url=onto, at=at)
    if split_origin(reference)[0] or reference.startswith("/"):
        return _checked(reference, at=at)
    if reference.startswith(("?", "#")):
        return _checked(path + reference, at=at)
    return _checked(path[: path.rfind("/") + 1] + reference, at=at)


def is_absolute(reference: str) -> bool:
    """Whether it says by itself where it is to be had."""
    return split_origin(reference)[0] != ""


def path_below(place: str, url: str) -> str:
    """`url` as it is to be asked of `place`: relative if it lies below, else as it is."""
    path = url[len(place) :] if place and url.startswith(place) else ""
    return path if _PLAIN_START.match(path) else url


def split_origin(reference: str) -> tuple[str, str]:
    """Scheme and host, empty if it has none; the path, without query."""
    found = _ORIGIN_AND_PATH.match(reference)
    assert found is not None, "it matches the empty string"
    return found[1], found[2]


def local(parent: Element, name: str) -> list[Element]:
    """The children of that name, without those that XLink removes.

    Raises FormatUnsupported if one is to be had from another document (ISO/IEC 23009-1, section 5.5).
    """
    children = parent.every(name)
    for child in children:
        if child.foreign("href") not in ("", RESOLVE_TO_ZERO):
            raise FormatUnsupported(f"The {name} at line {child.line} lies in another document (XLink).")
    return [child for child in children if not child.foreign("href")]


def _checked(reference: str, *, at: Spot) -> str:
    if len(reference) > MAX_REFERENCE_CHARS or _CONTROLS.search(reference):
        raise at.invalid("a URL is too long or holds control characters")
    if ":" not in reference and "//" not in reference:
        return reference
    try:
        scheme = urlsplit(reference).scheme
    except ValueError as error:
        raise at.invalid("a URL is malformed") from error
    if scheme not in _SCHEMES:
        raise FormatUnsupported(
            f"The manifest refers to something by {scheme}: at line {at.line}; http and https are fetched.",
            line=at.line,
        )
    return reference


def host_of(url: str) -> str:
    """Host and port, without credentials: a name for the place that may be shown and logged."""
    return urlsplit(url).netloc.rpartition("@")[2]
