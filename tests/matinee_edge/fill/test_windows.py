"""When fills may run."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from matinee.errors import SettingsInvalid
from matinee.wire.placement import FillWindow
from matinee_edge.fill.windows import ALWAYS, Span, known_zone, span_at

NIGHT = FillWindow(from_minute=120, until_minute=360)
BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def test_the_hours_are_those_of_the_place() -> None:
    noon = utc("2026-07-01T12:00")
    greenwich = span_at([NIGHT], zone=ZoneInfo("UTC"), wall_ms=noon)
    assert greenwich == Span(utc("2026-07-02T02:00"), utc("2026-07-02T06:00"))
    assert span_at([NIGHT], zone=BERLIN, wall_ms=noon) == Span(utc("2026-07-02T00:00"), utc("2026-07-02T04:00"))
    tokyo = ZoneInfo("Asia/Tokyo")
    assert span_at([NIGHT], zone=tokyo, wall_ms=noon) == Span(utc("2026-07-01T17:00"), utc("2026-07-01T21:00"))


def test_a_window_that_names_its_zone_stands_there() -> None:
    named = FillWindow(from_minute=120, until_minute=360, zone="Asia/Tokyo")
    assert span_at([named], zone=BERLIN, wall_ms=utc("2026-07-01T12:00")).opens_wall_ms == utc("2026-07-01T17:00")


def test_a_window_is_open_from_its_first_moment_to_before_its_last() -> None:
    opens, closes = utc("2026-07-02T00:00"), utc("2026-07-02T04:00")
    assert not span_at([NIGHT], zone=BERLIN, wall_ms=opens - 1).is_open(opens - 1)
    assert span_at([NIGHT], zone=BERLIN, wall_ms=opens) == Span(opens, closes)
    assert Span(opens, closes).is_open(closes - 1)
    assert not span_at([NIGHT], zone=BERLIN, wall_ms=closes).is_open(closes)


def test_a_window_may_lie_over_midnight() -> None:
    late = FillWindow(from_minute=22 * 60, until_minute=4 * 60)
    assert span_at([late], zone=ZoneInfo("UTC"), wall_ms=utc("2026-07-02T01:00")) == Span(
        utc("2026-07-01T22:00"), utc("2026-07-02T04:00")
    )


def test_the_night_is_an_hour_shorter_when_the_clocks_skip_one() -> None:
    spring = span_at([NIGHT], zone=BERLIN, wall_ms=utc("2026-03-28T12:00"))
    assert spring == Span(utc("2026-03-29T01:00"), utc("2026-03-29T04:00"))


def test_the_night_is_an_hour_longer_when_one_comes_twice() -> None:
    autumn = span_at([NIGHT], zone=BERLIN, wall_ms=utc("2026-10-24T12:00"))
    assert autumn == Span(utc("2026-10-25T00:00"), utc("2026-10-25T05:00"))


def test_an_end_that_comes_twice_is_the_second_one() -> None:
    short = FillWindow(from_minute=60, until_minute=150)
    assert span_at([short], zone=BERLIN, wall_ms=utc("2026-10-24T12:00")) == Span(
        utc("2026-10-24T23:00"), utc("2026-10-25T01:30")
    )


def test_a_day_on_which_the_clocks_skip_the_whole_window_has_none() -> None:
    skipped = FillWindow(from_minute=120, until_minute=150)
    spring = span_at([skipped], zone=BERLIN, wall_ms=utc("2026-03-28T12:00"))
    assert spring == Span(utc("2026-03-30T00:00"), utc("2026-03-30T00:30"))


def test_half_an_hour_of_difference_and_half_an_hour_of_summer_time_are_known() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    autumn = span_at([NIGHT], zone=lord_howe, wall_ms=utc("2026-04-04T06:00"))
    assert autumn.closes_wall_ms - autumn.opens_wall_ms == 4 * HOUR_MS
    assert autumn.opens_wall_ms == utc("2026-04-04T15:30")


def test_of_several_windows_the_one_that_comes_first_counts() -> None:
    siesta = FillWindow(from_minute=14 * 60, until_minute=15 * 60)
    next_span = span_at([NIGHT, siesta], zone=BERLIN, wall_ms=utc("2026-07-01T11:00"))
    assert next_span.opens_wall_ms == utc("2026-07-01T12:00")


def test_without_windows_it_is_always_open() -> None:
    assert span_at([], zone=BERLIN, wall_ms=utc("2026-07-01T12:00")) == ALWAYS


@pytest.mark.parametrize("name", ["Europe/Atlantis", "../etc/passwd", "", "/etc/localtime"])
def test_a_zone_that_is_not_known_is_refused(name: str) -> None:
    with pytest.raises(SettingsInvalid):
        known_zone(name)
