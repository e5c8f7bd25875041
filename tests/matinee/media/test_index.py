"""The index of a single file, checked against what FFmpeg writes and against the bytes it points to."""

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import FormatUnsupported, MediaCorrupt, MediaInvalid
from matinee.media.index import MAX_DEPTH, MAX_REFERENCES, Reference, read_index
from tests.support.media import make_video, remux, top_level_boxes

Row = tuple[int, int, int]
"""Size, with the top bit for an index; duration; access point, with the top bit for one that starts the segment."""

SAP, INDEX = 1 << 31, 1 << 31


def sidx(*rows: Row, time: int = 0, offset: int = 0, timescale: int = 1000, version: int = 0) -> bytes:
    layout = ">IIIQQHH" if version else ">IIIIIHH"
    fields = struct.pack(layout, version << 24, 1, timescale, time, offset, 0, len(rows))
    content = fields + b"".join(struct.pack(">III", *row) for row in rows)
    return struct.pack(">I4s", 8 + len(content), b"sidx") + content


@pytest.mark.parametrize("version", [0, 1])
def test_segments_follow_one_another_in_time_and_in_bytes(version: int) -> None:
    index = sidx((100, 3003, SAP), (50, 3003, 0), time=6006, offset=10, timescale=3000, version=version)
    after = 1_000 + len(index) + 10
    assert read_index(index, first_byte=1_000) == (
        Reference(after, 100, 2002, 1001, True),
        Reference(after + 100, 50, 3003, 1001, False),
    )


def test_durations_lose_nothing_to_rounding() -> None:
    rows = [(1, 1001, SAP)] * 500
    references = read_index(sidx(*rows, timescale=24_000), first_byte=0)
    assert sum(reference.duration_ms for reference in references) == 500 * 1001 * 1000 // 24_000


def test_the_index_of_a_segment_of_ffmpeg_says_where_it_is_in_time() -> None:
    clip = make_video(seconds=3)
    references = [read_index(segment, first_byte=0) for segment in clip.segments]
    assert [reference.start_ms for [reference] in references] == [0, 1_000, 2_000]


def test_an_index_of_ffmpeg_leads_to_its_fragments(tmp_path: Path) -> None:
    path = tmp_path / "single.mp4"
    options = {"movflags": "dash+global_sidx+frag_keyframe+empty_moov+default_base_moof"}
    remux(make_video(seconds=3), str(path), options=options)
    whole = path.read_bytes()
    references = read_index(whole, first_byte=0)
    assert [reference.duration_ms for reference in references] == [1_000] * 3
    assert all(reference.starts_with_sap for reference in references)
    for first_byte, size, *_ in references:
        kinds = [kind for kind, _ in top_level_boxes(whole[first_byte : first_byte + size])]
        assert kinds == ["moof", "mdat"]


def test_an_index_of_indexes_is_followed() -> None:
    leaves = [sidx((10, 500, SAP), (10, 500, SAP), time=number * 1_000) for number in range(2)]
    top = sidx(*((INDEX | len(leaf) + 20, 1_000, SAP) for leaf in leaves))
    media = bytes(20)
    references = read_index(top + leaves[0] + media + leaves[1] + media, first_byte=0)
    assert [reference.start_ms for reference in references] == [0, 500, 1_000, 1_500]
    first = len(top) + len(leaves[0])
    assert [reference.first_byte for reference in references][:3] == [first, first + 10, first + 20 + len(leaves[1])]


def test_an_index_whose_part_lies_elsewhere_is_unsupported() -> None:
    with pytest.raises(FormatUnsupported, match="outside of the index range"):
        read_index(sidx((INDEX | 100, 1_000, SAP)), first_byte=0)


def test_the_index_may_stand_behind_other_boxes_and_before_a_cut() -> None:
    free = struct.pack(">I4s", 8, b"free")
    [reference] = read_index(free + sidx((5, 1_000, SAP)) + b"\0\0", first_byte=0)
    assert reference.first_byte == len(free + sidx((5, 1_000, SAP)))


@pytest.mark.parametrize(
    "index",
    [
        b"",
        sidx((1, 1, SAP), timescale=0),
        sidx((0, 1, SAP)),
        sidx((1, 1, SAP), time=1 << 63, version=1),
        sidx((1, 1, SAP), offset=(1 << 64) - 1, version=1),
        sidx((INDEX | 44, 1, SAP)) * (MAX_DEPTH + 1),
        sidx((INDEX | 1, 1, SAP), *[(1, 1, SAP)] * 60_000) + sidx(*[(1, 1, SAP)] * (MAX_REFERENCES - 60_000 + 1)),
    ],
    ids=["nothing", "timescale", "size", "time", "offset", "depth", "count"],
)
def test_what_breaks_the_format_or_the_bounds_is_invalid(index: bytes) -> None:
    with pytest.raises(MediaInvalid):
        read_index(index, first_byte=0)


def test_a_count_that_lies_is_invalid() -> None:
    index = sidx((5, 1_000, SAP))
    with pytest.raises(MediaInvalid, match="too short"):
        read_index(index[:30] + b"\xff\xff" + index[32:], first_byte=0)


def test_an_index_that_is_cut_short_is_corrupt() -> None:
    with pytest.raises(MediaCorrupt):
        read_index(sidx((5, 1_000, SAP))[:-1], first_byte=0)


INDEX_OF_TWO_LEVELS = sidx((INDEX | 56, 1_000, SAP), (9, 1_000, SAP), version=1) + sidx((10, 500, SAP), (10, 500, 0))


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, len(INDEX_OF_TWO_LEVELS) - 1), value=st.binary(min_size=1, max_size=8))
def test_a_damaged_index_is_read_or_refused(at: int, value: bytes) -> None:
    damaged = INDEX_OF_TWO_LEVELS[:at] + value + INDEX_OF_TWO_LEVELS[at + len(value) :]
    with suppress(MediaInvalid, MediaCorrupt, FormatUnsupported):
        assert all(reference.duration_ms > 0 for reference in read_index(damaged, first_byte=0))
