"""Conditions and ranges, by example and by property."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee_edge.ranges import Answer, ByteRange, Conditions, Unsatisfiable, answer, range_of

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-9", ByteRange(0, 10)),
        ("bytes=90-200", ByteRange(90, 10)),
        ("bytes=40-", ByteRange(40, 60)),
        ("bytes=-30", ByteRange(70, 30)),
        ("bytes=-500", ByteRange(0, 100)),
        ("Bytes= 5-5", ByteRange(5, 1)),
        ("bytes=100-", Unsatisfiable()),
        ("bytes=" + "9" * 60 + "-", Unsatisfiable()),
        ("bytes=-0", Unsatisfiable()),
        ("bytes=0-1,5-6", None),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 5000 + "-", None),
        ("items=0-5", None),
        ("", None),
    ],
)
def test_a_range_is_read_as_the_standard_says(header: str, expected: ByteRange | Unsatisfiable | None) -> None:
    assert range_of(header, size_bytes=100) == expected


@given(first=st.integers(0, 300), last=st.integers(0, 300), size_bytes=st.integers(0, 200))
def test_a_single_range_is_what_slicing_gives(first: int, last: int, size_bytes: int) -> None:
    content = list(range(size_bytes))
    expected = content[first : last + 1]
    match range_of(f"bytes={first}-{last}", size_bytes=size_bytes):
        case ByteRange(first=start, length=length):
            assert length > 0
            assert content[start : start + length] == expected
        case Unsatisfiable():
            assert expected == []
            assert first <= last
        case None:
            assert first > last


@given(suffix=st.integers(0, 300), size_bytes=st.integers(0, 200))
def test_a_suffix_is_the_last_bytes(suffix: int, size_bytes: int) -> None:
    content = list(range(size_bytes))
    match range_of(f"bytes=-{suffix}", size_bytes=size_bytes):
        case ByteRange(first=start, length=length):
            assert content[start : start + length] == content[-suffix:]
        case other:
            assert other == Unsatisfiable()
            assert suffix == 0 or size_bytes == 0


@given(
    header=st.one_of(st.text(max_size=80), st.from_regex(r"bytes=[0-9, -]{0,40}")), size_bytes=st.integers(0, 10**12)
)
def test_no_header_asks_for_bytes_that_are_not_there(header: str, size_bytes: int) -> None:
    found = range_of(header, size_bytes=size_bytes)
    if isinstance(found, ByteRange):
        assert 0 <= found.first < found.first + found.length <= size_bytes


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (Conditions(), Answer(status=200, length=100)),
        (Conditions(range="bytes=10-19"), Answer(status=206, first=10, length=10)),
        (Conditions(range="bytes=100-"), Answer(status=416)),
        (Conditions(range="bytes=0-1,3-4"), Answer(status=200, length=100)),
        (Conditions(range="bytes=10-19", if_range=ETAG), Answer(status=206, first=10, length=10)),
        (Conditions(range="bytes=10-19", if_range='"other"'), Answer(status=200, length=100)),
        (Conditions(range="bytes=10-19", if_range=f"W/{ETAG}"), Answer(status=200, length=100)),
        (Conditions(range="bytes=10-19", if_range="Sat, 29 Oct 1994 19:43:31 GMT"), Answer(status=200, length=100)),
        (Conditions(if_none_match=ETAG), Answer(status=304)),
        (Conditions(if_none_match=f'"x", W/{ETAG}'), Answer(status=304)),
        (Conditions(if_none_match="*"), Answer(status=304)),
        (Conditions(if_none_match='"other"'), Answer(status=200, length=100)),
        (Conditions(if_none_match=ETAG, range="bytes=500-"), Answer(status=304)),
        (Conditions(if_match=ETAG), Answer(status=200, length=100)),
        (Conditions(if_match="*"), Answer(status=200, length=100)),
        (Conditions(if_match=f'W/{ETAG}, "other"'), Answer(status=412)),
    ],
)
def test_conditions_are_weighed_in_the_standards_order(conditions: Conditions, expected: Answer) -> None:
    assert answer(conditions, etag=ETAG, size_bytes=100) == expected
