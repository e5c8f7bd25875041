"""The shelf: titles over objects, most of them pulled by a fill or because somebody asked.

    objects/, landing/  the files of all titles, see `matinee_edge.objects`
    titles/heat         the hash of the title's `title.json`, which is an object like any other
    shelf.sqlite        what the file system does not say of itself; made anew from it if it is lost

A title is known for as long as anything of it is here.
"""

import asyncio
import logging
import re
import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

from matinee.clock import Clock
from matinee.errors import MatineeError, MediaInvalid, SegmentUnavailable, StorageFull
from matinee.files import write_whole
from matinee.wire.title import MediaFile
from matinee_edge.catalog import Catalog
from matinee_edge.database import Database
from matinee_edge.eviction import EvictionPolicy
from matinee_edge.holdings import TellGone, tell_nobody
from matinee_edge.inventory import Inventory
from matinee_edge.landing import Landing, told
from matinee_edge.listing import Listing, listing_of
from matinee_edge.objects import Objects

log = logging.getLogger("matinee.edge.shelf")

TITLES_NAME = "titles"
DATABASE_NAME = "shelf.sqlite"
MAX_LISTED_FILES = 2_000_000
"""In the listings kept in memory, some 600 MB; those of other titles are read again when they are asked for."""
MAX_COUNTED = 65_536
"""Files whose requests are counted between two writings; requests for further ones are not counted."""

_HASH = re.compile(r"[0-9a-f]{64}")


class Shelf:
    """`Holdings` of our own. Owned by one event loop."""

    def __init__(
        self, root: Path, *, clock: Clock, draw: Callable[[], int], quota_bytes: int, policy: EvictionPolicy
    ) -> None:
        """The shelf as it lies on disk.

        `draw`: 30 uniform bits. `quota_bytes`: > 0, for objects; the database takes some 300 bytes for each listed
        file beside it. Raises StorageFull if the disk cannot be written.
        """
        self._titles = root / TITLES_NAME
        self._clock = clock
        self._listings = _Listings(max_files=MAX_LISTED_FILES)
        self._asked: Counter[tuple[str, str]] = Counter()
        self._tell_gone: TellGone = tell_nobody
        with told(str(root)):
            self._titles.mkdir(parents=True, exist_ok=True)
        self._database = _opened(root / DATABASE_NAME)
        self.catalog, self.inventory = Catalog(self._database), Inventory(self._database)
        self.objects = Objects(
            root, self.inventory, quota_bytes=quota_bytes, policy=policy, wall_ms=clock.wall_ms, draw=draw
        )
        self.objects.on_gone(self._hear_gone)
        self._reconcile()

    def on_gone(self, tell: TellGone) -> None:
        self._tell_gone = tell

    def listing(self, title_id: str) -> Listing | None:
        listing = self._listings.get(title_id)
        if listing is not None:
            return listing
        digest = self.catalog.index_hash(title_id)
        return self._read_listing(title_id, digest) if digest is not None else None

    @property
    def used_permille(self) -> int:
        return self.objects.used_permille

    def whole_titles(self) -> tuple[str, ...]:
        return tuple(title_id for title_id, (here, objects) in self.catalog.progress().items() if here == objects)

    def progress(self) -> dict[str, tuple[int, int]]:
        return {title_id: count for title_id, count in self.catalog.progress().items() if count[0] < count[1]}

    def lacking(self, title_id: str) -> list[MediaFile]:
        """The files of a known title that are not here, in the order of its index."""
        listing = self.listing(title_id)
        if listing is None:
            return []
        here = self.catalog.hashes_here(title_id)
        return [file for file in listing.files.values() if file.sha256 not in here]

    def open(self, title_id: str, file: MediaFile) -> int | None:
        listing = self.listing(title_id)
        if listing is None or listing.files.get(file.path) != file:
            return None
        return self.objects.open(file.sha256, size_bytes=file.size_bytes)

    def asked(self, title_id: str, path: str) -> None:
        if len(self._asked) < MAX_COUNTED:
            self._asked[title_id, path] += 1

    async def tend(self) -> None:
        try:
            self.write_counts()
            for title_id in self.catalog.empty_titles():
                self._forget_title(title_id)
            await asyncio.to_thread(self._database.fold)
        except MatineeError as error:
            log.warning("the shelf is not tended: %s", error.what)

    def write_counts(self) -> None:
        """What was asked for stands in the inventory. Raises StorageFull; what was counted is then forgotten."""
        asked, self._asked = self._asked, Counter()
        requests: Counter[str] = Counter()
        for (title_id, path), count in asked.items():
            listing = self._listings.get(title_id)
            if listing is not None and path in listing.files:
                requests[listing.files[path].sha256] += count
                # Nothing of a title can be served without its index, which is asked for seldom.
                requests[listing.index.sha256] += count
        if requests:
            self.inventory.count(requests, wall_ms=self._clock.wall_ms())

    def place(self, title_ids: Sequence[str]) -> None:
        try:
            self.catalog.place(title_ids)
        except StorageFull as error:
            log.warning("the order of the placed titles is not kept: %s", error.what)

    async def adopt(self, title_id: str, raw: bytes) -> Listing:
        """The title's index is now `raw`; files that no title needs any more are gone.

        On a full disk the index is kept in memory. Raises MediaInvalid if `raw` is no index of that title.
        """
        listing = await asyncio.to_thread(listing_of, raw, title_id=title_id)
        old = self.listing(title_id)
        if old is not None:
            if old.index == listing.index:
                return old
            self._tell_gone({file.sha256 for file in old.files.values()})
        self._listings.put(listing)
        try:
            await self._keep_index(listing, raw)
            orphans = await asyncio.to_thread(self.catalog.adopt, listing)
        except StorageFull as error:
            log.warning("the index of %s is kept in memory: %s", title_id, error.what)
            # The next start would take the old one for the title.
            with suppress(StorageFull):
                self._forget_title(title_id)
            self._listings.put(listing)
            return listing
        self.objects.drop_all(orphans)
        return listing

    def landing(self, file: MediaFile) -> Landing:
        """A draft of the file, which the caller discards at the end.

        Raises StorageFull: the disk is full, or whatever might go for it is worth more.
        """
        with suppress(StorageFull):
            self.write_counts()  # of the file itself too, and so of what it is worth
        return self.objects.landing(file)

    def land(self, title_id: str, landing: Landing) -> None:
        """Put a verified landing where requests find it.

        Raises: SegmentUnavailable if the title has another file under that path by now; StorageFull.
        """
        file, listing = landing.file, self.listing(title_id)
        if listing is None or listing.files.get(file.path) != file:
            raise SegmentUnavailable(f"{file.path} of {title_id} was replaced while it was fetched.", path=file.path)
        self.objects.put(landing)

    async def _keep_index(self, listing: Listing, raw: bytes) -> None:
        landing = self.landing(listing.index)
        try:
            landing.write(raw)
            await asyncio.to_thread(landing.verify)
            self.objects.put(landing)
            with told(listing.index.path):
                await asyncio.to_thread(write_whole, self._titles / listing.title_id, listing.index.sha256.encode())
        finally:
            landing.discard()

    def _read_listing(self, title_id: str, digest: str) -> Listing | None:
        raw = self.objects.read(digest)
        if raw is None:
            return None
        try:
            listing = listing_of(raw, title_id=title_id)
        except MediaInvalid as error:
            log.warning("title %s is left out: %s", title_id, error.what)
            return None
        self._listings.put(listing)
        return listing

    def _hear_gone(self, hashes: Collection[str]) -> None:
        for digest in hashes:
            for title_id in self.catalog.titles_of(digest):
                if self.catalog.index_hash(title_id) == digest:
                    self._listings.forget(title_id)
        self._tell_gone(hashes)

    def _forget_title(self, title_id: str) -> None:
        (self._titles / title_id).unlink(missing_ok=True)
        self._listings.forget(title_id)
        self.objects.drop_all(self.catalog.forget(title_id))

    def _reconcile(self) -> None:
        """The inventory knows the titles that are named, each by the index that is named and here."""
        for draft in self._titles.glob("*.draft"):
            draft.unlink(missing_ok=True)
        named = {path.name: path.read_text("ascii", "replace") for path in self._titles.iterdir()}
        known = self.catalog.index_hashes()
        for title_id in known.keys() - named.keys():
            self._forget_title(title_id)
        for title_id, digest in named.items():
            if known.get(title_id) == digest:
                continue
            listing = self._read_listing(title_id, digest) if _HASH.fullmatch(digest) else None
            if listing is not None:
                self.objects.drop_all(self.catalog.adopt(listing))
            elif title_id not in known:
                # Whoever asks for it has it learnt anew; what is here of it is found again then.
                (self._titles / title_id).unlink()


class _Listings:
    """Listings in memory, those asked for most recently."""

    def __init__(self, *, max_files: int) -> None:
        self._max_files = max_files
        self._files = 0
        self._by_title: OrderedDict[str, Listing] = OrderedDict()

    def get(self, title_id: str) -> Listing | None:
        listing = self._by_title.get(title_id)
        if listing is not None:
            self._by_title.move_to_end(title_id)
        return listing

    def put(self, listing: Listing) -> None:
        self.forget(listing.title_id)
        self._by_title[listing.title_id] = listing
        self._files += len(listing.files)
        while self._files > self._max_files and len(self._by_title) > 1:
            self.forget(next(iter(self._by_title)))

    def forget(self, title_id: str) -> None:
        listing = self._by_title.pop(title_id, None)
        self._files -= len(listing.files) if listing is not None else 0


def _opened(path: Path) -> Database:
    """The database, or an empty one in its place if it cannot be read."""
    try:
        return Database(path)
    except sqlite3.DatabaseError as error:
        log.warning("the database cannot be read (%s) and is made anew", error)
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return Database(path)
