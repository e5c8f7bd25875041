"""ContentProtection: which keys a track needs, and where ClearKey licenses are had."""

from collections.abc import Iterable

from matinee.errors import FormatUnsupported
from matinee.manifest.elements import Element, shown
from matinee.manifest.references import resolved

MP4_PROTECTION = "urn:mpeg:dash:mp4protection:2011"
"""Common encryption itself, whichever system holds the keys (ISO/IEC 23009-1, section 5.8.5.2)."""
CLEARKEY = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"
"""W3C ClearKey (DASH-IF identifier repository, content protection)."""

_HEX = frozenset("0123456789abcdef")


def read_key_ids(protected: Iterable[Element]) -> tuple[str, ...]:
    """The `default_KID`s that `protected`, an AdaptationSet and its Representations, name; none if all is clear.

    Raises: ManifestInvalid for a key id that is none, FormatUnsupported if there is protection without any.
    """
    descriptors = [descriptor for element in protected for descriptor in element.every("ContentProtection")]
    key_ids = {
        _key_id(text, at=descriptor): None
        for descriptor in descriptors
        if _scheme(descriptor) == MP4_PROTECTION
        for text in descriptor.foreign("default_KID").split()
    }
    if descriptors and not key_ids:
        raise FormatUnsupported(f"The track at line {descriptors[0].line} is protected, but names no default_KID.")
    return tuple(key_ids)


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
