"""The shelf: titles on disk, and only whole files of them.

A file is written to a draft, verified by its hash and renamed, so that whatever stands under a listed
path of the listed size was whole once: `kill -9` leaves drafts behind, which the next start sweeps.
"""

import logging
import os
import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from matinee.errors import MatineeError, MediaCorrupt, SegmentUnavailable
from matinee.wire.title import INDEX_NAME, MediaFile
from matinee_edge.landing import Landing, landing_in, told
from matinee_edge.listing import MAX_INDEX_BYTES, Listing, listing_of

log = logging.getLogger("matinee.edge.shelf")

DRAFTS_NAME = ".landing"
"""The folder of drafts on the shelf; no title id begins with a dot."""

Signature = tuple[int, int, int]
"""Inode, size and time of change of a `title.json`: another one means that it was written anew."""


@dataclass
class HeldTitle:
    """A title whose index is on the shelf, and which of its files are."""

    listing: Listing
    signature: Signature
    held: set[str] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        return len(self.held) == len(self.listing.files)

    @property
    def lacking(self) -> list[MediaFile]:
        """In the order of the index."""
        return [file for path, file in self.listing.files.items() if path not in self.held]


@dataclass(frozen=True)
class Scan:
    """What differs on disk from what is known."""

    changed: Mapping[str, HeldTitle]
    gone: frozenset[str]


class Shelf:
    """Owned by one event loop; `scan` alone may run in another thread."""

    def __init__(self, root: Path, *, is_owned: bool) -> None:
        """The shelf as it lies on disk.

        `is_owned`: drafts are swept and rotten files dropped, since they will be fetched again. The files of an
        origin are somebody else's and never touched.
        """
        self._root = root
        self._is_owned = is_owned
        self._titles: dict[str, HeldTitle] = {}
        self._tell_gone: Callable[[Collection[str]], None] = _tell_nobody
        root.mkdir(parents=True, exist_ok=True)
        if is_owned:
            self._sweep()
        self.accept(self.scan())

    def on_gone(self, tell: Callable[[Collection[str]], None]) -> None:
        """From now on `tell` hears the hashes of files that are dropped or replaced."""
        self._tell_gone = tell

    def listing(self, title_id: str) -> Listing | None:
        """What the title consists of; None if its index is not here."""
        title = self._titles.get(title_id)
        return title.listing if title is not None else None

    def whole_titles(self) -> tuple[str, ...]:
        return tuple(sorted(title_id for title_id, title in self._titles.items() if title.is_whole))

    def progress(self) -> dict[str, tuple[int, int]]:
        """For each title that is not whole: how many of its files are here, and how many it has."""
        return {
            title_id: (len(title.held), len(title.listing.files))
            for title_id, title in sorted(self._titles.items())
            if not title.is_whole
        }

    def lacking(self, title_id: str) -> list[MediaFile]:
        """The files of a known title that are not here, in the order of its index."""
        title = self._titles.get(title_id)
        return title.lacking if title is not None else []

    def open(self, title_id: str, file: MediaFile) -> int | None:
        """A descriptor of the file, which the caller closes; None if it is not here or not of the listed size."""
        title = self._titles.get(title_id)
        if title is None or title.listing.files.get(file.path) != file:
            return None
        try:
            descriptor = os.open(self._path(title_id, file.path), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
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
        if self._is_owned:
            self._path(title_id, file.path).unlink(missing_ok=True)
        return None

    def adopt(self, title_id: str, raw: bytes) -> Listing:
        """The title's index is now `raw`; files that differ from the old index are gone.

        Raises: MediaInvalid if `raw` is no index of that title; StorageFull.
        """
        listing = listing_of(raw, title_id=title_id)
        old = self._titles.get(title_id)
        if old is not None and old.listing.index == listing.index:
            return old.listing
        if old is None:
            # Without an index nobody knows whether what lies there is what it should be.
            shutil.rmtree(self._root / title_id, ignore_errors=True)
        else:
            for path in old.listing.files.keys() - {INDEX_NAME}:
                if listing.files.get(path) != old.listing.files[path]:
                    self._path(title_id, path).unlink(missing_ok=True)
        landing = self.landing(listing.index)
        try:
            landing.write(raw)
            landing.verify()
            self._put(title_id, landing)
        finally:
            landing.discard()
        self._tell_files_gone({title_id})
        self._titles[title_id] = _title_on_disk(self._root, title_id)
        return listing

    def landing(self, file: MediaFile) -> Landing:
        """A draft of the file, which the caller discards. Raises StorageFull."""
        return landing_in(self._root / DRAFTS_NAME, file)

    def place(self, title_id: str, landing: Landing) -> None:
        """Put a verified landing where requests find it.

        Raises: SegmentUnavailable if the title has another file under that path by now; StorageFull.
        """
        file = landing.file
        title = self._titles.get(title_id)
        if title is None or title.listing.files.get(file.path) != file:
            raise SegmentUnavailable(f"{file.path} of {title_id} was replaced while it was fetched.", path=file.path)
        self._put(title_id, landing)
        title.held.add(file.path)

    def scan(self) -> Scan:
        """What differs on disk from what is known. Reads only; safe in another thread."""
        changed: dict[str, HeldTitle] = {}
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
            for file in title.lacking if self._is_owned else ():
                self._path(title_id, file.path).unlink(missing_ok=True)

    def _tell_files_gone(self, title_ids: Collection[str]) -> None:
        known = [self._titles[title_id] for title_id in title_ids if title_id in self._titles]
        self._tell_gone({file.sha256 for title in known for file in title.listing.files.values()})

    def _sweep(self) -> None:
        drafts = self._root / DRAFTS_NAME
        with suppress(FileNotFoundError):
            left = list(drafts.iterdir())
            for draft in left:
                draft.unlink()
            if left:
                log.info("%d unfinished files swept", len(left))

    def _put(self, title_id: str, landing: Landing) -> None:
        with told(landing.file.path):
            target = self._path(title_id, landing.file.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            assert landing.draft is not None
            landing.draft.replace(target)

    def _path(self, title_id: str, path: str) -> Path:
        return self._root / title_id / path


def _tell_nobody(hashes: Collection[str]) -> None:
    """Nobody keeps files open."""


def _title_on_disk(root: Path, title_id: str) -> HeldTitle:
    """Raises OSError or MediaInvalid."""
    path = root / title_id / INDEX_NAME
    signature = _signature(path)
    if signature[1] > MAX_INDEX_BYTES:
        raise MediaCorrupt(f"The index of title {title_id} has {signature[1]} bytes.", title_id=title_id)
    listing = listing_of(path.read_bytes(), title_id=title_id)
    held = {file.path for file in listing.files.values() if _size_of(root / title_id / file.path) == file.size_bytes}
    return HeldTitle(listing, signature, held)


def _signature(path: Path) -> Signature:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _size_of(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return -1
