"""Publishing: a packaged folder becomes a title of the origin in one rename, its keys at rest beforehand."""

import hashlib
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from matinee.files import needing_room, sync_folder, sync_tree, write_whole
from matinee.wire.title import INDEX_NAME, MediaFile, SealedKeys, TitleIndex
from matinee_encode.vault import forget_others, keep_sealed

_SEGMENT = re.compile(r"(?:video|audio)/(?P<representation>[^/]+)/(?:(?P<number>[0-9]+)\.m4s|init\.mp4)")


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """What was published, and as the outcome of which job: how the same wish is recognized."""

    job: str
    index_sha256: str


def files_of(folder: Path) -> tuple[MediaFile, ...]:
    """Every file of a packaged title but its index: first the representations' in playing order, then the rest."""
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return tuple(_media_file(folder, path) for path in sorted(paths, key=_place) if path != INDEX_NAME)


def media_kbps(files: Sequence[MediaFile], representation_id: str, *, duration_ms: int) -> int:
    """What a representation costs on average, at least 1."""
    size_bytes = sum(file.size_bytes for file in files if file.representation_id == representation_id)
    return max(1, round(size_bytes * 8 / duration_ms))


def sha256_of(path: Path) -> str:
    """Of its bytes, in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def published(state: Path, title_id: str, *, job: str) -> TitleIndex | None:
    """The title that stands at the origin, if it is the outcome of this very job."""
    record, index = _record(state, title_id), state / "media" / title_id / INDEX_NAME
    if not record.exists() or not index.exists():
        return None
    data = index.read_bytes()
    wanted = Publication(job=job, index_sha256=hashlib.sha256(data).hexdigest())
    if msgspec.json.decode(record.read_bytes(), type=Publication) != wanted:
        return None
    return msgspec.json.decode(data, type=TitleIndex)


def publish(folder: Path, index: TitleIndex, keys: SealedKeys, *, state: Path, job: str, aside: Path) -> None:
    """The title stands at the origin whole, or what stood there before still does.

    Order matters: keys first, so that nothing is ever served which nobody can license; then the index,
    which says that the folder is whole; then the folder, in one rename. What it replaces goes through
    `aside`, a draft on the same disk; licenses for either hold in the moment between.
    """
    data = msgspec.json.encode(index)
    keep_sealed(state, keys)
    write_whole(folder / INDEX_NAME, data)
    record = Publication(job=job, index_sha256=hashlib.sha256(data).hexdigest())
    write_whole(_record(state, index.title_id), msgspec.json.encode(record))
    target = state / "media" / index.title_id
    with needing_room(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_tree(folder)
        if target.exists():
            target.rename(aside / f"{index.title_id}.{secrets.token_hex(4)}")
        folder.rename(target)
        sync_folder(target.parent)
    shutil.rmtree(aside)
    forget_others(state, keys)


def _record(state: Path, title_id: str) -> Path:
    return state / "encode" / "published" / f"{title_id}.json"


def _media_file(folder: Path, path: str) -> MediaFile:
    segment = _SEGMENT.fullmatch(path)
    return MediaFile(
        path=path,
        size_bytes=(folder / path).stat().st_size,
        sha256=sha256_of(folder / path),
        representation_id=segment["representation"] if segment else None,
    )


def _place(path: str) -> tuple[int, str, int, str]:
    """Segments before other files; by folder; the init segment, which has no number, first."""
    segment = _SEGMENT.fullmatch(path)
    if segment is None:
        return 1, "", 0, path
    return 0, path.rpartition("/")[0], int(segment["number"] or 0), path
