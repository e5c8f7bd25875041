"""Durations as manifests spell them (xs:duration, W3C XML Schema part 2, section 3.2.6) in milliseconds."""

import re

from matinee.manifest.elements import Element, shown

MAX_DURATION_MS = 10 * 365 * 86_400_000
"""Ten years: more is a mistake, and would make for endless lists of segments."""

_DURATION = re.compile(
    r"P(?:([0-9]{1,4})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,12})(?:\.([0-9]{0,19}))?S)?)?"
)
_UNITS_MS = (365 * 86_400_000, 30 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000)
"""Year, month, day, hour, minute, second. Years and months have no length of their own: these are the usual ones."""


def duration_ms(element: Element, attribute: str) -> int | None:
    """The attribute in whole milliseconds, rounded down; None if the element lacks it.

    Raises ManifestInvalid if it is no duration or exceeds MAX_DURATION_MS.
    """
    text = element.get(attribute).strip()
    if not text:
        return None
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise element.invalid(f"{attribute}={shown(text)} is not a duration")
    *wholes, fraction = found.groups()
    whole_ms = sum(int(whole or 0) * unit_ms for whole, unit_ms in zip(wholes, _UNITS_MS, strict=True))
    value_ms = whole_ms + int((fraction or "").ljust(3, "0")[:3])
    if value_ms > MAX_DURATION_MS:
        raise element.invalid(f"{attribute}={shown(text)} is more than ten years")
    return value_ms
