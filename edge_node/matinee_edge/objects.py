"""Objects: files under their hashes, within a quota, and the inventory that agrees with them.

    objects/3fa/9c…     a file, named by its SHA-256: the same bytes in two titles are one file
    landing/            drafts: verified, synced and renamed, or swept by the next start

Whatever stands under `objects/` was whole once. What is found to be something else is dropped at once: by its size
whenever it is opened, by its hash when it is read here or checked (`matinee_edge.scrub`).
"""

import fcntl
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from weakref import WeakSet

from matinee.errors import StorageFull
from matinee.wire.title import MediaFile
from matinee_edge.eviction import SAMPLE, EvictionPolicy, victim
from matinee_edge.holdings import TellGone, tell_nobody
from matinee_edge.inventory import Inventory
from matinee_edge.landing import Landing, landing_in, told

log = logging.getLogger("matinee.edge.objects")

OBJECTS_NAME = "objects"
DRAFTS_NAME = "landing"
FAN_OUT = 3
"""Hexadecimal digits: 4096 folders, of some 2,000 files each on a shelf of eight million."""

SPARE_BYTES = 16 << 20
"""Of the disk, left for the database: what is done to files must be noted."""


class Objects:
    """Owned by one event loop."""

    def __init__(
        self,
        root: Path,
        inventory: Inventory,
        *,
        quota_bytes: int,
        policy: EvictionPolicy,
        wall_ms: Callable[[], int],
        draw: Callable[[], int],
    ) -> None:
        """The objects as they lie on disk: what was cut short is settled, drafts are gone.

        Raises StorageFull if the disk cannot be written.
        """
        self._root = root / OBJECTS_NAME
        self._drafts = root / DRAFTS_NAME
        self._inventory = inventory
        self._quota_bytes = quota_bytes
        self._policy = policy
        self._wall_ms = wall_ms
        self._draw = draw
        self._landing: WeakSet[Landing] = WeakSet()
        self._tell_gone: TellGone = tell_nobody
        self.rotten = 0
        """Dropped since they were found to be something else than they should be, since the start."""
        self.evicted = 0
        """Dropped for others, since the start."""
        with told(str(root)):
            self._sweep()
            if not inventory.is_complete:
                inventory.rebuild(self._walk())
        for each in inventory.in_doubt():
            inventory.settle(each, size_bytes=_size_of(self.path(each)))

    def on_gone(self, tell: TellGone) -> None:
        """From now on `tell` hears the hash of each object before it is dropped."""
        self._tell_gone = tell

    @property
    def used_permille(self) -> int:
        """Of the quota."""
        return min(1_000, self._inventory.used_bytes * 1_000 // self._quota_bytes)

    def path(self, sha256: str) -> Path:
        """Where the object is, or would be."""
        return object_path(self._root, sha256)

    def open(self, sha256: str, *, size_bytes: int) -> int | None:
        """A descriptor, which the caller closes; None if it is not here. One of another size is dropped."""
        try:
            descriptor = os.open(self.path(sha256), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            if self._inventory.is_here(sha256):
                self.drop(sha256, why="is gone")
            return None
        except OSError as error:
            log.warning("object %s cannot be opened: %s", sha256, error.strerror)
            return None
        got_bytes = os.fstat(descriptor).st_size
        if got_bytes != size_bytes:
            os.close(descriptor)
            self.drop(sha256, why=f"has {got_bytes} bytes for {size_bytes}")
            return None
        if not self._inventory.is_here(sha256):
            with suppress(StorageFull):  # found by a start after a power cut, or landed by another process
                self._inventory.settle(sha256, size_bytes=size_bytes)
        return descriptor

    def read(self, digest: str) -> bytes | None:
        """All of its bytes, compared with the hash; None if it is not here. Rotten, it is dropped."""
        try:
            raw = self.path(digest).read_bytes()
        except OSError:
            return None
        if sha256(raw).hexdigest() == digest:
            return raw
        self.drop(digest, why="is rotten")
        return None

    def landing(self, file: MediaFile) -> Landing:
        """A draft of the file with room for all of it, which the caller discards at the end.

        Raises StorageFull: the disk is full, or whatever might go for it is worth more.
        """
        self._evict_for(file, short_bytes=self._short_bytes(file))
        landing = landing_in(self._drafts, file)
        fcntl.flock(landing.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._landing.add(landing)
        return landing

    def put(self, landing: Landing) -> None:
        """A verified landing stands under its hash. Raises StorageFull."""
        assert landing.draft is not None, "what is in memory never stands on the shelf"
        digest, target = landing.file.sha256, self.path(landing.file.sha256)
        self._inventory.doubt(digest)
        try:
            with told(landing.file.path):
                target.parent.mkdir(parents=True, exist_ok=True)
                landing.draft.replace(target)
        finally:
            size_bytes = _size_of(target)
            self._inventory.settle(digest, size_bytes=size_bytes, checked_wall_ms=self._wall_ms())

    def drop(self, sha256: str, *, why: str = "") -> None:
        """The object is not served again, and its file is gone. `why`: what is wrong with it, for the log."""
        self._tell_gone({sha256})
        if why:
            self.rotten += 1
            log.warning("object %s %s: dropped", sha256, why)
        # A full disk may have no room to note that something goes: whoever misses the file then notes it.
        with suppress(StorageFull):
            self._inventory.doubt(sha256)
        self.path(sha256).unlink(missing_ok=True)
        with suppress(StorageFull):
            self._inventory.settle(sha256, size_bytes=None)

    def drop_all(self, hashes: Iterable[str]) -> None:
        """As `drop`, for each."""
        for digest in hashes:
            self.drop(digest)

    def _short_bytes(self, file: MediaFile) -> int:
        """How much lacks for the file: of the quota, or of the disk. Not above 0 if there is room."""
        landing_bytes = sum(each.file.size_bytes for each in self._landing if not each.is_over)
        quota_bytes = self._quota_bytes - self._inventory.used_bytes - landing_bytes
        with told(file.path):
            disk = os.statvfs(self._drafts)
        return file.size_bytes - min(quota_bytes, disk.f_bavail * disk.f_frsize - SPARE_BYTES)

    def _evict_for(self, file: MediaFile, *, short_bytes: int) -> None:
        """So many bytes are free that were not. Raises StorageFull if what is here is worth more, or not enough."""
        if short_bytes > self._inventory.used_bytes:
            raise StorageFull(f"There is no room for {file.path} on the shelf.", path=file.path)
        while short_bytes > 0:
            sample = self._inventory.sample(SAMPLE, draw=self._draw())
            known = [resident.known for resident in sample]
            newcomer = self._inventory.known(file.sha256)
            chosen = victim(known, newcomer, policy=self._policy, wall_ms=self._wall_ms())
            if chosen is None:
                raise StorageFull(f"What is on the shelf is worth more than {file.path}.", path=file.path)
            self.drop(sample[chosen].sha256)
            self.evicted += 1
            short_bytes -= sample[chosen].size_bytes

    def _sweep(self) -> None:
        """Drafts that nobody writes are gone."""
        self._drafts.mkdir(exist_ok=True)
        swept = sum(_is_swept(draft) for draft in self._drafts.iterdir())
        if swept:
            log.info("%d unfinished files swept", swept)

    def _walk(self) -> Iterator[tuple[str, int]]:
        """The hash and the size of each object that lies on disk."""
        for folder in self._root.glob("[0-9a-f]" * FAN_OUT):
            with os.scandir(folder) as entries:
                for entry in entries:
                    digest = folder.name + entry.name
                    if len(digest) == 64 and entry.is_file(follow_symlinks=False):
                        yield digest, entry.stat(follow_symlinks=False).st_size


def object_path(root: Path, sha256: str) -> Path:
    """Where below `root` the object is, or would be."""
    return root / sha256[:FAN_OUT] / sha256[FAN_OUT:]


def _is_swept(draft: Path) -> bool:
    """Whether the draft was left by a process that is gone; then so is the draft."""
    with draft.open("rb") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        draft.unlink(missing_ok=True)
        return True


def _size_of(path: Path) -> int | None:
    try:
        return path.stat(follow_symlinks=False).st_size
    except OSError:
        return None
