"""The contests: one for each hot spot of the SDK and the appliance."""

import io
from base64 import urlsafe_b64encode
from collections.abc import Callable
from importlib.metadata import version

import av
import jwt
import numpy as np
from mpegdash.parser import MPEGDASHParser  # type: ignore[import-untyped]

from benchmarks.measure import Contest
from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.manifest.dash import read_dash
from matinee.media.cenc import Decryptor
from matinee.media.header import read_header
from matinee.wire.auth import MediaClaims
from tests.support.media import KEY, KEY_ID

_WALL_MS = 1_800_000_000_000
_HOUR_MS = 3_600_000


def decryption() -> Contest:
    """A segment of video is opened with its content key."""
    init, segment = _noise()
    decryptor = Decryptor(read_header(init), {KEY_ID: KEY})
    return Contest(
        name="CENC decryption",
        peer=f"FFmpeg's own, by PyAV {version('av')}",
        unit="MB",
        amount=len(segment) / 1e6,
        ours=lambda: decryptor.decrypt(segment),
        theirs=lambda: _demuxed(init + segment),
        note="FFmpeg opens the segment and splits it into packets as well; ours gives a segment back.",
    )


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


CONTESTS: tuple[Callable[[], Contest], ...] = (decryption, token_verification, manifest_reading)


def _demuxed(media: bytes) -> int:
    with av.open(io.BytesIO(media), "r", options={"decryption_key": KEY.hex()}) as container:
        return sum(packet.size for packet in container.demux(video=0))


def _noise() -> tuple[bytes, bytes]:
    """Two seconds of soft noise at the bitrate of a top rung, 5.8 Mbps: an init segment and a media segment."""
    dice, out = np.random.default_rng(7), io.BytesIO()
    protection = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": KEY.hex(), "encryption_kid": KEY_ID}
    fragments = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(out, "w", format="mp4", options=fragments | protection) as container:
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
    media = out.getvalue()
    first = media.index(b"moof") - 4
    return media[:first], media[first : media.index(b"mfra") - 4]


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
