"""Playlists that others make: FFmpeg's HLS muxer in its shapes, and Shaka Packager.

What is read must agree with the `m3u8` library, name files that are there, and decode to every frame.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urljoin

import av
import m3u8  # type: ignore[import-untyped]
import pytest
from Crypto.Cipher import AES
from Crypto.Util.Padding import unpad

from matinee.manifest.formats import read_manifest
from matinee.manifest.hls.media_playlist import MediaPlaylist, read_playlist
from matinee.manifest.presentation import Presentation, Rendition, Resource, Segment, WholeKey
from tests.interop.test_packagers import FRAMES, content, package, write_video

URL = "http://appliance.example/titles/x/"
KEY = bytes(range(16))

FFMPEG_SHAPES = {
    "transport-stream": {},
    "fragmented": {"hls_segment_type": "fmp4"},
    "one-file-of-fragments": {"hls_segment_type": "fmp4", "hls_flags": "single_file"},
    "one-file-of-transport-stream": {"hls_flags": "single_file"},
    "with-dates": {"hls_flags": "program_date_time"},
    "growing": {"hls_flags": "omit_endlist", "hls_playlist_type": "event"},
    "encrypted": {"hls_key_info_file": "key.info"},
}


@pytest.mark.parametrize("shape", FFMPEG_SHAPES)
def test_a_playlist_of_ffmpeg_leads_to_every_frame(shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key.info").write_text(f"key\n{tmp_path / 'key'}\n")
    options = {"hls_time": "1", "hls_list_size": "0", **FFMPEG_SHAPES[shape]}
    write_video(tmp_path / "index.m3u8", container="hls", heights=(72,), options=options)
    presentation = read_manifest((tmp_path / "index.m3u8").read_bytes(), url=f"{URL}index.m3u8")
    (track,) = presentation.periods[0].tracks
    (rendition,) = track.renditions
    segments = index_of(rendition, tmp_path).segments if rendition.index else rendition.segments
    assert [round(segment.start_ms, -2) for segment in segments] == [0, 1_000, 2_000]
    assert (rendition.index is not None) == (shape == "growing")
    assert frames_in(segments, tmp_path) == FRAMES
    agree_with_m3u8(tmp_path, "index.m3u8")


@pytest.mark.parametrize("scheme", ["cenc", "cbcs"])
def test_playlists_of_shaka_packager_are_read_with_their_tracks_and_key(scheme: str, tmp_path: Path) -> None:
    key_id = "000102030405060708090a0b0c0d0e0f"
    write_video(tmp_path / "source.mp4", container="mp4", heights=(72,), options={})
    (tmp_path / "source.vtt").write_text("WEBVTT\n\n00:00.500 --> 00:01.500\nHello\n")
    package(
        tmp_path,
        "in=source.mp4,stream=video,init_segment=v/init.mp4,segment_template=v/$Number$.m4s,playlist_name=v.m3u8,"
        "iframe_playlist_name=i.m3u8",
        "in=source.mp4,stream=audio,init_segment=a/init.mp4,segment_template=a/$Number$.m4s,playlist_name=a.m3u8,"
        "hls_group_id=audio,hls_name=English,lang=en",
        "in=source.vtt,stream=text,language=en,segment_template=t/$Number$.vtt,playlist_name=t.m3u8",
        "--hls_master_playlist_output=master.m3u8",
        f"--protection_scheme={scheme}",
        "--enable_raw_key_encryption",
        f"--keys=label=:key_id={key_id}:key={'0' * 32}",
        "--clear_lead=0",
    )
    presentation = read(tmp_path)
    video, audio, text, trick = presentation.periods[0].tracks
    assert (video.is_muxed, audio.language, text.kind, trick.roles) == (False, "en", "text", ("trick-play",))
    for track in (audio, text):
        segments = index_of(track.renditions[0], tmp_path).segments
        assert all(content(segment.resource, tmp_path) for segment in segments)
    assert index_of(video.renditions[0], tmp_path).end_ms == 3_000
    # Of `cenc`, Packager's playlists say nothing: only the init segment names the key.
    assert index_of(video.renditions[0], tmp_path).key_ids == ((key_id,) if scheme == "cbcs" else ())
    for name in ("v.m3u8", "a.m3u8", "t.m3u8", "i.m3u8"):
        agree_with_m3u8(tmp_path, name)


def read(folder: Path) -> Presentation:
    return read_manifest((folder / "master.m3u8").read_bytes(), url=f"{URL}master.m3u8")


def index_of(rendition: Rendition, folder: Path) -> MediaPlaylist:
    assert rendition.index is not None
    url = urljoin(URL, rendition.index.path)
    return read_playlist((folder / rendition.index.path).read_bytes(), url=url, place=URL)


def agree_with_m3u8(folder: Path, name: str) -> None:
    ours = read_playlist((folder / name).read_bytes(), url=f"{URL}{name}", place=URL)
    theirs = m3u8.loads((folder / name).read_text(), uri=f"{URL}{name}")
    assert [urljoin(URL, segment.resource.path) for segment in ours.segments] == [
        segment.absolute_uri for segment in theirs.segments
    ]
    assert [segment.duration_ms for segment in ours.segments] == pytest.approx(
        [segment.duration * 1000 for segment in theirs.segments], abs=1.01
    )
    assert [segment.number for segment in ours.segments] == [segment.media_sequence for segment in theirs.segments]
    assert [segment.init is not None for segment in ours.segments] == [
        segment.init_section is not None for segment in theirs.segments
    ]
    assert (ours.live is None, ours.target_duration_ms) == (theirs.is_endlist, theirs.target_duration * 1000)


def frames_in(segments: Sequence[Segment], folder: Path) -> int:
    first = segments[0].init
    opened = [opened_by(segment.key, content(segment.resource, folder)) for segment in segments]
    joined = io.BytesIO(b"".join([content(first, folder) if isinstance(first, Resource) else b"", *opened]))
    with av.open(joined, "r") as media:
        return sum(1 for _ in media.decode(video=0))


def opened_by(key: object, data: bytes) -> bytes:
    if not isinstance(key, WholeKey):
        return data
    assert key.url == f"{URL}key"
    return unpad(AES.new(KEY, AES.MODE_CBC, key.iv).decrypt(data), AES.block_size)
