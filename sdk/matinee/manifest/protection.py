"""ContentProtection: which keys a track needs, and where ClearKey licenses are had."""

from binascii import a2b_base64
from collections.abc import Iterable

import msgspec

from matinee.errors import FormatUnsupported
from matinee.manifest.elements import Element, shown
from matinee.manifest.references import resolved

MP4_PROTECTION = "urn:mpeg:dash:mp4protection:2011"
"""Common encryption itself, whichever system holds the keys (ISO/IEC 23009-1, section 5.8.5.2)."""
CLEARKEY = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"
"""W3C ClearKey (DASH-IF identifier repository, content protection)."""

_HEX = frozenset("0123456789abcdef")


class Protection(msgspec.Struct, frozen=True, kw_only=True):
    """How a track is encrypted."""

    key_ids: tuple[str, ...] = ()
    scheme: str = ""
    pssh: tuple[bytes, ...] = ()


def read_protection(protected: Iterable[Element]) -> Protection:
    """What `protected`, an AdaptationSet and its Representations, say; nothing if all is clear.

    Raises: ManifestInvalid for a key id or a box that is none, FormatUnsupported if there is protection without any
    key id.
    """
    descriptors = [descriptor for element in protected for descriptor in element.every("ContentProtection")]
    common = [descriptor for descriptor in descriptors if _scheme(descriptor) == MP4_PROTECTION]
    key_ids = dict.fromkeys(
        _key_id(text, at=descriptor) for descriptor in common for text in descriptor.foreign("default_KID").split()
    )
    if descriptors and not key_ids:
        raise FormatUnsupported(f"The track at line {descriptors[0].line} is protected, but names no default_KID.")
    schemes = (descriptor.get("value").strip().lower() for descriptor in common)
    boxes = (_box(pssh) for descriptor in descriptors for pssh in descriptor.every("pssh"))
    return Protection(key_ids=tuple(key_ids), scheme=next(filter(None, schemes), ""), pssh=tuple(dict.fromkeys(boxes)))


def read_clearkey_url(protected: Iterable[Element], *, url: str) -> str:
    """The first ClearKey license URL among the descriptors of `protected`; empty if there is none.

    `Laurl` stands in the namespace `https://dashif.org/CPS`, in older manifests in
    `http://dashif.org/guidelines/clearKey`, and also as `laurl`.
    """
    for element in protected:
        for descriptor in element.every("ContentProtection"):
            if _scheme(descriptor) != CLEARKEY:
                continue
            for child in (*descriptor.every("Laurl"), *descriptor.every("laurl")):
                if child.text:
                    return resolved(child.text, url=url, at=child)
    return ""


def _scheme(descriptor: Element) -> str:
    return descriptor.get("schemeIdUri").strip().lower()


def _key_id(text: str, *, at: Element) -> str:
    key_id = text.replace("-", "").lower()
    if len(key_id) != 32 or not _HEX.issuperset(key_id):
        raise at.invalid(f"default_KID {shown(text)} is not a UUID")
    return key_id


def _box(pssh: Element) -> bytes:
    try:
        return a2b_base64("".join(pssh.text.split()), strict_mode=True)
    except ValueError as error:
        raise pssh.invalid("it is not base64") from error
