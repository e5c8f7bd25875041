"""FFmpeg as Debian ships it reads our titles, and sees the very pictures that we see."""

import asyncio
import hashlib
import io
import json
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from matinee.media.cenc import Decryptor, clear_init
from matinee.media.header import read_header
from tests.engines.conftest import Encoded

pytestmark = pytest.mark.engines

_DEADLINE_S = 120


async def test_ffprobe_counts_the_frames_of_every_rung(
    encoded: Encoded, program: Callable[[str], str], tmp_path: Path
) -> None:
    for rung in encoded.index.ladder:
        file = joined(encoded, rung.representation_id, tmp_path)
        asked = ("-count_frames", "-select_streams", "v:0", "-show_streams", "-of", "json")
        told = await output_of(program("ffprobe"), "-v", "error", "-decryption_key", encoded.key.hex(), *asked, file)
        [stream] = json.loads(told)["streams"]
        assert (stream["codec_name"], stream["width"], stream["height"]) == ("h264", rung.width, rung.height)
        assert int(stream["nb_read_frames"]) == len(pictures_seen_by_us(encoded, rung.representation_id))


async def test_ffmpeg_sees_our_pictures_in_concatenated_segments(
    encoded: Encoded, program: Callable[[str], str], tmp_path: Path
) -> None:
    best = encoded.index.ladder[-1].representation_id
    file = joined(encoded, best, tmp_path)
    seen = await pictures_seen_by_ffmpeg(program("ffmpeg"), "-decryption_key", encoded.key.hex(), "-i", file)
    assert seen == pictures_seen_by_us(encoded, best)


async def test_ffmpeg_sees_our_pictures_by_the_dash_manifest_of_an_appliance(
    encoded: Encoded, program: Callable[[str], str], title_url: str
) -> None:
    manifest = ("-cenc_decryption_key", encoded.key.hex(), "-i", f"{title_url}manifest.mpd")
    seen = await pictures_seen_by_ffmpeg(program("ffmpeg"), *manifest, stream="v:0")
    rungs = [pictures_seen_by_us(encoded, rung.representation_id) for rung in encoded.index.ladder]
    assert seen in rungs


async def test_without_the_key_ffmpeg_does_not_see_our_pictures(
    encoded: Encoded, program: Callable[[str], str], tmp_path: Path
) -> None:
    best = encoded.index.ladder[-1].representation_id
    file = joined(encoded, best, tmp_path)
    seen = await pictures_seen_by_ffmpeg(program("ffmpeg"), "-decryption_key", bytes(16).hex(), "-i", file)
    assert set(seen).isdisjoint(pictures_seen_by_us(encoded, best))


def joined(encoded: Encoded, representation_id: str, folder: Path) -> str:
    """A file of the representation's init segment and all its media segments."""
    init, segments = encoded.representation(representation_id)
    file = folder / f"{representation_id}.mp4"
    file.write_bytes(init + b"".join(segments))
    return str(file)


def pictures_seen_by_us(encoded: Encoded, representation_id: str) -> list[str]:
    """The MD5 of every picture, after our own decryption."""
    init, segments = encoded.representation(representation_id)
    decryptor = Decryptor(read_header(init), {encoded.key_id: encoded.key})
    clear = clear_init(init) + b"".join(decryptor.decrypt(segment) for segment in segments)
    with av.open(io.BytesIO(clear), "r") as container:
        return [
            hashlib.md5(frame.to_ndarray(format="yuv420p").tobytes(), usedforsecurity=False).hexdigest()
            for frame in container.decode(video=0)
        ]


async def pictures_seen_by_ffmpeg(ffmpeg: str, *source: str, stream: str = "v:0") -> list[str]:
    """The MD5 of every picture, as its own muxer for such sums writes them."""
    sums = ("-map", f"0:{stream}", "-pix_fmt", "yuv420p", "-vsync", "passthrough", "-f", "framemd5", "-")
    told = await output_of(ffmpeg, "-v", "error", "-nostdin", *source, *sums)
    return [line.rpartition(",")[2].strip() for line in told.splitlines() if line and not line.startswith("#")]


async def output_of(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(_DEADLINE_S):
        output, complaint = await process.communicate()
    assert process.returncode == 0 or output, complaint.decode()
    return output.decode()
