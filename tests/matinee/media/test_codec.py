"""Decoders: what ends in which error, and where frames lie in time."""

import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import FormatUnsupported, LicenseInvalid, MediaCorrupt, MediaInvalid
from matinee.media.cenc import decrypt_segment
from matinee.media.codec import Decoded, TrackDecoder
from matinee.media.containers import Kind
from matinee.media.placing import Placement, Runs
from tests.support.media import KEY, KEY_ID, Clip, make_audio, make_video, package_by_shaka

CLIP = make_video(seconds=1)
KEYS, WRONG_KEYS = {KEY_ID: KEY}, {KEY_ID: KEY[::-1]}
CODECS = ("libx264", "libx265", "libvpx-vp9", "libsvtav1", "aac", "libopus")


def make_clip(codec: str, *, keys: dict[str, bytes] | None = None) -> Clip:
    return make_audio(codec=codec, keys=keys) if codec in ("aac", "libopus") else make_video(codec=codec, keys=keys)


def decode(clip: Clip, *, keys: dict[str, bytes] | None = None, threads: int = 1) -> list[Decoded]:
    """All frames; with `keys`, of the segments as these open them."""
    kind: Kind = "video" if clip.width else "audio"
    track = TrackDecoder(kind, runs=Runs(), threads=threads)
    frames: list[Decoded] = []
    for segment, start_ms in zip(clip.segments, clip.starts_ms, strict=True):
        media = decrypt_segment(clip.init, segment, keys) if keys else segment
        frames += track.frames(media, init=clip.init, at=Placement(start_ms=start_ms))
    return frames + list(track.drain())


@pytest.mark.parametrize("threads", [1, 2])
def test_frames_come_in_presentation_order_with_their_exact_times(threads: int) -> None:
    frames = decode(make_video(), threads=threads)
    assert [frame.time for frame in frames] == [number * 1_000 for number in range(48)]
    assert {(frame.timescale, frame.shift_ms) for frame in frames} == {(24_000, 0)}


@pytest.mark.parametrize("codec", CODECS)
def test_a_wrong_key_is_told_from_damage(codec: str) -> None:
    clip = make_clip(codec, keys=KEYS)
    with pytest.raises(LicenseInvalid, match=KEY_ID):
        decode(clip, keys=WRONG_KEYS)


@pytest.mark.parametrize("scheme", ["cenc", "cbcs"])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_wrong_key_shows_even_if_slice_headers_are_clear(codec: str, scheme: str, tmp_path: Path) -> None:
    # Of smaller pictures than these, Packager leaves most samples clear.
    clip = package_by_shaka(make_video(codec=codec, width=320, height=180), tmp_path, scheme=scheme)
    with pytest.raises(LicenseInvalid, match=KEY_ID):
        decode(clip, keys=WRONG_KEYS)


@pytest.mark.parametrize("codec", CODECS)
def test_a_segment_that_nobody_decrypted_is_not_decoded(codec: str) -> None:
    with pytest.raises(LicenseInvalid, match="still encrypted"):
        decode(make_clip(codec, keys=KEYS))


def test_damage_is_told_with_the_byte_it_is_at() -> None:
    clip = make_video()
    segment = clip.segments[1]
    at = segment.index(b"mdat") + 200
    track = TrackDecoder("video", runs=Runs(), threads=1)
    assert list(track.frames(clip.segments[0], init=clip.init, at=Placement(start_ms=0)))
    with pytest.raises(MediaCorrupt) as caught:
        list(
            track.frames(segment[:at] + bytes(400) + segment[at + 400 :], init=clip.init, at=Placement(start_ms=1_000))
        )
    assert caught.value.facts["box"] == "mdat"
    assert isinstance(offset := caught.value.facts["offset"], int)
    assert segment.index(b"mdat") < offset < len(segment)


@settings(max_examples=40, deadline=None)
@given(at=st.integers(0, len(CLIP.segments[0]) - 1), value=st.binary(min_size=1, max_size=16))
def test_a_damaged_segment_is_decoded_or_refused(at: int, value: bytes) -> None:
    [segment] = CLIP.segments
    damaged = replace(CLIP, segments=(segment[:at] + value + segment[at + len(value) :],))
    with suppress(MediaCorrupt, MediaInvalid):
        assert len(decode(damaged)) <= 24


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(CLIP.init) - 1), value=st.binary(min_size=1, max_size=8))
def test_behind_a_damaged_init_segment_is_decoded_or_refused(at: int, value: bytes) -> None:
    damaged = replace(CLIP, init=CLIP.init[:at] + value + CLIP.init[at + len(value) :])
    with suppress(MediaCorrupt, MediaInvalid, FormatUnsupported):
        assert len(decode(damaged)) <= 24


def test_names_that_are_no_text_do_not_matter() -> None:
    at = CLIP.init.index(b"VideoHandler")
    assert len(decode(replace(CLIP, init=CLIP.init[:at] + b"\xff\xfe" + CLIP.init[at + 2 :]))) == 24


def test_an_empty_sample_is_not_the_end() -> None:
    clip = make_video()
    first, second = clip.segments
    last_size_at = first.index(b"trun") + 20 + 23 * 8  # each of the 24 rows has a size and a composition offset
    emptied = first[:last_size_at] + bytes(4) + first[last_size_at + 4 :]
    assert len(decode(replace(clip, segments=(emptied, second)))) == 47


def test_a_truncated_segment_is_refused_before_anything_is_decoded() -> None:
    clip = make_video(seconds=1)
    with pytest.raises(MediaCorrupt):
        decode(replace(clip, segments=(clip.segments[0][:-1],)))


def test_a_codec_that_is_not_there_is_unsupported() -> None:
    clip = make_video(seconds=1)
    with pytest.raises(FormatUnsupported, match="xyz1"):
        decode(replace(clip, init=clip.init.replace(b"avc1", b"xyz1")))


def test_media_that_the_manifest_puts_elsewhere_is_moved_there() -> None:
    clip = make_video()
    track = TrackDecoder("video", runs=Runs(), threads=1)
    frames = list(track.frames(clip.segments[1], init=clip.init, at=Placement(start_ms=61_000)))
    assert {frame.shift_ms for frame in frames} == {60_000}


def test_frames_of_one_period_are_not_moved_with_the_next() -> None:
    clip = make_video(seconds=1)
    track = TrackDecoder("video", runs=Runs(), threads=1)
    frames = [*track.frames(clip.segments[0], init=clip.init, at=Placement(start_ms=0))]
    frames += track.frames(clip.segments[0], init=clip.init, at=Placement(start_ms=1_000, run=1))
    frames += track.drain()
    positions = [frame.time // 24 + frame.shift_ms for frame in frames]
    assert positions == [number * 1_000 // 24 for number in range(48)]


def test_without_pyav_the_missing_extra_is_named() -> None:
    program = """
import sys
sys.modules["av"] = None
from matinee.errors import DependencyMissing
from matinee.media.decode import VideoDecoder
from matinee.media.placing import Placement
try:
    next(VideoDecoder().frames(b"", init=bytes.fromhex(sys.argv[1]), at=Placement(start_ms=0)))
except DependencyMissing as error:
    print(error)
"""
    init = make_video(seconds=1).init
    run = subprocess.run([sys.executable, "-c", program, init.hex()], capture_output=True, text=True, timeout=60)
    assert "pip install 'matinee[media]'" in run.stdout, run.stderr
