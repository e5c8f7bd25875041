"""The same pictures and sound, whatever contains them."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import FormatUnsupported, MediaCorrupt, MediaInvalid
from matinee.media.containers import Kind, Reader
from matinee.media.decode import AudioDecoder, VideoDecoder
from matinee.media.placing import Placement, Runs
from tests.support.media import id3_tag, make_audio, make_muxed, make_video, remuxed_segments

VIDEO, AUDIO = make_video(), make_audio()
STREAMS = remuxed_segments(VIDEO, AUDIO, container="mpegts", shift=900_000)
WRAP = 1 << 33


def positions(segments: tuple[bytes, ...], *, init: bytes = b"", runs: Runs | None = None) -> list[int]:
    """Of the pictures of segments of a second each."""
    decoder = VideoDecoder(runs=runs)
    pictures = [
        picture
        for number, segment in enumerate(segments)
        for picture in decoder.frames(segment, init=init, at=Placement(start_ms=number * 1_000))
    ]
    return [picture.position_ms for picture in pictures + list(decoder.drain())]


def heard(segments: tuple[bytes, ...], *, init: bytes = b"", runs: Runs | None = None) -> tuple[int, bytes]:
    """Where the sound begins, and the sound, of segments of a second each."""
    decoder = AudioDecoder(runs=runs)
    blocks = [
        block
        for number, segment in enumerate(segments)
        for block in decoder.blocks(segment, init=init, at=Placement(start_ms=number * 1_000))
    ]
    blocks += decoder.drain()
    return blocks[0].position_ms, b"".join(block.pcm for block in blocks)


@pytest.mark.parametrize("shift", [0, 900_000, WRAP - 45_000, WRAP - 135_000], ids=["zero", "later", "wrap", "wrap2"])
def test_pictures_of_a_transport_stream_come_at_their_places(shift: int) -> None:
    segments = remuxed_segments(VIDEO, container="mpegts", shift=shift)
    wanted = [number * 1_000 // 24 for number in range(48)]
    found = positions(segments)
    assert len(found) == 48
    assert max(abs(one - other) for one, other in zip(found, wanted, strict=True)) <= 1


@pytest.mark.parametrize("shift", [900_000, WRAP - 45_000], ids=["later", "wrap"])
def test_sound_of_a_transport_stream_is_in_one_piece(shift: int) -> None:
    _, sound = heard(remuxed_segments(VIDEO, AUDIO, container="mpegts", shift=shift))
    _, expected = heard(AUDIO.segments, init=AUDIO.init)
    assert abs(len(sound) - len(expected)) <= 2 * 1024 * 4  # priming, which only CMAF tells to cut off


def test_picture_and_sound_of_a_transport_stream_keep_their_places_to_one_another() -> None:
    together, runs = (STREAMS[0],), Runs()
    [first, *_], (sound_ms, _) = positions(together, runs=runs), heard(together, runs=runs)
    assert first == 0
    assert abs(sound_ms - -21) <= 1  # the priming of AAC, 1,024 samples


def test_packed_audio_starts_where_its_tag_says() -> None:
    plain = remuxed_segments(AUDIO, container="adts")
    tagged = tuple(id3_tag(timestamp=WRAP - 90_000 + n * 90_000) + segment for n, segment in enumerate(plain))
    begin_ms, sound = heard(tagged)
    assert begin_ms == 0
    assert len(sound) // 4 // 48 in range(1_990, 2_050)
    stream, units = Reader(b"", "audio").read(id3_tag(timestamp=900_000) + plain[0])
    assert (stream.decoder, stream.timescale, units[0].time, units[1].time) == ("aac", 90_000, 900_000, 901_920)


@pytest.mark.parametrize("codec", ["ac3", "eac3", "mp3"])
def test_other_packed_audio_is_told_by_its_first_bytes(codec: str) -> None:
    clip = make_audio(codec=codec, seconds=1)
    stream, units = Reader(b"", "audio").read(remuxed_segments(clip, container=codec)[0])
    assert stream.decoder.startswith(codec)
    assert len(units) > 20


def test_webm_is_read_with_its_init_segment() -> None:
    clip = make_video(codec="libvpx-vp9", seconds=1)
    [media] = remuxed_segments(clip, container="webm")
    at = media.index(b"\x1f\x43\xb6\x75")  # the first Cluster
    assert positions((media[at:],), init=media[:at]) == [round(number * 1_000 / 24) for number in range(24)]


def test_webm_sound_is_read() -> None:
    media = remuxed_segments(make_audio(codec="libopus", seconds=1), container="webm")[0]
    _, sound = heard((media,))
    assert len(sound) // 4 // 48 in range(950, 1_050)


def test_fragments_that_hold_both_are_read_for_each() -> None:
    """As FFmpeg's HLS muxer writes them."""
    init, segments = make_muxed(VIDEO, AUDIO)
    assert positions(segments, init=init) == [number * 1_000 // 24 for number in range(48)]
    assert heard(segments, init=init) == heard(AUDIO.segments, init=AUDIO.init)


def test_an_index_behind_the_init_segment_does_not_matter() -> None:
    index = VIDEO.segments[0][: VIDEO.segments[0].index(b"moof") - 4]
    assert len(positions(VIDEO.segments, init=VIDEO.init + index)) == 48


def test_what_a_segment_does_not_hold_is_named() -> None:
    [segment] = remuxed_segments(make_video(seconds=1), container="mpegts")
    with pytest.raises(FormatUnsupported, match="audio"):
        Reader(b"", "audio").read(segment)


def test_another_format_is_unsupported() -> None:
    with pytest.raises(FormatUnsupported):
        Reader(b"", "video").read(b"<html>")


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(STREAMS[0]) - 1), value=st.binary(min_size=1, max_size=16), size=st.integers(0, 40_000))
@pytest.mark.parametrize("kind", ["video", "audio"])
def test_a_damaged_or_cut_transport_stream_is_read_or_refused(kind: Kind, at: int, value: bytes, size: int) -> None:
    damaged = (STREAMS[0][:at] + value + STREAMS[0][at + len(value) :])[:size]
    with suppress(MediaInvalid, MediaCorrupt, FormatUnsupported):
        Reader(b"", kind).read(damaged)
