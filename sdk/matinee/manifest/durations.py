"""Times as manifests spell them (W3C XML Schema part 2, sections 3.2.6 and 3.2.7) in milliseconds."""

import re

from matinee.manifest.elements import Element, shown

MAX_DURATION_MS = 200 * 365 * 86_400_000
"""Two hundred years: more is a mistake. Live presentations like to count from 1970."""

_DURATION = re.compile(
    r"P(?:([0-9]{1,4})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,12})(?:\.([0-9]{0,19}))?S)?)?"
)
_UNITS_MS = (365 * 86_400_000, 30 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000)
"""Year, month, day, hour, minute, second. Years and months have no length of their own: these are the usual ones."""

_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,19}))?"
    r"(?:Z|([+-])([0-9]{2}):?([0-9]{2}))?"
)
_DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
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
    """The attribute, a date and time, in milliseconds of the epoch, rounded down; None if the element lacks it.

    Without a time zone it is UTC (ISO/IEC 23009-1, section 5.3.1.2). Raises ManifestInvalid if it is none.
    """
    text = element.get(attribute).strip()
    if not text:
        return None
    value_ms = parsed_instant_ms(text)
    if value_ms is None:
        raise element.invalid(f"{attribute}={shown(text)} is not a date and time")
    return value_ms


def parsed_instant_ms(text: str) -> int | None:
    """A date and time of ISO 8601, from 1970 on, in milliseconds of the epoch; None if `text` is none."""
    found = _INSTANT.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, sign, zone_hours, zone_minutes = found.groups()[6:]
    if not (year >= 1970 and 1 <= month <= 12 and 1 <= day <= 31 and hour <= 24 and minute <= 59 and second <= 60):
        return None
    leap_years = year - (month <= 2)
    days = (
        (year - 1970) * 365
        + (leap_years // 4 - leap_years // 100 + leap_years // 400 - 477)
        + _DAYS_BEFORE_MONTH[month - 1]
        + day
        - 1
    )
    zone_minutes_east = (int(zone_hours or 0) * 60 + int(zone_minutes or 0)) * (-1 if sign == "-" else 1)
    seconds = ((days * 24 + hour) * 60 + minute - zone_minutes_east) * 60 + second
    return seconds * 1000 + int((fraction or "").ljust(3, "0")[:3])


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
