"""Landing: one file on its way to the shelf, hashed as it comes, readable while it lands."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from matinee.errors import MediaCorrupt, StorageFull
from matinee.wire.title import MediaFile


class Landing:
    """A draft, on disk or in memory. Whoever opened it discards it; it is closed when nobody refers to it."""

    def __init__(self, descriptor: int, draft: Path | None, *, file: MediaFile) -> None:
        """`draft`: None if it is in memory, and so never stands on the shelf."""
        self.descriptor = descriptor
        self.draft = draft
        self.file = file
        self.got_bytes = 0
        self.is_over = False
        """Discarded: it needs no more room than it has taken."""
        self._hash = sha256()

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        close(self.descriptor)

    def write(self, piece: bytes) -> None:
        """Add `piece`. Raises MediaCorrupt if the file grows longer than listed; StorageFull."""
        if self.got_bytes + len(piece) > self.file.size_bytes:
            raise MediaCorrupt(f"{self.file.path} is longer than listed.", path=self.file.path)
        self._hash.update(piece)
        view = memoryview(piece)
        with told(self.file.path):
            while view:
                written = os.pwrite(self.descriptor, view, self.got_bytes)
                self.got_bytes += written
                view = view[written:]

    def verify(self) -> None:
        """The draft holds the listed bytes, and the disk has them.

        Safe in another thread. Raises MediaCorrupt for any other bytes; StorageFull.
        """
        if lacking := self.file.size_bytes - self.got_bytes:
            raise MediaCorrupt(f"{self.file.path} ended {lacking} bytes early.", path=self.file.path)
        if self._hash.hexdigest() != self.file.sha256:
            raise MediaCorrupt(f"{self.file.path} does not have the listed hash.", path=self.file.path)
        if self.draft is not None:
            with told(self.file.path):
                # A power cut may otherwise leave the name without the bytes, at the right size.
                os.fsync(self.descriptor)

    def discard(self) -> None:
        """The draft's name is gone, unless it was placed."""
        self.is_over = True
        if self.draft is not None:
            self.draft.unlink(missing_ok=True)


def landing_in(folder: Path, file: MediaFile) -> Landing:
    """An empty draft in the folder, with room for the whole file. Raises StorageFull."""
    with told(file.path):
        folder.mkdir(exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder)
    landing = Landing(descriptor, Path(name), file=file)
    try:
        with told(file.path):
            _reserve(descriptor, file.size_bytes)
    except BaseException:
        landing.discard()
        raise
    return landing


def landing_in_memory(file: MediaFile) -> Landing:
    """An empty draft that never stands on the shelf."""
    if hasattr(os, "memfd_create"):
        return Landing(os.memfd_create("landing", os.MFD_CLOEXEC), None, file=file)
    with tempfile.TemporaryFile() as nameless:
        return Landing(os.dup(nameless.fileno()), None, file=file)


@contextmanager
def told(path: str) -> Iterator[None]:
    """What the disk refuses, said as an error of ours: full or read-only or broken, it has no room."""
    try:
        yield
    except OSError as error:
        raise StorageFull(f"The shelf has no room for {path} ({error.strerror}).", path=path) from error


def _reserve(descriptor: int, size_bytes: int) -> None:
    """A full disk refuses here, before anybody follows the file."""
    if not size_bytes or not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(descriptor, 0, size_bytes)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
            raise
