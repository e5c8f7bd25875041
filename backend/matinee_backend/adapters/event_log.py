"""EventLog on disk: append-only segments of checksummed records, one writer.

A segment is named by the offset of its first record. A record is its length and CRC-32 (four bytes each,
big-endian), then its bytes. What a crash left half-written at the end is cut off at the next start.
"""

import asyncio
import fcntl
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from struct import Struct
from typing import BinaryIO, TypeVar

from matinee.errors import ServiceUnavailable, SettingsInvalid
from matinee.files import write_whole
from matinee_backend.records import LogRecord

ResultT = TypeVar("ResultT")
SEGMENT_BYTES = 64 << 20
KEEP_BYTES = 4 << 30
"""Beyond it the oldest segment is dropped: readers that are further behind lose what it held."""
_Cursor = tuple[int, int, int]
_HEAD = Struct(">II")
_SUFFIX = ".log"
_RETRY_AFTER_MS = 1_000


class DiskEventLog:
    """Appending opens the log for writing, which one process at a time may; reading is open to all."""

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES, keep_bytes: int = KEEP_BYTES) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._keep_bytes = keep_bytes
        self._writer: _Writer | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="event-log")
        self._cursor: _Cursor = (0, 0, 0)
        """Where the last read ended: next offset, its segment, its place there. Reading on is then no search."""
        self._grown = asyncio.Event()

    async def append(self, values: Sequence[bytes]) -> int:
        first = await self._run(lambda: self._open_writer().append(values))
        self._grown.set()
        self._grown = asyncio.Event()
        return first

    async def read(self, offset: int, *, limit: int) -> tuple[LogRecord, ...]:
        records, self._cursor = await self._run(lambda: self._read(offset, limit))
        return records

    async def wait_beyond(self, offset: int, *, timeout_ms: int) -> None:
        grown = self._grown
        found, _ = await self._run(lambda: self._read(offset, 1))
        if found:
            return
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await grown.wait()
        except TimeoutError:
            return  # Another process may have appended.

    async def place(self, reader: str) -> int:
        def read_place() -> int:
            try:
                return int((self._folder / f"{reader}.place").read_text())
            except FileNotFoundError:
                return 0

        return await self._run(read_place)

    async def keep_place(self, reader: str, offset: int) -> None:
        def write_place() -> None:
            write_whole(self._folder / f"{reader}.place", str(offset).encode())

        await self._run(write_place)

    def open(self) -> None:
        """The log may be appended to; for a program's start. Raises SettingsInvalid if another process has it open."""
        self._open_writer()

    async def close(self) -> None:
        await self._run(self._close_writer)
        self._thread.shutdown()

    async def _run(self, call: Callable[[], ResultT]) -> ResultT:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call)
        except (OSError, ValueError) as error:
            raise ServiceUnavailable(
                f"The event log cannot be used: {error}.", retry_after_ms=_RETRY_AFTER_MS
            ) from error

    def _open_writer(self) -> "_Writer":
        if self._writer is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._writer = _Writer(self._folder, segment_bytes=self._segment_bytes, keep_bytes=self._keep_bytes)
        return self._writer

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _read(self, offset: int, limit: int) -> tuple[tuple[LogRecord, ...], _Cursor]:
        records: list[LogRecord] = []
        cursor = self._cursor
        bases = _bases(self._folder)
        started = max((base for base in bases if base <= offset), default=min(bases, default=0))
        for base in bases:
            if base < started or len(records) >= limit:
                continue
            next_offset, place = self._start_in(base, offset)
            with _segment(self._folder, base).open("rb") as file:
                file.seek(place)
                for value, place_after in _records(file):
                    if next_offset >= offset:
                        records.append(LogRecord(offset=next_offset, value=value))
                    next_offset += 1
                    cursor = (next_offset, base, place_after)
                    if len(records) >= limit:
                        break
        return tuple(records), cursor

    def _start_in(self, base: int, offset: int) -> tuple[int, int]:
        cursor_offset, cursor_base, cursor_place = self._cursor
        return (cursor_offset, cursor_place) if cursor_base == base and cursor_offset <= offset else (base, 0)


class _Writer:
    """The one that appends: holds the lock, the last segment, and the next offset."""

    def __init__(self, folder: Path, *, segment_bytes: int, keep_bytes: int) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._keep_bytes = keep_bytes
        self._lock = (folder / "writer.lock").open("ab")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise SettingsInvalid(f"Another process writes the event log in {folder}.") from error
        base = max(_bases(folder), default=0)
        count, self._size_bytes = _whole_part(_segment(folder, base))
        self._next_offset = base + count
        self._segment = _open_segment(folder, base)
        os.ftruncate(self._segment, self._size_bytes)

    def append(self, values: Sequence[bytes]) -> int:
        """The offset of the first, once all are on disk."""
        first = self._next_offset
        if self._size_bytes >= self._segment_bytes:
            self._begin_segment()
        batch = b"".join(_HEAD.pack(len(value), zlib.crc32(value)) + value for value in values)
        try:
            written_bytes = 0
            while written_bytes < len(batch):
                written_bytes += os.write(self._segment, batch[written_bytes:])
            os.fsync(self._segment)
        except OSError:
            # All or none: of half a batch the player is not told, and it tells all of it again.
            os.ftruncate(self._segment, self._size_bytes)
            raise
        self._size_bytes += len(batch)
        self._next_offset += len(values)
        return first

    def close(self) -> None:
        os.close(self._segment)
        self._lock.close()

    def _begin_segment(self) -> None:
        begun = _open_segment(self._folder, self._next_offset)
        os.close(self._segment)
        self._segment, self._size_bytes = begun, 0
        sizes = {base: _segment(self._folder, base).stat().st_size for base in _bases(self._folder)}
        for base in sorted(sizes)[:-1]:
            if sum(sizes.values()) <= self._keep_bytes:
                return
            _segment(self._folder, base).unlink()
            del sizes[base]


def _open_segment(folder: Path, base: int) -> int:
    return os.open(_segment(folder, base), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _whole_part(segment: Path) -> tuple[int, int]:
    """How many whole records a segment begins with, and their size in bytes."""
    if not segment.exists():
        return 0, 0
    with segment.open("rb") as file:
        ends = [end for _, end in _records(file)]
    return len(ends), ends[-1] if ends else 0


def _records(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Whole records from here on, each with the place after it; ends at the first that is torn or damaged."""
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        length, checksum = _HEAD.unpack(head)
        value = file.read(length)
        if len(value) != length or zlib.crc32(value) != checksum:
            return
        yield value, file.tell()


def _bases(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in folder.glob(f"*{_SUFFIX}"))


def _segment(folder: Path, base: int) -> Path:
    return folder / f"{base:020}{_SUFFIX}"
