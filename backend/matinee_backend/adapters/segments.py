"""The event log's files: segments of checksummed records, and the one writer that appends to the last of them.

A segment is named by the offset of its first record. A record is its length and CRC-32 (four bytes each), the wall
clock at which it was appended (eight), all big-endian, then its bytes; the checksum is of clock and bytes.
"""

import fcntl
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from struct import Struct
from typing import BinaryIO, NamedTuple

from matinee.errors import SettingsInvalid
from matinee.files import sync_folder
from matinee_backend.settings import EventLogSettings

_HEAD = Struct(">II")
_WALL = Struct(">Q")
_SUFFIX = ".events"
_SEGMENTS_OF_AN_AGE = 8
"""A segment is as long as this part of the time that records are kept: so much later they may be dropped."""


class Record(NamedTuple):
    wall_ms: int
    value: bytes
    end: int
    """The place after it in its segment."""


def bases(folder: Path) -> list[int]:
    """The offsets that segments begin with, ascending."""
    return sorted(int(path.stem) for path in folder.glob(f"*{_SUFFIX}"))


def segment(folder: Path, base: int) -> Path:
    return folder / f"{base:020}{_SUFFIX}"


def records(file: BinaryIO) -> Iterator[Record]:
    """Whole records from here on; ends at the first that is torn or damaged."""
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        length, checksum = _HEAD.unpack(head)
        kept = file.read(_WALL.size + length)
        if len(kept) != _WALL.size + length or zlib.crc32(kept) != checksum:
            return
        yield Record(_WALL.unpack_from(kept)[0], kept[_WALL.size :], file.tell())


def first_wall_ms(path: Path) -> int | None:
    """When the segment's first record was appended; None while it has none."""
    with path.open("rb") as file:
        first = next(records(file), None)
    return first.wall_ms if first else None


class Writer:
    """The one that appends: holds the lock, the last segment, and the next offset."""

    def __init__(self, folder: Path, settings: EventLogSettings) -> None:
        """Cuts off what a crash left half-written. Raises SettingsInvalid if another process writes there."""
        self._folder = folder
        self._settings = settings
        self._lock = (folder / "writer.lock").open("ab")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise SettingsInvalid(f"Another process writes the event log in {folder}.") from error
        base = max(bases(folder), default=0)
        self._segment = _open_segment(folder, base)
        count, self._size_bytes, self._began_wall_ms, self._wall_ms = _whole_part(segment(folder, base))
        os.ftruncate(self._segment, self._size_bytes)
        self.next_offset = base + count
        """Everything before it is on disk."""

    def append(self, values: Sequence[bytes], *, wall_ms: int) -> int:
        """The offset of the first, once all are on disk. After an OSError the writer is to be closed."""
        if self._is_full(wall_ms):
            self._begin_segment(wall_ms)
        # A clock that was turned back does not reorder the log: it is searched by time.
        self._wall_ms = max(self._wall_ms, wall_ms)
        self._began_wall_ms = self._began_wall_ms or self._wall_ms
        batch = b"".join(part for value in values for part in _record(value, wall_ms=self._wall_ms))
        try:
            written_bytes = 0
            while written_bytes < len(batch):
                written_bytes += os.write(self._segment, batch[written_bytes:])
            os.fsync(self._segment)
        except OSError:
            # All or none: of half a batch the player is not told, and it tells all of it again.
            os.ftruncate(self._segment, self._size_bytes)
            raise
        first = self.next_offset
        self._size_bytes += len(batch)
        self.next_offset += len(values)
        return first

    def close(self) -> None:
        os.close(self._segment)
        self._lock.close()

    def _is_full(self, wall_ms: int) -> bool:
        if not self._size_bytes:
            return False
        age_ms = wall_ms - self._began_wall_ms
        return (
            self._size_bytes >= self._settings.segment_bytes or age_ms * _SEGMENTS_OF_AN_AGE >= self._settings.keep_ms
        )

    def _begin_segment(self, wall_ms: int) -> None:
        begun = _open_segment(self._folder, self.next_offset)
        os.close(self._segment)
        self._segment, self._size_bytes, self._began_wall_ms = begun, 0, 0
        self._drop_oldest(wall_ms)

    def _drop_oldest(self, wall_ms: int) -> None:
        """Whole segments, until those that are left are young and few enough."""
        kept = [segment(self._folder, base) for base in bases(self._folder)]
        sizes = [path.stat().st_size for path in kept]
        spare_bytes = self._settings.keep_bytes - sum(sizes)
        for path, following, size_bytes in zip(kept, kept[1:], sizes, strict=False):
            # The last record of a segment is no younger than the first of the next.
            next_wall_ms = first_wall_ms(following) or self._wall_ms
            if spare_bytes >= 0 and wall_ms - next_wall_ms <= self._settings.keep_ms:
                return
            path.unlink()
            spare_bytes += size_bytes


def _record(value: bytes, *, wall_ms: int) -> tuple[bytes, bytes, bytes]:
    wall = _WALL.pack(wall_ms)
    return _HEAD.pack(len(value), zlib.crc32(value, zlib.crc32(wall))), wall, value


def _open_segment(folder: Path, base: int) -> int:
    """Its name is on disk too: a power cut would otherwise take a segment whose records were acknowledged."""
    opened = os.open(segment(folder, base), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sync_folder(folder)
    return opened


def _whole_part(path: Path) -> tuple[int, int, int, int]:
    """How many whole records a segment begins with, their size in bytes, and when the first and last came."""
    count, size_bytes, first_ms, last_ms = 0, 0, 0, 0
    with path.open("rb") as file:
        for it in records(file):
            count, size_bytes, first_ms, last_ms = count + 1, it.end, first_ms or it.wall_ms, it.wall_ms
    return count, size_bytes, first_ms, last_ms
