"""A feature to measure players with: a ladder and sound, encrypted, that last for as long as anybody looks on."""

import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import msgspec
import numpy as np

from tests.support.media import KEY_ID, Clip, package_by_shaka

LADDER_KBPS = (600, 1_200, 2_000)
AUDIO_KBPS = 128
TIMESCALE = 1_000
WIDTH, HEIGHT, FRAMES_PER_SECOND = 640, 360, 24


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """Init and segments by representation: `v` or `a`, and its kbps. After the last segment the first comes again."""

    segment_s: int
    inits: dict[str, bytes]
    segments: dict[str, tuple[bytes, ...]]

    def manifest(self, *, seconds: int, license_url: str) -> bytes:
        """DASH, for so long."""
        ladder = [int(name[1:]) for name in self.inits if name.startswith("v")]
        video = "".join(
            f'<Representation id="v{kbps}" bandwidth="{kbps}000" codecs="avc1.64001e" width="{WIDTH}" '
            f'height="{HEIGHT}"/>'
            for kbps in ladder
        )
        [sound] = [name for name in self.inits if name.startswith("a")]
        audio = f'<Representation id="{sound}" bandwidth="{sound[1:]}000" codecs="mp4a.40.2"/>'
        key_id = f"{KEY_ID[:8]}-{KEY_ID[8:12]}-{KEY_ID[12:16]}-{KEY_ID[16:20]}-{KEY_ID[20:]}"
        template = (
            '<ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc" '
            f'cenc:default_KID="{key_id}"/>'
            '<ContentProtection schemeIdUri="urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e">'
            f'<dashif:Laurl xmlns:dashif="https://dashif.org/CPS">{license_url}</dashif:Laurl></ContentProtection>'
            f'<SegmentTemplate timescale="{TIMESCALE}" duration="{self.segment_s * TIMESCALE}" startNumber="0" '
            'initialization="$RepresentationID$/init.mp4" media="$RepresentationID$/$Number$.m4s"/>'
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" '
            'xmlns:cenc="urn:mpeg:cenc:2013" type="static" profiles="urn:mpeg:dash:profile:isoff-live:2011" '
            f'minBufferTime="PT4S" mediaPresentationDuration="PT{seconds}S"><Period id="0">'
            f'<AdaptationSet contentType="video" mimeType="video/mp4">{template}{video}</AdaptationSet>'
            f'<AdaptationSet contentType="audio" mimeType="audio/mp4">{template}{audio}</AdaptationSet>'
            "</Period></MPD>"
        ).encode()


def make_feature(*, segment_s: int = 4, segments: int = 2, ladder_kbps: Sequence[int] = LADDER_KBPS) -> Feature:
    """Encoded by FFmpeg, encrypted by Shaka Packager (`cenc`), in memory."""
    seconds = segment_s * segments
    clips = {f"v{kbps}": _video(kbps, seconds=seconds, segment_s=segment_s) for kbps in ladder_kbps}
    clips[f"a{AUDIO_KBPS}"] = _sound(seconds=seconds)
    packaged = {name: _packaged(clip, segment_s=segment_s) for name, clip in clips.items()}
    return Feature(
        segment_s=segment_s,
        inits={name: clip.init for name, clip in packaged.items()},
        segments={name: clip.segments[:segments] for name, clip in packaged.items()},
    )


def _packaged(media: bytes, *, segment_s: int) -> Clip:
    is_video = b"vide" in media
    clip = Clip(media, (), (), (), timescale=0, codecs="", width=WIDTH * is_video, height=HEIGHT * is_video)
    with TemporaryDirectory() as folder:
        return package_by_shaka(clip, Path(folder), scheme="cenc", segment_s=segment_s)


def _video(kbps: int, *, seconds: int, segment_s: int) -> bytes:
    """Soft noise, at that bitrate whatever it looks like."""
    dice, out = np.random.default_rng(7), io.BytesIO()
    rate = dict.fromkeys(("b", "maxrate", "bufsize"), f"{kbps}k")
    options = {"preset": "veryfast", "g": str(FRAMES_PER_SECOND * segment_s), "sc_threshold": "0", **rate}
    with av.open(out, "w", format="mp4", options={"movflags": "empty_moov+default_base_moof"}) as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for _ in range(seconds * FRAMES_PER_SECOND):
            picture = dice.integers(112, 144, (HEIGHT * 3 // 2, WIDTH), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        container.mux(stream.encode())
    return out.getvalue()


def _sound(*, seconds: int) -> bytes:
    """Loud noise."""
    dice, out = np.random.default_rng(7), io.BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "empty_moov+default_base_moof"}) as container:
        stream = container.add_stream("aac", rate=48_000, options={"b": f"{AUDIO_KBPS}k"})
        for number in range(seconds * 48_000 // 1_024):
            noise = (dice.standard_normal((2, 1_024)) / 5).astype("f4")
            frame = av.AudioFrame.from_ndarray(noise, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = 48_000, number * 1_024
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()
