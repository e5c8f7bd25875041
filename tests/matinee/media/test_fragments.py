"""The samples of media segments, checked against FFmpeg's demuxer."""

import io
import struct
from contextlib import suppress

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import MediaCorrupt, MediaInvalid
from matinee.media.fragments import read_fragments
from matinee.media.header import read_header
from tests.support.media import Clip, make_audio, make_video

CLIP = make_video(seconds=2)
HEADER = read_header(CLIP.init)
[SEGMENT, LAST_SEGMENT] = CLIP.segments


@pytest.mark.parametrize("clip", [CLIP, make_audio(), make_audio(codec="libopus")], ids=["avc", "aac", "opus"])
def test_samples_are_those_that_ffmpeg_finds(clip: Clip) -> None:
    header = read_header(clip.init)
    found = [
        (sample.time, segment[sample.start : sample.start + sample.size])
        for segment in clip.segments
        for fragment in read_fragments(segment, header)
        for sample in fragment.samples
    ]
    with av.open(io.BytesIO(clip.whole), "r") as container:
        assert found == [(packet.pts, bytes(packet)) for packet in container.demux() if packet.size]


def test_a_fragment_knows_when_it_starts_and_how_long_it_lasts() -> None:
    [first], [second] = read_fragments(SEGMENT, HEADER), read_fragments(LAST_SEGMENT, HEADER)
    assert (first.decode_time, first.duration) == (0, 24_000)
    assert (second.decode_time, second.duration) == (24_000, 24_000)


def test_boxes_before_the_fragment_do_not_matter() -> None:
    emsg = struct.pack(">I4s", 20, b"emsg") + bytes(12)
    moved = [sample._replace(start=sample.start + 20) for sample in read_fragments(SEGMENT, HEADER)[0].samples]
    assert read_fragments(emsg + SEGMENT, HEADER)[0].samples == moved


def test_chunks_are_fragments_of_one_segment() -> None:
    assert [fragment.decode_time for fragment in read_fragments(SEGMENT + LAST_SEGMENT, HEADER)] == [0, 24_000]


def test_without_an_init_segment_the_samples_are_where_they_are() -> None:
    found, known = read_fragments(SEGMENT, None)[0], read_fragments(SEGMENT, HEADER)[0]
    assert [sample.start for sample in found.samples] == [sample.start for sample in known.samples]
    assert found.decode_time == known.decode_time


def test_composition_may_come_before_decoding() -> None:
    at = SEGMENT.index(b"trun") + 24  # each row has a size and a composition offset
    early = SEGMENT[:at] + struct.pack(">i", -1_000) + SEGMENT[at + 4 :]
    samples, earlier = read_fragments(SEGMENT, HEADER)[0].samples, read_fragments(early, HEADER)[0].samples
    [composition] = struct.unpack_from(">i", SEGMENT, at)
    assert earlier[0].time == samples[0].time - composition - 1_000
    assert earlier[1:] == samples[1:]


def test_a_segment_without_a_fragment_is_invalid() -> None:
    with pytest.raises(MediaInvalid, match="moof/traf"):
        read_fragments(struct.pack(">I4s", 8, b"mdat"), HEADER)


def test_a_segment_that_is_cut_short_is_corrupt() -> None:
    with pytest.raises(MediaCorrupt):
        read_fragments(SEGMENT[:-1], HEADER)


def test_a_fragment_of_another_track_is_invalid() -> None:
    at = SEGMENT.index(b"tfhd") + 8
    with pytest.raises(MediaInvalid, match="track 7"):
        read_fragments(SEGMENT[:at] + struct.pack(">I", 7) + SEGMENT[at + 4 :], HEADER)


def test_a_sample_outside_of_its_segment_is_invalid() -> None:
    at = SEGMENT.index(b"trun") + 12
    with pytest.raises(MediaInvalid, match="outside"):
        read_fragments(SEGMENT[:at] + struct.pack(">i", len(SEGMENT)) + SEGMENT[at + 4 :], HEADER)


def test_a_run_of_more_samples_than_it_lists_is_invalid() -> None:
    at = SEGMENT.index(b"trun") + 8
    for count in (1_000, 0xFFFF_FFFF):
        with pytest.raises(MediaInvalid):
            read_fragments(SEGMENT[:at] + struct.pack(">I", count) + SEGMENT[at + 4 :], HEADER)


def test_a_fragment_that_does_not_say_when_it_starts_is_invalid() -> None:
    with pytest.raises(MediaInvalid, match="when it starts"):
        read_fragments(SEGMENT.replace(b"tfdt", b"free"), HEADER)


@given(at=st.integers(0, SEGMENT.index(b"mdat")), value=st.binary(min_size=1, max_size=8))
def test_a_damaged_segment_is_read_within_its_bounds_or_refused(at: int, value: bytes) -> None:
    damaged = SEGMENT[:at] + value + SEGMENT[at + len(value) :]
    with suppress(MediaInvalid, MediaCorrupt):
        for fragment in read_fragments(damaged, HEADER):
            assert all(0 <= sample.start <= sample.start + sample.size <= len(damaged) for sample in fragment.samples)
