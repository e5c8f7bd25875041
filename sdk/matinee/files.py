"""Files that are written whole or not at all, and a full disk by its own name.

The one way in which programs write what must survive a crash; the pure half never imports it.
"""

import errno
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from matinee.errors import StorageFull

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a disk, a quota and a file-size limit say when there is no room."""


@contextmanager
def needing_room(folder: Path) -> Generator[None]:
    """Raises StorageFull where writing within runs out of room; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise StorageFull(f"There is no room left under {folder} ({error.strerror}).", folder=str(folder)) from error


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """`path` holds `data`, on disk; if this is interrupted it holds what it held before."""
    with needing_room(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".draft", delete=False) as draft:
            try:
                draft.write(data)
                draft.flush()
                os.fchmod(draft.fileno(), mode)
                os.fsync(draft.fileno())
                Path(draft.name).replace(path)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
    sync_folder(path.parent)


def sync_tree(folder: Path) -> None:
    """Every file under `folder` is on disk, names and bytes: a later rename cannot outrun them."""
    for parent, _, names in os.walk(folder):
        for name in names:
            _sync(Path(parent) / name, os.O_RDONLY)
        sync_folder(Path(parent))


def sync_folder(folder: Path) -> None:
    _sync(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
