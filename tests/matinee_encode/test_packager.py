"""Shaka Packager, called with a key that nobody else sees."""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest

from matinee.errors import MezzanineInvalid, StorageFull
from matinee_encode.packager import PackagerInput, package
from matinee_encode.vault import ContentKey, fresh_content_key
from tests.matinee_encode.films import MOVING, TONE, film, seen


def command_lines_of_children() -> set[bytes]:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    lines = set()
    for pid in children:
        with suppress(OSError):  # it ended meanwhile
            lines.add(Path(f"/proc/{pid}/cmdline").read_bytes())
    return lines


@pytest.fixture
def inputs(tmp_path: Path) -> list[PackagerInput]:
    gop = ("-x264-params", "keyint=25:min-keyint=25:scenecut=0")
    video = film(tmp_path / "v.mp4", *MOVING, "-c:v", "libx264", *gop)
    audio = film(tmp_path / "a.mp4", *TONE, "-c:a", "aac")
    return [
        PackagerInput(path=video, kind="video", representation_id="v"),
        PackagerInput(path=audio, kind="audio", representation_id="a", language="en"),
    ]


async def test_segments_begin_at_keyframes_and_decode_with_the_key(inputs: list[PackagerInput], tmp_path: Path) -> None:
    key, folder = fresh_content_key(), tmp_path / "out"
    await package(inputs, folder, key=key, segment_s=Fraction(1))
    video = folder / "video" / "v"
    assert sorted(path.name for path in video.glob("*.m4s")) == ["1.m4s", "2.m4s"]
    data = b"".join((video / name).read_bytes() for name in ("init.mp4", "1.m4s", "2.m4s"))
    assert len(seen(data, key=key.secret.hex())) == 50
    assert (folder / "manifest.mpd").exists()
    assert (folder / "master.m3u8").exists()
    assert (folder / "audio" / "a" / "init.mp4").exists()


async def test_the_init_segment_carries_a_version_1_common_pssh(inputs: list[PackagerInput], tmp_path: Path) -> None:
    key = fresh_content_key()
    await package(inputs, tmp_path / "out", key=key, segment_s=Fraction(1))
    common = bytes.fromhex("1077efecc0b24d02ace33c1e52e2fb4b")
    for init in (tmp_path / "out").glob("*/*/init.mp4"):
        assert b"pssh\x01\0\0\0" + common + b"\0\0\0\x01" + bytes.fromhex(key.key_id) in init.read_bytes()


async def test_a_key_is_neither_in_the_output_nor_in_an_error(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_bytes(b"no film")
    key = fresh_content_key()
    broken = [PackagerInput(path=tmp_path / "v.mp4", kind="video", representation_id="v")]
    with pytest.raises(MezzanineInvalid, match="Packager failed") as caught:
        await package(broken, tmp_path / "out", key=key, segment_s=Fraction(1))
    assert key.secret.hex() not in str(caught.value).lower()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for command lines")
async def test_a_key_is_on_no_command_line(inputs: list[PackagerInput], tmp_path: Path) -> None:
    key, lines = fresh_content_key(), set[bytes]()
    async with asyncio.TaskGroup() as group:
        work = group.create_task(package(inputs, tmp_path / "out", key=key, segment_s=Fraction(1)))
        while not work.done():
            lines |= command_lines_of_children()
            await asyncio.sleep(0)
    assert any(b"--flagfile=/dev/fd/" in line for line in lines)
    assert not any(key.secret.hex().encode() in line.lower() for line in lines)


async def test_a_packager_over_its_deadline_is_ended(inputs: list[PackagerInput], tmp_path: Path) -> None:
    with pytest.raises(MezzanineInvalid, match="longer than 0 s"):
        await package(inputs, tmp_path / "out", key=fresh_content_key(), segment_s=Fraction(1), deadline_s=0)


async def test_no_pipe_is_left_open(inputs: list[PackagerInput], tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    await package(inputs, tmp_path / "out", key=fresh_content_key(), segment_s=Fraction(1))
    assert len(os.listdir("/dev/fd")) == before


def test_a_disk_too_small_for_a_segment_is_full(inputs: list[PackagerInput], tmp_path: Path) -> None:
    """In a process of its own, which may write no file larger than 4 KiB."""
    program = f"""
import asyncio, resource
from fractions import Fraction
from pathlib import Path
from matinee.errors import StorageFull
from matinee_encode.packager import PackagerInput, package
from matinee_encode.vault import fresh_content_key
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
one = PackagerInput(path=Path({str(inputs[0].path)!r}), kind="video", representation_id="v")
try:
    asyncio.run(package([one], Path({str(tmp_path / "out")!r}), key=fresh_content_key(), segment_s=Fraction(1)))
except StorageFull:
    raise SystemExit(42)
"""
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 42
    assert StorageFull.code == "storage-full"


def test_two_titles_never_share_a_key() -> None:
    keys: list[ContentKey] = [fresh_content_key() for _ in range(100)]
    assert len({key.secret for key in keys} | {key.key_id.encode() for key in keys}) == 200
