"""How long a server wishes to be left alone, in every spelling."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.wire.retry_after import LONGEST_MS, http_date_ms, retry_after_ms

EIGHT_MS = 1_792_483_200_000
"""2026-10-20 08:00:00 UTC."""


@pytest.mark.parametrize(
    ("header", "wait_ms"),
    [
        ("120", 120_000),
        (" 3 ", 3_000),
        ("0", 0),
        ("", 0),
        ("-5", 0),
        ("+5", 0),
        ("1.5", 0),
        ("5, 10", 0),
        ("٥", 0),
        ("soon", 0),
        ("99999999999", LONGEST_MS),
        ("9" * 100_000, LONGEST_MS),
        ("Tue, 20 Oct 2026 08:00:30 GMT", 30_000),
        ("Tuesday, 20-Oct-26 08:00:30 GMT", 30_000),
        ("Tue Oct 20 08:00:30 2026", 30_000),
        ("Tue, 20 Oct 2026 07:00:00 GMT", 0),
        ("Tue, 99 Oct 2026 07:00:00 GMT", 0),
        ("Tue, 20 Oct 2026 25:00:00 GMT", 0),
        ("Tue, 20 Oct 9999 08:00:00 GMT", LONGEST_MS),
        ("Tue, 20 Oct 99999999999 08:00:00 GMT", LONGEST_MS),
    ],
)
def test_a_wish_is_read_in_every_spelling_and_nonsense_is_none(header: str, wait_ms: int) -> None:
    assert retry_after_ms(header, wall_ms=EIGHT_MS) == wait_ms


@given(st.integers(-30_000_000_000, 200_000_000_000))
def test_a_date_is_the_moment_it_names(epoch_s: int) -> None:
    """From the year 1019 to 8307."""
    date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=epoch_s)
    assert http_date_ms(f"{date:%a, %d %b %Y %H:%M:%S} GMT") == epoch_s * 1000


@given(st.text() | st.text("0123456789 :-+,GMTOctue"))
def test_whatever_a_server_says_is_a_bounded_wait(header: str) -> None:
    assert 0 <= retry_after_ms(header, wall_ms=EIGHT_MS) <= LONGEST_MS
