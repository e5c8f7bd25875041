"""EXT-X-DATERANGE: what a playlist says of stretches of wall time (RFC 8216, section 4.3.2.7)."""

from bisect import bisect_right

import msgspec

from matinee.errors import ManifestInvalid
from matinee.manifest.elements import shown
from matinee.manifest.hls.lines import Attributes, Line
from matinee.manifest.instants import wall_ms
from matinee.manifest.presentation import TimedEvent

DATERANGE_SCHEME = "urn:ietf:rfc:8216:daterange"
"""Ours: HLS names none. `value` is the CLASS, `data` a JSON object of all attributes as they stand."""
MAX_DATERANGES = 10_000


class DateRanges:
    """The date ranges of a playlist, as it is read from top to bottom."""

    def __init__(self) -> None:
        self._by_id: dict[str, Attributes] = {}

    def take(self, line: Line) -> None:
        """Note what the line says; of a date range that was there before: in addition (section 4.3.2.7.1)."""
        attributes = line.attributes()
        event_id = attributes.required("ID")
        known = self._by_id.get(event_id)
        self._by_id[event_id] = Attributes(at=line, values=(known.values if known else {}) | attributes.values)
        if len(self._by_id) > MAX_DATERANGES:
            raise line.invalid(f"the manifest has more than {MAX_DATERANGES} date ranges")

    def events(self, dates: list[tuple[int, int]]) -> tuple[TimedEvent, ...]:
        """Those that lie on the timeline, by rising start.

        `dates`: positions and their wall times, both in milliseconds and rising; without any, nothing says where
        the ranges lie. Raises ManifestInvalid for what is no date range.
        """
        if not dates:
            return ()
        events = [_event(attributes, dates=dates) for attributes in self._by_id.values()]
        return tuple(sorted(events, key=lambda event: event.start_ms))


def _event(attributes: Attributes, *, dates: list[tuple[int, int]]) -> TimedEvent:
    start = _instant(attributes, attributes.required("START-DATE"))
    return TimedEvent(
        scheme=DATERANGE_SCHEME,
        value=attributes.get("CLASS"),
        event_id=attributes.required("ID"),
        start_ms=_position_ms(start, dates=dates),
        duration_ms=_duration_ms(attributes, start=start),
        data=msgspec.json.encode(attributes.values),
    )


def _position_ms(instant: int, *, dates: list[tuple[int, int]]) -> int:
    at = max(0, bisect_right(dates, instant, key=lambda date: date[1]) - 1)
    position_ms, date = dates[at]
    return position_ms + instant - date


def _duration_ms(attributes: Attributes, *, start: int) -> int | None:
    duration_us = attributes.microseconds("DURATION")
    if duration_us is not None:
        return duration_us // 1000
    if "END-DATE" in attributes.values:
        return max(0, _instant(attributes, attributes.required("END-DATE")) - start)
    return None


def _instant(attributes: Attributes, text: str) -> int:
    instant = wall_ms(text)
    if instant is None:
        raise _no_date(text, at=attributes.at)
    return instant


def _no_date(text: str, *, at: Line) -> ManifestInvalid:
    return at.invalid(f"{shown(text)} is no date")
