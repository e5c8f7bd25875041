"""What servers say of the link, as anybody may say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.wire.cmsd import NOTHING, Cmsd, read_cmsd


def test_a_server_says_what_it_knows_of_the_link() -> None:
    assert read_cmsd('"CDNB-3ak1";etp=9600;rtt=8;mb=5000;rd=20;du') == Cmsd(
        throughput_kbps=9_600, most_kbps=5_000, delay_ms=20, round_trip_ms=8, is_in_duress=True
    )


def test_of_several_the_nearest_counts_but_every_cap_and_every_duress_does() -> None:
    assert read_cmsd('"origin";etp=1;mb=2000;du, edge-1;etp=500;mb=8000;du=?0') == Cmsd(
        throughput_kbps=500, most_kbps=2_000, is_in_duress=True
    )


@pytest.mark.parametrize(
    "header",
    [
        "",
        "  ",
        ";etp=5",
        '"open;etp=5',
        '"a";etp=5,',
        '"a" etp=5',
        '"a";etp=5 "b"',
        '"a";ETP=5',
        "x" * 5_000,
    ],
)
def test_what_is_no_list_says_nothing(header: str) -> None:
    assert read_cmsd(header) == NOTHING


@pytest.mark.parametrize("value", ["-5", "1.5", "fast", '"5"', "9999999999", "?1"])
def test_a_number_that_is_none_is_not_said(value: str) -> None:
    assert read_cmsd(f'"a";etp={value};mb={value};com.example-x="; ,"') == NOTHING


@given(st.text() | st.text('"a;=,\\ 59etpmbdu'))
def test_whatever_a_server_says_is_a_bounded_number(header: str) -> None:
    said = read_cmsd(header)
    assert 0 <= said.most_kbps < 10**9
    assert 0 <= said.throughput_kbps < 10**9
