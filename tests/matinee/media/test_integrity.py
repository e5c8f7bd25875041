"""What is told from a whole segment before anything is decoded."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import MediaCorrupt
from matinee.media.header import read_header
from matinee.media.integrity import verify_segment
from tests.support.media import Clip, make_audio, make_video, remuxed_segments

VIDEO, AUDIO = make_video(), make_audio()
SEGMENT = VIDEO.segments[0]


@pytest.mark.parametrize("clip", [VIDEO, AUDIO, make_audio(codec="libopus")], ids=["avc", "aac", "opus"])
def test_whole_segments_pass_with_and_without_their_init_segment(clip: Clip) -> None:
    for segment in clip.segments:
        verify_segment(segment)
        verify_segment(segment, read_header(clip.init))


def test_chunks_one_after_the_other_pass() -> None:
    verify_segment(b"".join(VIDEO.segments))


def test_no_cut_of_a_segment_passes() -> None:
    for size in range(len(SEGMENT)):
        with pytest.raises(MediaCorrupt):
            verify_segment(SEGMENT[:size])


def test_samples_must_fit_into_their_mdat() -> None:
    at = SEGMENT.index(b"trun") + 20
    [size] = struct.unpack_from(">I", SEGMENT, at)
    larger = SEGMENT[:at] + struct.pack(">I", size + 1) + SEGMENT[at + 4 :]
    with pytest.raises(MediaCorrupt, match="outside"):
        verify_segment(larger + b"\0\0\0\x08free")


def test_samples_must_not_begin_before_their_mdat() -> None:
    at = SEGMENT.index(b"trun") + 12
    [offset] = struct.unpack_from(">i", SEGMENT, at)
    with pytest.raises(MediaCorrupt, match="mdat"):
        verify_segment(SEGMENT[:at] + struct.pack(">i", offset - 1) + SEGMENT[at + 4 :])


def test_a_transport_stream_is_made_of_whole_packets() -> None:
    [stream] = remuxed_segments(make_video(seconds=1), container="mpegts")
    verify_segment(stream)
    for damaged in (stream[:-1], stream[:188] + b"\0" + stream[188:-1], stream[:-188] + bytes(188)):
        with pytest.raises(MediaCorrupt, match="transport stream"):
            verify_segment(damaged)


@pytest.mark.parametrize("box", [b"moof", b"mdat", b"traf", b"tfhd", b"tfdt"])
def test_what_every_segment_has_must_be_there(box: bytes) -> None:
    with pytest.raises(MediaCorrupt):
        verify_segment(SEGMENT.replace(box, b"free"))


@pytest.mark.parametrize("body", [b"", b"<html>Not Found</html>", bytes(4096), b"\xff" * 4096], ids=range(4))
def test_what_is_no_segment_at_all_is_corrupt(body: bytes) -> None:
    with pytest.raises(MediaCorrupt):
        verify_segment(body)


def test_a_segment_of_another_track_than_the_init_segment_is_corrupt() -> None:
    at = SEGMENT.index(b"tfhd") + 8
    with pytest.raises(MediaCorrupt, match="track 7"):
        verify_segment(SEGMENT[:at] + struct.pack(">I", 7) + SEGMENT[at + 4 :], read_header(VIDEO.init))


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, len(SEGMENT) - 1), value=st.binary(min_size=1, max_size=16))
def test_a_damaged_segment_passes_or_is_corrupt(at: int, value: bytes) -> None:
    with suppress(MediaCorrupt):
        verify_segment(SEGMENT[:at] + value + SEGMENT[at + len(value) :])
