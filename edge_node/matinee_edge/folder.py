"""The folder of an origin: titles as the encoder publishes them, in a tree that is somebody else's.

It is read and never touched. A title counts once its `title.json` is there, which is written last; it is looked for
new ones every time the folder is tended.
"""

import asyncio
import logging
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matinee.errors import MatineeError, MediaCorrupt
from matinee.wire.title import INDEX_NAME, MediaFile
from matinee_edge.holdings import TellGone, tell_nobody
from matinee_edge.listing import MAX_INDEX_BYTES, Listing, listing_of

log = logging.getLogger("matinee.edge.folder")

Signature = tuple[int, int, int]
"""Inode, size and time of change of a `title.json`: another one means that it was written anew."""


@dataclass
class FoundTitle:
    """A title whose index is in the folder, and which of its files are."""

    listing: Listing
    signature: Signature
    held: set[str] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        return len(self.held) == len(self.listing.files)


@dataclass(frozen=True)
class Scan:
    """What differs on disk from what is known."""

    changed: Mapping[str, FoundTitle]
    gone: frozenset[str]


class Folder:
    """`Holdings` that others write. Owned by one event loop; `scan` alone may run in another thread."""

    def __init__(self, root: Path) -> None:
        """The folder as it lies on disk."""
        self._root = root
        self._titles: dict[str, FoundTitle] = {}
        self._tell_gone: TellGone = tell_nobody
        root.mkdir(parents=True, exist_ok=True)
        self.accept(self.scan())

    def on_gone(self, tell: TellGone) -> None:
        self._tell_gone = tell

    def listing(self, title_id: str) -> Listing | None:
        title = self._titles.get(title_id)
        return title.listing if title is not None else None

    def open(self, title_id: str, file: MediaFile) -> int | None:
        title = self._titles.get(title_id)
        if title is None or title.listing.files.get(file.path) != file:
            return None
        try:
            descriptor = os.open(self._root / title_id / file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            title.held.discard(file.path)
            return None
        if os.fstat(descriptor).st_size == file.size_bytes:
            title.held.add(file.path)
            return descriptor
        os.close(descriptor)
        if file.path in title.held:
            log.warning("title %s: %s is no longer of the listed size", title_id, file.path)
            title.held.discard(file.path)
        return None

    def asked(self, title_id: str, path: str) -> None:
        """What stays here is up to whoever publishes."""

    def place(self, title_ids: Sequence[str]) -> None:
        """What comes here too."""

    @property
    def used_permille(self) -> int:
        return 0

    def whole_titles(self) -> tuple[str, ...]:
        return tuple(sorted(title_id for title_id, title in self._titles.items() if title.is_whole))

    def progress(self) -> dict[str, tuple[int, int]]:
        return {
            title_id: (len(title.held), len(title.listing.files))
            for title_id, title in sorted(self._titles.items())
            if not title.is_whole
        }

    async def tend(self) -> None:
        try:
            self.accept(await asyncio.to_thread(self.scan))
        except OSError as error:
            log.warning("the folder cannot be read: %s", error.strerror)

    def scan(self) -> Scan:
        """What differs on disk from what is known. Reads only; safe in another thread. Raises OSError."""
        changed: dict[str, FoundTitle] = {}
        found: set[str] = set()
        with os.scandir(self._root) as entries:
            folders = sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
        for title_id in folders:
            known = self._titles.get(title_id)
            try:
                signature = _signature(self._root / title_id / INDEX_NAME)
            except OSError:
                continue  # not whole yet: the index is written last
            found.add(title_id)
            if known is not None and known.signature == signature and known.is_whole:
                continue
            try:
                changed[title_id] = _title_on_disk(self._root, title_id)
            except (OSError, MatineeError) as error:
                log.warning("title %s is left out: %s", title_id, error)
        return Scan(changed, frozenset(self._titles.keys() - found))

    def accept(self, scan: Scan) -> None:
        """Know what the scan found."""
        self._tell_files_gone(scan.gone | scan.changed.keys())
        for title_id in scan.gone:
            del self._titles[title_id]
            log.info("title %s is gone", title_id)
        for title_id, title in scan.changed.items():
            known = self._titles.get(title_id)
            self._titles[title_id] = title
            if known is None or known.signature != title.signature or title.is_whole:
                log.info("title %s: %d of %d files here", title_id, len(title.held), len(title.listing.files))

    def _tell_files_gone(self, title_ids: Collection[str]) -> None:
        known = [self._titles[title_id] for title_id in title_ids if title_id in self._titles]
        self._tell_gone({file.sha256 for title in known for file in title.listing.files.values()})


def _title_on_disk(root: Path, title_id: str) -> FoundTitle:
    """Raises OSError or MediaInvalid."""
    path = root / title_id / INDEX_NAME
    signature = _signature(path)
    if signature[1] > MAX_INDEX_BYTES:
        raise MediaCorrupt(f"The index of title {title_id} has {signature[1]} bytes.", title_id=title_id)
    listing = listing_of(path.read_bytes(), title_id=title_id)
    held = {file.path for file in listing.files.values() if _size_of(root / title_id / file.path) == file.size_bytes}
    return FoundTitle(listing, signature, held)


def _signature(path: Path) -> Signature:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _size_of(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return -1
