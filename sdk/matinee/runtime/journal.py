"""The journal: where a program keeps what must survive its process, a few bytes at a time."""

import fcntl
import os
from pathlib import Path
from typing import Protocol

from matinee.files import needing_room, write_whole

MOST_READ_BYTES = 16 << 20
MOST_JOURNALS = 8
"""Of processes that run at once on one device."""


class Journal(Protocol):
    """Bytes in their order. A device without a disk has none, or brings its own.

    `append` and `replace` raise OSError or StorageFull if they cannot keep their promise.
    """

    def read(self) -> bytes:
        """What was appended since it was last replaced, of this process and those before it; the end may lack."""
        ...

    def append(self, data: bytes) -> None:
        """`data` is at the end, also if this process is killed now; a power cut may take it."""
        ...

    def replace(self, data: bytes) -> None:
        """`data` is all there is; if this is interrupted, all that there was."""
        ...

    def close(self) -> None:
        """Others may have it."""
        ...


class FileJournal:
    """A journal in a file, for one process at a time."""

    def __init__(self, path: Path) -> None:
        """Raises OSError: BlockingIOError if another process has it."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Beside it, since the file itself is replaced.
        self._lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file = self._opened()
        except OSError:
            os.close(self._lock)
            raise

    @classmethod
    def in_folder(cls, folder: Path) -> "FileJournal | None":
        """One that no other process has, rather one in which something is left; None if there is none to be had."""
        paths = [folder / f"{number}.journal" for number in range(MOST_JOURNALS)]
        for path in sorted(paths, key=_holds_nothing):
            try:
                return cls(path)
            except OSError:
                continue
        return None

    def read(self) -> bytes:
        with self._path.open("rb") as file:
            return file.read(MOST_READ_BYTES)

    def append(self, data: bytes) -> None:
        with needing_room(self._path.parent):
            while data:
                data = data[os.write(self._file, data) :]

    def replace(self, data: bytes) -> None:
        if not data:
            os.ftruncate(self._file, 0)
            return
        write_whole(self._path, data, mode=0o600)
        os.close(self._file)
        self._file = self._opened()

    def close(self) -> None:
        os.close(self._file)
        os.close(self._lock)

    def _opened(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _holds_nothing(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except OSError:
        return True
