"""The contests: one for each hot spot of the SDK and the appliance."""

import io
from base64 import urlsafe_b64encode
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import jwt
import numpy as np
from mpegdash.parser import MPEGDASHParser  # type: ignore[import-untyped]

from benchmarks.bars import Measured
from benchmarks.measure import Contest, Outcome, hold
from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.manifest.dash.mpd import read_dash
from matinee.media.cenc import Decryptor
from matinee.media.header import read_header
from matinee.wire.auth import MediaClaims
from tests.support.media import KEY, KEY_ID, Clip, package_by_shaka

_WALL_MS = 1_800_000_000_000
_HOUR_MS = 3_600_000


def measured(*, is_smoke: bool) -> Measured:
    """Every contest, by turns with its peer. There is no bar: the ratios speak."""
    rounds, round_s = (3, 0.1) if is_smoke else (15, 1.0)
    print(f"{'ours ÷ theirs':26}{'ratio':>7}  {'least … most':>14}  {'ours':>18}  {'theirs':>18}  peer")
    outcomes = []
    for contest in CONTESTS:
        outcomes.append(hold(contest(), rounds=rounds, round_s=round_s))
        print(f"{_line(outcomes[-1])}\n  {outcomes[-1].note}", flush=True)
    return Measured([], outcomes)


def decryption() -> Contest:
    """A segment of video is opened with its content key."""
    return _opening("CENC decryption", _video(), scheme="cenc")


def pattern_decryption() -> Contest:
    """The same, encrypted as Apple's devices want it: a block in ten."""
    return _opening("CBCS decryption", _video(), scheme="cbcs")


def sound_decryption() -> Contest:
    """Four seconds of AAC are opened, 188 samples of 340 bytes, each with a vector of its own."""
    return _opening("CENC decryption of sound", _sound(), scheme="cenc")


def token_verification() -> Contest:
    """A media token is checked, as an appliance does for every request that it has not seen."""
    key = SigningKey.generate()
    claims = MediaClaims(sub="session", titles=("a-title",), exp_wall_ms=_WALL_MS + _HOUR_MS)
    token, trusted = key.sign(claims), TrustedKeys({key.key_id: key.public})
    public = jwt.PyJWK({"kty": "OKP", "crv": "Ed25519", "x": urlsafe_b64encode(key.public).rstrip(b"=").decode()})
    return Contest(
        name="Token verification",
        peer=f"PyJWT {version('pyjwt')} on cryptography {version('cryptography')}",
        unit="tokens",
        amount=1,
        ours=lambda: trusted.verify(token, MediaClaims, wall_ms=_WALL_MS),
        theirs=lambda: jwt.decode(token, public, algorithms=["EdDSA"], audience="media"),
        note="Both check an Ed25519 signature and the audience; ours the expiry and the types of all claims as well.",
    )


def manifest_reading() -> Contest:
    """A DASH manifest of a film becomes a model of it."""
    document = _film(segments=1500)
    text = document.decode()
    return Contest(
        name="DASH manifest reading",
        peer=f"mpegdash {version('mpegdash')}",
        unit="manifests",
        amount=1,
        ours=lambda: read_dash(document, url="http://appliance.example/manifest.mpd"),
        theirs=lambda: MPEGDASHParser.parse(text),
        note="100 minutes, 8 rungs; ours checks where all segments lie and reckons each when it is looked at, "
        "mpegdash stops at the elements of the tree.",
    )


CONTESTS: tuple[Callable[[], Contest], ...] = (
    decryption,
    pattern_decryption,
    sound_decryption,
    token_verification,
    manifest_reading,
)


def _line(outcome: Outcome) -> str:
    least, most = outcome.spread
    ours = f"{outcome.ours_per_s:,.0f} {outcome.unit}/s"
    theirs = f"{outcome.theirs_per_s:,.0f} {outcome.unit}/s"
    spread = f"{least:.2f} … {most:.2f}"
    return f"{outcome.name:26}{outcome.ratio:>7.2f}  {spread:>14}  {ours:>18}  {theirs:>18}  {outcome.peer}"


def _opening(name: str, clip: Clip, *, scheme: str) -> Contest:
    """A whole clip in one segment, encrypted by Shaka Packager."""
    with TemporaryDirectory() as folder:
        protected = package_by_shaka(clip, Path(folder), scheme=scheme, segment_s=10)
    [segment] = protected.segments
    decryptor = Decryptor(read_header(protected.init), {KEY_ID: KEY})
    return Contest(
        name=name,
        peer=f"FFmpeg's own, by PyAV {version('av')}",
        unit="MB",
        amount=len(segment) / 1e6,
        ours=lambda: decryptor.decrypt(segment),
        theirs=lambda: _demuxed(protected.init + segment),
        note="FFmpeg opens the segment and splits it into packets as well; ours gives a segment back.",
    )


def _demuxed(media: bytes) -> int:
    with av.open(io.BytesIO(media), "r", options={"decryption_key": KEY.hex()}) as container:
        return sum(packet.size for packet in container.demux())


def _video() -> Clip:
    """Two seconds of soft noise at the bitrate of a top rung, 5.8 Mbps."""
    dice, out = np.random.default_rng(7), io.BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "empty_moov+default_base_moof"}) as container:
        stream = container.add_stream(
            "libx264",
            rate=24,
            options={"preset": "veryfast", "g": "48", "b": "5800k", "maxrate": "5800k", "bufsize": "5800k"},
        )
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for _ in range(48):
            picture = dice.integers(112, 144, (1080, 1280), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        container.mux(stream.encode())
    return _clip(out.getvalue(), width=1280, height=720)


def _sound() -> Clip:
    """Four seconds of loud noise at 128 kbps."""
    dice, out = np.random.default_rng(7), io.BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "empty_moov+default_base_moof"}) as container:
        stream = container.add_stream("aac", rate=48_000, options={"b": "128k"})
        for number in range(4 * 48_000 // 1_024):
            noise = (dice.standard_normal((2, 1_024)) / 5).astype("f4")
            frame = av.AudioFrame.from_ndarray(noise, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = 48_000, number * 1_024
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return _clip(out.getvalue())


def _clip(media: bytes, *, width: int = 0, height: int = 0) -> Clip:
    return Clip(media, (), (), (), timescale=0, codecs="", width=width, height=height)


def _film(*, segments: int) -> bytes:
    # Durations that differ, so that no run of equal ones shortens the timeline.
    timeline = "".join(f'<S d="{96_000 + number % 7}"/>' for number in range(segments))
    rungs = "".join(
        f'<Representation id="v{rung}" bandwidth="{rung}00000" width="{rung}28" codecs="avc1.64001f"/>'
        for rung in range(1, 9)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'profiles="urn:mpeg:dash:profile:isoff-live:2011" minBufferTime="PT4S" mediaPresentationDuration="PT6000S">'
        '<Period id="0"><AdaptationSet mimeType="video/mp4" contentType="video">'
        '<SegmentTemplate timescale="24000" startNumber="1" initialization="$RepresentationID$/init.mp4" '
        f'media="$RepresentationID$/$Number$.m4s"><SegmentTimeline>{timeline}</SegmentTimeline></SegmentTemplate>'
        f"{rungs}</AdaptationSet></Period></MPD>"
    ).encode()
