"""EventLog on disk: one writer, any number of readers, each with a place of its own in the segments."""

import asyncio
import fcntl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from matinee.errors import ServiceUnavailable
from matinee.files import write_whole
from matinee_backend.adapters.segments import Writer, bases, first_wall_ms, records, segment
from matinee_backend.records import LogRecord
from matinee_backend.settings import EventLogSettings

ResultT = TypeVar("ResultT")
_MOST_CURSORS = 32
_RETRY_AFTER_MS = 1_000


class _Cursor(NamedTuple):
    """Where a read ended: its segment, and the place there. Reading on is then no search."""

    base: int
    place: int


class DiskEventLog:
    """Appending opens the log for writing, which one process at a time may; reading is open to all."""

    def __init__(self, folder: Path, settings: EventLogSettings) -> None:
        self._folder = folder
        self._settings = settings
        self._writer: Writer | None = None
        # Two threads: who reads far back must not hold up those who wait for their batch to be on disk.
        self._appending = ThreadPoolExecutor(max_workers=1, thread_name_prefix="event-log-append")
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="event-log-read")
        self._cursors: dict[int, _Cursor] = {}
        """By the next offset."""
        self._claims: dict[str, BinaryIO] = {}
        self._grown = asyncio.Event()

    async def append(self, values: Sequence[bytes], *, wall_ms: int) -> int:
        first = await self._run(self._appending, lambda: self._append(values, wall_ms))
        self._grown.set()
        self._grown = asyncio.Event()
        return first

    async def read(self, offset: int, *, limit: int) -> tuple[LogRecord, ...]:
        return await self._run(self._reading, lambda: self._read(offset, limit))

    async def offset_since(self, wall_ms: int) -> int:
        return await self._run(self._reading, lambda: self._offset_since(wall_ms))

    async def wait_beyond(self, offset: int, *, timeout_ms: int) -> None:
        grown = self._grown
        if await self.read(offset, limit=1):
            return
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await grown.wait()
        except TimeoutError:
            return  # Another process may have appended.

    async def claim(self, group: str) -> bool:
        return await self._run(self._reading, lambda: self._claim(group))

    async def place(self, group: str) -> int:
        def read_place() -> int:
            try:
                return int(self._place_file(group).read_text())
            except FileNotFoundError:
                return 0

        return await self._run(self._reading, read_place)

    async def keep_place(self, group: str, offset: int) -> None:
        await self._run(self._reading, lambda: write_whole(self._place_file(group), str(offset).encode()))

    def open(self) -> None:
        """The log may be appended to; for a program's start. Raises SettingsInvalid if another process has it open."""
        self._open_writer()

    async def close(self) -> None:
        """Whatever was begun is finished; claims end."""
        await self._run(self._appending, self._close_writer)
        self._appending.shutdown()
        self._reading.shutdown()
        for claim in self._claims.values():
            claim.close()
        self._claims.clear()

    async def _run(self, thread: ThreadPoolExecutor, call: Callable[[], ResultT]) -> ResultT:
        try:
            return await asyncio.get_running_loop().run_in_executor(thread, call)
        except (OSError, ValueError) as error:
            raise ServiceUnavailable(
                f"The event log cannot be used: {error}.", retry_after_ms=_RETRY_AFTER_MS
            ) from error

    def _append(self, values: Sequence[bytes], wall_ms: int) -> int:
        try:
            return self._open_writer().append(values, wall_ms=wall_ms)
        except OSError:
            # What is on disk now is found out when it is opened again.
            self._close_writer()
            raise

    def _open_writer(self) -> Writer:
        if self._writer is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._writer = Writer(self._folder, self._settings)
        return self._writer

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _read(self, offset: int, limit: int) -> tuple[LogRecord, ...]:
        found: list[LogRecord] = []
        all_bases = bases(self._folder)
        begin = max((base for base in all_bases if base <= offset), default=0)
        for base in all_bases:
            if base >= begin and len(found) < limit:
                self._read_segment(base, offset, limit, found)
        return tuple(found)

    def _read_segment(self, base: int, offset: int, limit: int, found: list[LogRecord]) -> None:
        """What the own writer has not synced yet is not read; what another process' has, its checksum tells."""
        end = self._writer.next_offset if self._writer else None
        known = self._cursors.get(offset)
        next_offset, place = (offset, known.place) if known and known.base == base else (base, 0)
        try:
            file = segment(self._folder, base).open("rb")
        except FileNotFoundError:
            return  # It was dropped since the folder was listed.
        with file:
            file.seek(place)
            for it in records(file):
                if next_offset == end:
                    break
                if next_offset >= offset:
                    found.append(LogRecord(offset=next_offset, wall_ms=it.wall_ms, value=it.value))
                next_offset, place = next_offset + 1, it.end
                if len(found) == limit:
                    break
        self._cursors[next_offset] = _Cursor(base, place)
        while len(self._cursors) > _MOST_CURSORS:
            del self._cursors[next(iter(self._cursors))]

    def _offset_since(self, wall_ms: int) -> int:
        begun = {base: first_wall_ms(segment(self._folder, base)) for base in bases(self._folder)}
        offset = max((base for base, first in begun.items() if first is not None and first < wall_ms), default=0)
        if offset not in begun:
            return min(begun, default=0)
        with segment(self._folder, offset).open("rb") as file:
            for it in records(file):
                if it.wall_ms >= wall_ms:
                    break
                offset += 1
        return offset

    def _claim(self, group: str) -> bool:
        if group in self._claims:
            return True
        self._folder.mkdir(parents=True, exist_ok=True)
        claim = (self._folder / f"{group}.claim").open("ab")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.close()
            return False
        self._claims[group] = claim
        return True

    def _place_file(self, group: str) -> Path:
        return self._folder / f"{group}.offset"
