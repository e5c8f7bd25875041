"""Tags in front of packed audio."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import MediaInvalid
from matinee.media.id3 import MAX_TAG_BYTES, read_timestamp
from tests.support.media import id3_tag


def test_a_tag_says_when_the_sound_is_presented_and_where_it_begins() -> None:
    tag = id3_tag(timestamp=900_000)
    assert read_timestamp(tag + b"\xff\xf1") == (900_000, len(tag))


def test_the_timestamp_has_33_bits() -> None:
    assert read_timestamp(id3_tag(timestamp=(1 << 40) + 7))[0] == 7


def test_without_a_tag_it_is_presented_at_zero() -> None:
    assert read_timestamp(b"\xff\xf1") == (0, 0)
    assert read_timestamp(b"") == (0, 0)


def test_tags_that_say_other_things_are_passed_over() -> None:
    other = b"ID3\x04\0\0" + bytes((0, 0, 0, 5)) + b"hello"
    tag = id3_tag(timestamp=90_000)
    assert read_timestamp(other + tag) == (90_000, len(other) + len(tag))
    assert read_timestamp(other) == (0, len(other))


@pytest.mark.parametrize("size", [(0, 0, 0, 5), (127, 127, 127, 127)])
def test_a_tag_that_overruns_the_segment_is_invalid(size: tuple[int, ...]) -> None:
    with pytest.raises(MediaInvalid):
        read_timestamp(b"ID3\x04\0\0" + bytes(size) + b"hell")


def test_a_tag_beyond_the_bound_is_invalid() -> None:
    with pytest.raises(MediaInvalid):
        read_timestamp(struct.pack(">3sBBB4B", b"ID3", 4, 0, 0, 0, 64, 0, 1) + bytes(MAX_TAG_BYTES))


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(MediaInvalid):
        timestamp, at = read_timestamp(b"ID3" + data)
        assert 0 <= timestamp < 1 << 33
        assert at <= 3 + len(data)
