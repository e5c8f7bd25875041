"""Walking boxes: what is whole, what is cut short, what is broken."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import MediaCorrupt, MediaInvalid
from matinee.media.boxes import MAX_BOXES, Box, children, fields, find, is_complete, need, top_level, version_and_flags
from tests.support.media import Clip, make_video


@pytest.fixture(scope="module")
def clip() -> Clip:
    return make_video(seconds=1)


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def test_the_boxes_of_a_file_are_told_with_where_they_lie() -> None:
    assert list(top_level(box(b"styp", b"abcd") + box(b"moof"))) == [Box("styp", 0, 8, 12), Box("moof", 12, 20, 20)]


def test_a_box_may_state_its_size_in_64_bits_or_reach_to_the_end() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 20) + b"abcd"
    assert list(top_level(large)) == [Box("mdat", 0, 16, 20)]
    assert list(top_level(struct.pack(">I4s", 0, b"mdat") + b"abc")) == [Box("mdat", 0, 8, 11)]


def test_a_whole_segment_is_complete(clip: Clip) -> None:
    assert all(is_complete(segment) for segment in clip.segments)


def test_no_cut_leaves_a_segment_complete(clip: Clip) -> None:
    [segment] = clip.segments
    assert not any(is_complete(segment[:size]) for size in range(len(segment)))


def test_a_truncated_file_is_corrupt_and_says_which_box_and_where() -> None:
    with pytest.raises(MediaCorrupt) as caught:
        list(top_level(box(b"styp") + box(b"mdat", b"abcd")[:-1]))
    assert caught.value.facts == {"box": "mdat", "offset": 8}


def test_a_box_that_overruns_its_parent_is_invalid() -> None:
    [parent] = top_level(box(b"moof", struct.pack(">I4s", 99, b"traf")))
    with pytest.raises(MediaInvalid) as caught:
        list(children(box(b"moof", struct.pack(">I4s", 99, b"traf")), parent))
    assert caught.value.facts == {"box": "moof", "offset": 8}


def test_a_box_smaller_than_its_header_is_invalid() -> None:
    with pytest.raises(MediaInvalid):
        list(top_level(struct.pack(">I4s", 7, b"free")))


def test_more_boxes_than_any_file_needs_are_refused() -> None:
    with pytest.raises(MediaInvalid):
        list(top_level(box(b"free") * (MAX_BOXES + 1)))


def test_a_path_is_followed_and_a_missing_box_named() -> None:
    data = box(b"moov", box(b"free") + box(b"trak", box(b"tkhd", b"\1\0\0\7")))
    [moov] = top_level(data)
    header = find(data, moov, "trak", "tkhd")
    assert header is not None
    assert version_and_flags(data, header) == (1, 7)
    assert find(data, moov, "trak", "mdia") is None
    with pytest.raises(MediaInvalid, match="moov/trak/mdia"):
        need(data, moov, "trak", "mdia")


def test_nothing_is_read_beyond_a_box() -> None:
    data = box(b"tfdt", b"abc") + box(b"free", b"secrets")
    first = next(top_level(data))
    with pytest.raises(MediaInvalid, match="too short"):
        fields(data, first, "I")


@given(st.binary(max_size=64))
def test_any_bytes_are_walked_or_refused(data: bytes) -> None:
    try:
        assert sum(found.end - found.start for found in top_level(data)) == len(data)
    except (MediaInvalid, MediaCorrupt):
        assert not is_complete(data)
