"""A segment cut into chunks while it arrives, however its bytes are cut on the way."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import MediaCorrupt, MediaInvalid
from matinee.media.chunks import Chunk, ChunkSplitter
from matinee.media.fragments import read_fragments
from matinee.media.header import read_header
from tests.support.media import make_chunked_video, top_level_boxes

CLIP = make_chunked_video(seconds=2, frames_per_chunk=6)
HEADER = read_header(CLIP.init)
[SEGMENT, NEXT_SEGMENT] = CLIP.segments


def split(data: bytes, *, step: int) -> list[Chunk]:
    splitter = ChunkSplitter(HEADER)
    chunks = [chunk for at in range(0, len(data), step) for chunk in splitter.feed(data[at : at + step])]
    splitter.finish()
    return chunks


@pytest.mark.parametrize("step", [1, 7, 1_000, len(SEGMENT)])
def test_chunks_are_the_same_however_their_bytes_come(step: int) -> None:
    chunks = split(SEGMENT, step=step)
    assert [(chunk.start_ms, chunk.duration_ms) for chunk in chunks] == [(0, 250), (250, 250), (500, 250), (750, 250)]
    assert b"".join(chunk.data for chunk in chunks) == SEGMENT
    assert {len(fragment.samples) for chunk in chunks for fragment in read_fragments(chunk.data, HEADER)} == {6}


def test_a_chunk_comes_with_its_last_byte() -> None:
    first = split(SEGMENT, step=len(SEGMENT))[0].data
    splitter = ChunkSplitter(HEADER)
    assert splitter.feed(first[:-1]) == []
    assert [chunk.data for chunk in splitter.feed(first[-1:])] == [first]


def test_segments_may_follow_one_another() -> None:
    assert [chunk.start_ms for chunk in split(SEGMENT + NEXT_SEGMENT, step=500)] == list(range(0, 2_000, 250))


def test_what_stands_before_a_chunk_comes_with_it() -> None:
    emsg = struct.pack(">I4s", 20, b"emsg") + bytes(12)
    [first, *_] = split(emsg + SEGMENT, step=100)
    assert next(kind for kind, _ in top_level_boxes(first.data)) == "emsg"


def test_boxes_after_the_last_chunk_do_not_matter() -> None:
    assert len(split(SEGMENT + struct.pack(">I4s", 8, b"free"), step=100)) == 4


@pytest.mark.parametrize("cut", [1, 100])
def test_a_segment_that_ends_within_a_chunk_is_corrupt(cut: int) -> None:
    with pytest.raises(MediaCorrupt):
        split(SEGMENT[:-cut], step=100)


def test_a_chunk_beyond_the_bound_is_refused_before_it_is_here() -> None:
    splitter = ChunkSplitter(HEADER, max_bytes=1_000)
    with pytest.raises(MediaInvalid, match="1000 bytes"):
        splitter.feed(struct.pack(">I4s", 8, b"free") + struct.pack(">I4s", 993, b"moof"))
    with pytest.raises(MediaInvalid):
        ChunkSplitter(HEADER).feed(struct.pack(">I4sQ", 1, b"mdat", 1 << 63))


@pytest.mark.parametrize("kinds", [b"mdat", b"moofmoof"], ids=bytes.decode)
def test_boxes_in_no_order_of_chunks_are_invalid(kinds: bytes) -> None:
    boxes = b"".join(struct.pack(">I4s", 8, kinds[at : at + 4]) for at in range(0, len(kinds), 4))
    with pytest.raises(MediaInvalid, match="one moof and then one mdat"):
        ChunkSplitter(HEADER).feed(boxes)


def test_a_box_that_reaches_to_an_end_nobody_knows_is_invalid() -> None:
    with pytest.raises(MediaInvalid, match="where it ends"):
        ChunkSplitter(HEADER).feed(struct.pack(">I4s", 0, b"moof"))


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, len(SEGMENT) - 1), value=st.binary(min_size=1, max_size=16), step=st.integers(50, 5_000))
def test_a_damaged_segment_is_cut_or_refused(at: int, value: bytes, step: int) -> None:
    with suppress(MediaInvalid, MediaCorrupt):
        split(SEGMENT[:at] + value + SEGMENT[at + len(value) :], step=step)
