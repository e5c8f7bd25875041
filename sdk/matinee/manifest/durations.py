"""Times as manifests spell them (W3C XML Schema part 2, sections 3.2.6 and 3.2.7) in milliseconds."""

import re

from matinee.manifest.elements import Element, shown
from matinee.manifest.instants import wall_ms

MAX_DURATION_MS = 200 * 365 * 86_400_000
"""Two hundred years: more is a mistake. Live presentations like to count from 1970."""

_DURATION = re.compile(
    r"P(?:([0-9]{1,4})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,12})(?:\.([0-9]{0,19}))?S)?)?"
)
_UNITS_MS = (365 * 86_400_000, 30 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000)
"""Year, month, day, hour, minute, second. Years and months have no length of their own: these are the usual ones."""
_DECIMAL = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{0,19}))?")


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
        raise element.invalid(f"{attribute}={shown(text)} is more than two hundred years")
    return value_ms


def instant_ms(element: Element, attribute: str) -> int | None:
    """The attribute, a date and time from 1970 on, in milliseconds of the epoch; None if the element lacks it.

    Without a time zone it is UTC (ISO/IEC 23009-1, section 5.3.1.2). Raises ManifestInvalid if it is none.
    """
    text = element.get(attribute).strip()
    if not text:
        return None
    value_ms = wall_ms(text)
    if value_ms is None or value_ms < 0:
        raise element.invalid(f"{attribute}={shown(text)} is not a date and time")
    return value_ms


def decimal_permille(element: Element, attribute: str) -> int | None:
    """The attribute, a decimal number, in thousandths, rounded towards 0; None if the element lacks it.

    Raises ManifestInvalid if it is none.
    """
    text = element.get(attribute).strip()
    if not text:
        return None
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise element.invalid(f"{attribute}={shown(text)} is not a decimal number")
    sign, whole, fraction = found.groups()
    value = int(whole) * 1000 + int((fraction or "").ljust(3, "0")[:3])
    return -value if sign else value
