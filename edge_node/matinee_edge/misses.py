"""Misses: what the shelf lacks is fetched from the parent, once however many ask, and can be read while it lands."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

from matinee.clock import Clock
from matinee.errors import (
    MatineeError,
    MediaCorrupt,
    MediaInvalid,
    SegmentUnavailable,
    ServiceUnavailable,
    TitleUnknown,
)
from matinee.wire.title import INDEX_NAME, MediaFile
from matinee_edge.arriving import Arriving, Fetch, again
from matinee_edge.listing import Listing
from matinee_edge.parent import Parent
from matinee_edge.shelf import Shelf

log = logging.getLogger("matinee.edge.misses")

REFUSAL_MS = 1_000
"""How long a failure answers for the parent."""
UNKNOWN_MS = 5_000
"""How long "there is no such title" answers for the parent."""
MAX_REFUSALS = 1024
MAX_FOLLOWERS = 16_384
"""Of all fetches together."""
BUSY_RETRY_MS = 1_000

Key = tuple[str, str]
"""Title id and path."""
Errand = Coroutine[None, None, MatineeError | None]
"""Fetches, and tells what went wrong."""


class Misses:
    """Fetches that several askers share. One of an index outlives its askers; one of a file, if it is worth it."""

    def __init__(self, shelf: Shelf, parent: Parent, *, clock: Clock, deadline_ms: int, max_fetches: int) -> None:
        self._shelf = shelf
        self._parent = parent
        self._clock = clock
        self._deadline_ms = deadline_ms
        self._max_fetches = max_fetches
        self._under_way: set[asyncio.Task[MatineeError | None]] = set()
        self._indexes: dict[str, asyncio.Task[MatineeError | None]] = {}
        self._files: dict[Key, Fetch] = {}
        self._refusals: OrderedDict[Key, tuple[int, MatineeError]] = OrderedDict()
        self._owner: asyncio.TaskGroup | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While entered, fetches can be begun; those under way at the end are given up."""
        async with asyncio.TaskGroup() as owner:
            self._owner = owner
            try:
                yield
            finally:
                self._owner = None
                for task in self._under_way:
                    task.cancel()

    @property
    def is_followed(self) -> bool:
        """Whether a viewer waits for a file that is being fetched."""
        return any(fetch.followers for fetch in self._files.values())

    async def learn(self, title_id: str) -> Listing:
        """What the title consists of, asked of the parent if the shelf does not know.

        Raises: TitleUnknown, SegmentUnavailable, StorageFull; ServiceUnavailable when too busy.
        """
        if (listing := self._shelf.listing(title_id)) is None:
            await self.renew(title_id)
            listing = self._shelf.listing(title_id)
        if listing is None:
            raise TitleUnknown(f"There is no title {title_id}.", title_id=title_id)
        return listing

    async def renew(self, title_id: str) -> None:
        """The title's index is the parent's. Raises what `learn` raises."""
        task = self._indexes.get(title_id)
        if task is None:
            key = title_id, INDEX_NAME
            task = self._begin(key, lambda: self._outcome(key, lambda: self._fetch_index(title_id)))
            self._indexes[title_id] = task
            task.add_done_callback(lambda _: self._indexes.pop(title_id))
        error = await asyncio.shield(task)
        if error is not None:
            raise again(error)

    async def arriving(self, listing: Listing, file: MediaFile) -> Arriving:
        """The file as it lands, the first bytes of it here.

        Raises: SegmentUnavailable, StorageFull; ServiceUnavailable when too busy.
        """
        fetch = self._fetch_of(listing, file)
        if sum(each.followers for each in self._files.values()) >= MAX_FOLLOWERS:
            raise ServiceUnavailable("Too many wait for what is being fetched.", retry_after_ms=BUSY_RETRY_MS)
        arriving = Arriving(fetch)
        await (fetch.wait_beyond(0) if file.size_bytes else fetch.wait_over())
        return arriving

    async def land(self, listing: Listing, file: MediaFile) -> None:
        """The file is on the shelf. Raises what `arriving` raises."""
        fetch = self._fetch_of(listing, file)
        fetch.is_wanted = True
        await fetch.wait_over()

    def _fetch_of(self, listing: Listing, file: MediaFile) -> Fetch:
        """The one under way, or a new one."""
        key = listing.title_id, file.path
        fetch = self._files.get(key)
        if fetch is None or fetch.file != file:
            fetch = Fetch(listing, file)
            self._begin(key, lambda: self._carry(fetch))
            self._files[key] = fetch
        return fetch

    def _begin(self, key: Key, errand: Callable[[], Errand]) -> asyncio.Task[MatineeError | None]:
        self._raise_if_refused(key)
        if self._owner is None or len(self._under_way) >= self._max_fetches:
            raise ServiceUnavailable("Too much is being fetched.", retry_after_ms=BUSY_RETRY_MS)
        task = self._owner.create_task(errand())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _carry(self, fetch: Fetch) -> MatineeError | None:
        key = fetch.listing.title_id, fetch.file.path
        error: MatineeError | None = SegmentUnavailable(f"{key[1]} of {key[0]} is fetched no longer.")
        try:
            error = await self._outcome(key, lambda: self._fetch_file(fetch))
        except _Deserted:
            log.info("%s", error)
        finally:
            self._leave(fetch)
            fetch.end(error)
        return error

    async def _outcome(self, key: Key, errand: Callable[[], Awaitable[None]]) -> MatineeError | None:
        title_id, path = key
        error: MatineeError
        try:
            async with asyncio.timeout(self._deadline_ms / 1000):
                await errand()
            return None
        except TimeoutError:
            error = SegmentUnavailable(f"{path} of {title_id} did not come within {self._deadline_ms} ms.")
        except (MediaCorrupt, MediaInvalid) as failure:
            # It is the parent's doing: whoever asks here learns that it was not to be had.
            error = SegmentUnavailable(f"The parent sent other bytes: {failure.what}", title_id=title_id, path=path)
        except MatineeError as failure:
            error = again(failure)
        except _Deserted:
            raise
        except Exception:
            # A fault of ours must not end the task group, and with it everybody else's fetches.
            log.exception("fetching %s of %s", path, title_id)
            error = SegmentUnavailable(f"{path} of {title_id} could not be fetched.")
        log.warning("%s", error.what)
        self._refuse(key, error)
        return error

    async def _fetch_index(self, title_id: str) -> None:
        known = self._shelf.listing(title_id)
        raw = await self._parent.index(title_id, etag=f'"{known.index.sha256}"' if known is not None else None)
        if raw is not None:
            self._shelf.adopt(title_id, raw)

    async def _fetch_file(self, fetch: Fetch) -> None:
        title_id, file = fetch.listing.title_id, fetch.file
        landing = fetch.landing = self._shelf.landing(file)

        def add(piece: bytes) -> None:
            if fetch.is_deserted:
                self._leave(fetch)  # at once: whoever asks from now on begins anew
                raise _Deserted
            landing.write(piece)
            fetch.move()

        try:
            await self._parent.pour(title_id, file, into=add)
            await asyncio.to_thread(landing.verify)
            self._shelf.place(title_id, landing)
        except TitleUnknown as error:
            # Listed, so there is such a file: it is the parent that lacks it.
            raise SegmentUnavailable(error.what, **error.facts) from error
        finally:
            landing.discard()

    def _leave(self, fetch: Fetch) -> None:
        key = fetch.listing.title_id, fetch.file.path
        if self._files.get(key) is fetch:
            del self._files[key]

    def _refuse(self, key: Key, error: MatineeError) -> None:
        lasts_ms = UNKNOWN_MS if isinstance(error, TitleUnknown) else REFUSAL_MS
        self._refusals[key] = (self._clock.now_ms() + lasts_ms, error)
        self._refusals.move_to_end(key)
        if len(self._refusals) > MAX_REFUSALS:
            self._refusals.popitem(last=False)

    def _raise_if_refused(self, key: Key) -> None:
        until_ms, error = self._refusals.get(key, (0, None))
        if error is None:
            return
        if self._clock.now_ms() < until_ms:
            raise again(error)
        del self._refusals[key]


class _Deserted(Exception):
    """Nobody follows the fetch any more."""
