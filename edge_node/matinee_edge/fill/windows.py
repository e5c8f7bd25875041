"""When fills may run: hours of the day where the appliance stands, on the days too when its clocks are moved."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from matinee.errors import SettingsInvalid
from matinee.wire.placement import FillWindow

FAR_WALL_MS = 1 << 53


class Span(NamedTuple):
    """From when until when."""

    opens_wall_ms: int
    closes_wall_ms: int

    def is_open(self, wall_ms: int) -> bool:
        return self.opens_wall_ms <= wall_ms < self.closes_wall_ms


ALWAYS = Span(0, FAR_WALL_MS)


def known_zone(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises SettingsInvalid if this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsInvalid(f"{name!r} is no time zone that this machine knows.", zone=name) from error


def span_at(windows: Sequence[FillWindow], *, zone: ZoneInfo, wall_ms: int) -> Span:
    """The window that is open at `wall_ms`, else the next to open; without windows, always.

    A window names its own zone or stands in `zone`. Of an hour that comes twice both are inside; one that the clocks
    skip is missing. Raises SettingsInvalid for a zone that is not known here.
    """
    if not windows:
        return ALWAYS
    spans = (span for window in windows for span in _spans(window, zone=zone, wall_ms=wall_ms))
    return min(span for span in spans if span.closes_wall_ms > wall_ms)


def _spans(window: FillWindow, *, zone: ZoneInfo, wall_ms: int) -> Iterable[Span]:
    """Yesterday's, which may not have closed yet, to that of the day after tomorrow: one day may have none."""
    zone = known_zone(window.zone) if window.zone else zone
    until_minute = window.until_minute + (1440 if window.until_minute <= window.from_minute else 0)
    today = datetime.fromtimestamp(wall_ms / 1000, tz=zone).date()
    for days in (-1, 0, 1, 2):
        day = today + timedelta(days=days)
        # PEP 495: of an hour that comes twice, `fold` names the first (0) or the second (1).
        opens_wall_ms = _wall_ms(day, window.from_minute, zone=zone, fold=0)
        closes_wall_ms = _wall_ms(day, until_minute, zone=zone, fold=1)
        if closes_wall_ms > opens_wall_ms:
            yield Span(opens_wall_ms, closes_wall_ms)


def _wall_ms(day: date, minute: int, *, zone: ZoneInfo, fold: int) -> int:
    shown = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return int(shown.replace(fold=fold).timestamp()) * 1000
