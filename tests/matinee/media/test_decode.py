"""Pictures and sound, with their places: checked against what was painted, and against FFmpeg's own decoding."""

import io
from array import array
from collections.abc import Iterator

import av
import pytest

from matinee.media.cenc import decrypt_segment
from matinee.media.chunks import ChunkSplitter
from matinee.media.decode import AudioDecoder, VideoDecoder
from matinee.media.frames import AudioBlock, VideoFrame
from matinee.media.header import read_header
from matinee.media.placing import Placement
from tests.support.media import (
    KEY,
    KEY_ID,
    Clip,
    make_audio,
    make_chunked_video,
    make_video,
    remuxed_segments,
    shade_of,
)

KEYS = {KEY_ID: KEY}
SMALL, LARGE = make_video(seconds=3), make_video(seconds=3, width=128, height=72)


def show(*parts: tuple[Clip, int], decoder: VideoDecoder | None = None) -> list[VideoFrame]:
    """The pictures of the given segments, one after another."""
    decoder = decoder or VideoDecoder()
    pictures: list[VideoFrame] = []
    for clip, number in parts:
        pictures += decoder.frames(clip.segments[number], init=clip.init, at=Placement(start_ms=clip.starts_ms[number]))
    return pictures + list(decoder.drain())


def listen(clip: Clip, *, first: int = 0, decoder: AudioDecoder | None = None) -> list[AudioBlock]:
    decoder = decoder or AudioDecoder()
    blocks: list[AudioBlock] = []
    for segment, start_ms in list(zip(clip.segments, clip.starts_ms, strict=True))[first:]:
        blocks += decoder.blocks(
            decrypt_segment(clip.init, segment, KEYS), init=clip.init, at=Placement(start_ms=start_ms)
        )
    return blocks + list(decoder.drain())


def number_of(picture: VideoFrame) -> int:
    """Which of the painted pictures it is, near where it claims to be."""
    row, column = picture.height // 8, picture.width // 8
    gray = picture.rgb[(row * picture.width + column) * 3]
    near = round(picture.position_ms * 24 / 1000)
    return min(range(max(0, near - 8), near + 9), key=lambda number: abs((shade_of(number) - 16) * 255 // 219 - gray))


def sound_by_ffmpeg(clip: Clip) -> bytes:
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=48_000)
    with av.open(io.BytesIO(clip.whole), "r") as container:
        frames = [out for frame in container.decode(container.streams.audio[0]) for out in resampler.resample(frame)]
    return b"".join(bytes(frame.planes[0])[: frame.samples * 4] for frame in frames)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libvpx-vp9", "libsvtav1"])
def test_every_picture_comes_at_its_place(codec: str) -> None:
    clip = make_video(codec=codec)
    pictures = show((clip, 0), (clip, 1))
    assert [picture.position_ms for picture in pictures] == [number * 1000 // 24 for number in range(48)]
    assert [number_of(picture) for picture in pictures] == list(range(48))
    assert all(len(picture.rgb) == 64 * 36 * 3 for picture in pictures)


def test_switching_rungs_loses_no_picture_and_no_place() -> None:
    pictures = show((SMALL, 0), (LARGE, 1), (SMALL, 2))
    assert [picture.position_ms for picture in pictures] == [number * 1000 // 24 for number in range(72)]
    assert [number_of(picture) for picture in pictures] == list(range(72))
    assert [picture.width for picture in pictures] == [64] * 24 + [128] * 24 + [64] * 24


def test_another_codec_in_mid_play_loses_no_picture_and_no_place() -> None:
    clips = [make_video(codec=codec, seconds=4) for codec in ("libx264", "libx265", "libvpx-vp9", "libsvtav1")]
    pictures = show(*((clip, number) for number, clip in enumerate(clips)))
    assert [number_of(picture) for picture in pictures] == list(range(96))


def test_rungs_of_a_transport_stream_switch_without_loss() -> None:
    small, large = (remuxed_segments(clip, container="mpegts") for clip in (SMALL, LARGE))
    decoder, pictures = VideoDecoder(), list[VideoFrame]()
    for number, segment in enumerate((small[0], large[1], small[2])):
        pictures += decoder.frames(segment, init=b"", at=Placement(start_ms=number * 1_000))
    pictures += decoder.drain()
    assert [number_of(picture) for picture in pictures] == list(range(72))
    assert [picture.width for picture in pictures] == [64] * 24 + [128] * 24 + [64] * 24


def test_periods_follow_one_another_without_gap_or_overlap() -> None:
    """Each shows the middle of its media, from half a second on for a second; the second period begins at 1 s."""
    decoder = VideoDecoder()
    pictures: list[VideoFrame] = []
    for run, clip in enumerate((SMALL, LARGE)):
        from_ms = run * 1_000
        for number in range(2):
            at = Placement(
                start_ms=from_ms + number * 1_000 - 500,
                run=run,
                shift_ms=from_ms - 500,
                from_ms=from_ms,
                until_ms=from_ms + 1_000,
            )
            pictures += decoder.frames(clip.segments[number], init=clip.init, at=at)
    pictures += decoder.drain()
    assert [picture.position_ms for picture in pictures] == [number * 1_000 // 24 for number in range(48)]
    assert [picture.width for picture in pictures] == [64] * 24 + [128] * 24


def test_a_segment_that_was_left_in_mid_way_goes_on_at_another_rung_without_gap_or_repeat() -> None:
    clip = make_chunked_video(seconds=2, frames_per_chunk=12)
    chunks = ChunkSplitter(read_header(clip.init)).feed(clip.segments[0])
    decoder, left_at_ms = VideoDecoder(), chunks[0].duration_ms
    pictures = list(decoder.frames(chunks[0].data, init=clip.init, at=Placement(start_ms=0)))
    for number, from_ms in ((0, left_at_ms), (1, None)):
        at = Placement(start_ms=number * 1_000, from_ms=from_ms)
        pictures += decoder.frames(LARGE.segments[number], init=LARGE.init, at=at)
    pictures += decoder.drain()
    assert [picture.position_ms for picture in pictures] == [number * 1_000 // 24 for number in range(48)]
    assert [number_of(picture) for picture in pictures] == list(range(48))
    assert [picture.width for picture in pictures] == [64] * 12 + [128] * 36


def test_pictures_have_the_wanted_size_from_the_moment_it_is_wanted() -> None:
    decoder = VideoDecoder(size=(31, 17))
    pictures = decoder.frames(SMALL.segments[0], init=SMALL.init, at=Placement(start_ms=0))
    first = next(pictures)
    decoder.size = (80, 45)
    second = next(pictures)
    decoder.size = None
    third = next(pictures)
    assert [(picture.width, picture.height) for picture in (first, second, third)] == [(31, 17), (80, 45), (64, 36)]
    assert [len(picture.rgb) for picture in (first, second, third)] == [31 * 17 * 3, 80 * 45 * 3, 64 * 36 * 3]
    assert [number_of(picture) for picture in (first, second, third)] == [0, 1, 2]


def test_colours_are_those_of_the_standard_that_the_size_implies() -> None:
    red_by_bt709, red_by_bt601 = (63, 102, 240), (81, 90, 240)
    assert paint(red_by_bt709, height=720) == pytest.approx((255, 0, 0), abs=4)
    assert paint(red_by_bt601, height=480) == pytest.approx((255, 0, 0), abs=4)


def paint(yuv: tuple[int, int, int], *, height: int) -> tuple[int, ...]:
    """The first pixel of a picture of one colour, encoded and decoded."""
    clip = make_video(seconds=1, height=height, colour=yuv)
    pictures = VideoDecoder(size=(8, 8)).frames(clip.segments[0], init=clip.init, at=Placement(start_ms=0))
    return tuple(next(pictures).rgb[:3])


def test_unwanted_pictures_are_left_out_and_each_position_is_asked_once() -> None:
    asked: list[int] = []

    def wanted(position_ms: int) -> bool:
        asked.append(position_ms)
        return position_ms >= 500

    decoder = VideoDecoder()
    pictures = [*decoder.frames(SMALL.segments[0], init=SMALL.init, at=Placement(start_ms=0), wanted=wanted)]
    pictures += decoder.drain(wanted=wanted)
    assert [number_of(picture) for picture in pictures] == list(range(12, 24))
    assert asked == [number * 1000 // 24 for number in range(24)]


def test_after_a_seek_nothing_of_before_appears() -> None:
    decoder = VideoDecoder()
    for _ in zip(range(7), decoder.frames(SMALL.segments[0], init=SMALL.init, at=Placement(start_ms=0)), strict=False):
        pass
    decoder.reset()
    assert [number_of(picture) for picture in show((SMALL, 2), decoder=decoder)] == list(range(48, 72))
    decoder.reset()
    assert [number_of(picture) for picture in show((LARGE, 0), decoder=decoder)] == list(range(24))


def test_pictures_are_decoded_only_as_they_are_asked_for() -> None:
    damaged = SMALL.segments[0][:-40] + bytes(40)
    pictures: Iterator[VideoFrame] = VideoDecoder().frames(damaged, init=SMALL.init, at=Placement(start_ms=0))
    assert number_of(next(pictures)) == 0


@pytest.mark.parametrize("codec", ["aac", "libopus"])
@pytest.mark.parametrize("keys", [None, KEYS], ids=["clear", "encrypted"])
def test_sound_is_what_ffmpeg_hears_in_one_piece(codec: str, keys: dict[str, bytes] | None) -> None:
    heard = b"".join(block.pcm for block in listen(make_audio(codec=codec, keys=keys)))
    assert heard == sound_by_ffmpeg(make_audio(codec=codec))


@pytest.mark.parametrize("codec", ["aac", "libopus"])
def test_sound_has_no_gaps_and_each_block_its_place(codec: str) -> None:
    samples = 0
    for block in listen(make_audio(codec=codec)):
        assert block.position_ms == samples * 1000 // 48_000
        samples += len(block.pcm) // 4


@pytest.mark.parametrize(("rate", "layout"), [(44_100, "stereo"), (24_000, "mono"), (48_000, "5.1")])
def test_any_rate_and_layout_becomes_48_khz_stereo_in_place(rate: int, layout: str) -> None:
    blocks = listen(make_audio(rate=rate, layout=layout))
    pcm = array("h", b"".join(block.pcm for block in blocks))
    loud = [any(abs(sample) > 1_000 for sample in pcm[at : at + 960]) for at in range(0, 2 * 96_000, 960)]
    # A tone in the first half of each second, in steps of 10 ms; encoders smear its edges.
    for second in (0, 100):
        assert all(loud[second + 2 : second + 48])
        assert not any(loud[second + 54 : second + 98])


def test_sound_of_periods_is_one_piece_to_the_sample() -> None:
    clip, decoder = make_audio(), AudioDecoder()
    blocks: list[AudioBlock] = []
    for run in range(2):
        from_ms = run * 1_500
        for number in range(2):
            at = Placement(
                start_ms=from_ms + number * 1_000 - 250,
                run=run,
                shift_ms=from_ms - 250,
                from_ms=from_ms,
                until_ms=from_ms + 1_500,
            )
            blocks += decoder.blocks(clip.segments[number], init=clip.init, at=at)
    blocks += decoder.drain()
    samples = 0
    for block in blocks:
        assert block.position_ms == samples * 1_000 // 48_000
        samples += len(block.pcm) // 4
    assert samples == 3 * 48_000


def test_sound_after_a_seek_is_what_it_would_have_been() -> None:
    clip, decoder = make_audio(), AudioDecoder()
    next(decoder.blocks(clip.segments[0], init=clip.init, at=Placement(start_ms=0)))
    decoder.reset()
    blocks = listen(clip, first=1, decoder=decoder)
    whole, rest = (b"".join(block.pcm for block in part) for part in (listen(clip), blocks))
    assert blocks[0].position_ms == clip.starts_ms[1]
    # AAC overlaps its frames: the first after a seek lacks what the one before would have lent it.
    # Its noise substitution is not repeatable either; a sample too early or late would differ by 690 and more.
    frame_bytes = 1024 * 4
    heard, expected = array("h", rest[frame_bytes:]), array("h", whole[clip.starts[1] * 4 + frame_bytes :])
    assert len(heard) == len(expected) > 40_000
    assert max(abs(one - other) for one, other in zip(heard, expected, strict=True)) < 200


def test_another_rendition_of_the_sound_goes_on_without_a_gap() -> None:
    first, second = make_audio(), make_audio(codec="libopus")
    decoder = AudioDecoder()
    blocks = [*decoder.blocks(first.segments[0], init=first.init, at=Placement(start_ms=0))]
    blocks += decoder.blocks(second.segments[1], init=second.init, at=Placement(start_ms=second.starts_ms[1]))
    positions = [block.position_ms for block in blocks]
    assert positions == sorted(positions)
