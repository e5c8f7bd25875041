"""`Retry-After`: how long a server wishes to be left alone (RFC 9110, section 10.2.3)."""

from email.utils import parsedate_tz

LONGEST_MS = 366 * 86_400_000
"""A wish beyond a year is a year: whoever waits has a cap of its own."""
_LONGEST_S_DIGITS = 9


def retry_after_ms(header: str, *, wall_ms: int) -> int:
    """The wait it says, seen from `wall_ms`; 0 for none, a past date, a negative number, or nonsense.

    A date is best read against the server's own `Date`: the viewer's clock may be wrong by hours.
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(LONGEST_MS, int(text[: _LONGEST_S_DIGITS + 1]) * 1000)
    date_ms = http_date_ms(text)
    return 0 if date_ms is None else max(0, min(LONGEST_MS, date_ms - wall_ms))


def http_date_ms(text: str) -> int | None:
    """An HTTP date of any of its three forms (RFC 9110, section 5.6.7) in ms since the epoch; None if it is none."""
    try:
        parsed = parsedate_tz(text)
    except (ValueError, IndexError, OverflowError):
        return None
    if parsed is None:
        return None
    year, month, day, hour, minute, second, *_, offset_s = parsed
    if not (1 <= month <= 12 and 1 <= day <= 31 and 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second <= 60):
        return None
    days = _days_since_epoch(year, month, day)
    return (((days * 24 + hour) * 60 + minute) * 60 + second - (offset_s or 0)) * 1000


def _days_since_epoch(year: int, month: int, day: int) -> int:
    """Of the Gregorian calendar, for any year; counted from March, so that a leap day comes last."""
    years, months = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return years * 365 + years // 4 - years // 100 + years // 400 + (months * 153 + 2) // 5 + day - 719_469
