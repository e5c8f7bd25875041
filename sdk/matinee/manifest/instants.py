"""Dates as manifests spell them (ISO 8601, RFC 3339) in milliseconds of the wall clock."""

import re

_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,20}))?)?"
    r"(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_EPOCH_DAY = 719_162
"""The days from 0001-01-01 to 1970-01-01."""


def wall_ms(text: str) -> int | None:
    """The instant in whole milliseconds since 1970, rounded down; without a zone it is UTC. None if it is none."""
    found = _INSTANT.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(field or 0) for field in found.groups()[:6])
    fraction, sign, zone_hours, zone_minutes = found.groups()[6:]
    if not (year > 0 and 0 < month <= 12 and 0 < day <= _days_of(month, year=year)):
        return None
    # 60 is a leap second: the first moment of the next minute.
    if hour > 24 or minute > 59 or second > 60:
        return None
    zone_s = (int(zone_hours or 0) * 60 + int(zone_minutes or 0)) * (-60 if sign == "-" else 60)
    days = _days_before(year) + sum(_days_of(each, year=year) for each in range(1, month)) + day - 1 - _EPOCH_DAY
    return ((days * 24 + hour) * 60 + minute) * 60_000 + (second - zone_s) * 1000 + _thousandths(fraction)


def _days_of(month: int, *, year: int) -> int:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _MONTH_DAYS[month - 1] + (month == 2 and is_leap)


def _days_before(year: int) -> int:
    whole = year - 1
    return whole * 365 + whole // 4 - whole // 100 + whole // 400


def _thousandths(fraction: str | None) -> int:
    return int((fraction or "").ljust(3, "0")[:3])
