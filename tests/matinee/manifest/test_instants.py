from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.manifest.instants import wall_ms


@given(
    st.integers(min_value=-62_135_000_000, max_value=253_402_000_000),
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_a_date_is_the_same_instant_as_in_the_standard_library(wall_s: int, zone_minutes: int) -> None:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=wall_s, microseconds=1_999)
    assert wall_ms(instant.astimezone(timezone(timedelta(minutes=zone_minutes))).isoformat()) == wall_s * 1000 + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00", 0),
        ("1970-01-01t00:00:01.9999z", 1_999),
        ("1970-01-01T01:00:00+0100", 0),
        ("1970-01-01T00:00:00-01", 3_600_000),
        ("1969-12-31T23:59:59.5Z", -500),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("2024-02-29T12:00Z", 1_709_208_000_000),
    ],
)
def test_zones_fractions_and_leap_seconds_are_read(text: str, expected: int) -> None:
    assert wall_ms(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2024-01-01",
        "1e300",
        "2024-01-01T25:00:00Z",
        "2024-01-01T00:00:00.Z",
        "٢٠٢٤-01-01T00:00:00Z",
        "2024-01-01T00:00:00+1:00",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert wall_ms(text) is None
