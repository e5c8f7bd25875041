"""Misses: what the shelf lacks is fetched, once however many ask, and can be read while it lands.

What the shelf has no room for, be the disk full or what is there worth more, passes through memory to those who
asked, and a fill is refused.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from weakref import WeakSet

from matinee.clock import Clock
from matinee.errors import (
    MatineeError,
    MediaCorrupt,
    MediaInvalid,
    SegmentUnavailable,
    ServiceUnavailable,
    StorageFull,
    TitleUnknown,
)
from matinee.wire.title import INDEX_NAME, MediaFile
from matinee_edge.arriving import Arriving, Fetch, again
from matinee_edge.landing import Landing, landing_in_memory
from matinee_edge.listing import Listing
from matinee_edge.parent import USUAL_URGENCY
from matinee_edge.shelf import Shelf
from matinee_edge.sources import Sources

log = logging.getLogger("matinee.edge.misses")

REFUSAL_MS = 1_000
"""How long a failure answers for the parent."""
UNKNOWN_MS = 5_000
"""How long "there is no such title" answers for the parent."""
MAX_REFUSALS = 1024
MAX_FOLLOWERS = 16_384
"""Of all fetches together."""
MAX_PASSING_BYTES = 256 << 20
"""Of files that pass through memory."""
FILL_URGENCY = 7
"""Of RFC 9218: nobody waits for it."""
BUSY_RETRY_MS = 1_000

Key = tuple[str, str]
"""Title id and path."""
Errand = Coroutine[None, None, MatineeError | None]
"""Fetches, and tells what went wrong."""


class Misses:
    """Fetches that several askers share. One of an index outlives its askers; one of a file, if it is worth it."""

    def __init__(self, shelf: Shelf, sources: Sources, *, clock: Clock, deadline_ms: int, max_fetches: int) -> None:
        self._shelf = shelf
        self.sources = sources
        self._clock = clock
        self._deadline_ms = deadline_ms
        self._max_fetches = max_fetches
        self._under_way: set[asyncio.Task[MatineeError | None]] = set()
        self._indexes: dict[str, asyncio.Task[MatineeError | None]] = {}
        self._files: dict[Key, Fetch] = {}
        self._refusals: OrderedDict[Key, tuple[int, MatineeError]] = OrderedDict()
        self._passing: WeakSet[Landing] = WeakSet()
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

        Raises: TitleUnknown, SegmentUnavailable; ServiceUnavailable when too busy.
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

    async def arriving(self, listing: Listing, file: MediaFile, *, urgency: int = USUAL_URGENCY) -> Arriving:
        """The file as it lands, the first bytes of it here. `urgency`: of RFC 9218, passed on to whom is asked.

        Raises: SegmentUnavailable; ServiceUnavailable when too busy.
        """
        fetch = self._fetch_of(listing, file, urgency=urgency)
        if sum(each.followers for each in self._files.values()) >= MAX_FOLLOWERS:
            raise ServiceUnavailable("Too many wait for what is being fetched.", retry_after_ms=BUSY_RETRY_MS)
        fetch.followers += 1  # whoever waits for its beginning follows it too
        try:
            await (fetch.wait_beyond(0) if file.size_bytes else fetch.wait_over())
            return Arriving(fetch)
        finally:
            fetch.followers -= 1

    async def land(self, listing: Listing, file: MediaFile) -> None:
        """The file is on the shelf. Raises what `arriving` raises, and StorageFull."""
        fetch = self._fetch_of(listing, file, urgency=FILL_URGENCY)
        fetch.is_wanted = True  # before its task runs for the first time
        await fetch.wait_over()
        if not fetch.has_landed:
            raise StorageFull(f"{file.path} of {listing.title_id} was passed on without landing.", path=file.path)

    def _fetch_of(self, listing: Listing, file: MediaFile, *, urgency: int) -> Fetch:
        """The one under way, or a new one."""
        key = listing.title_id, file.path
        fetch = self._files.get(key)
        if fetch is None or fetch.file != file:
            fetch = Fetch(listing, file, urgency=urgency)
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
            # It is not our doing: whoever asks here learns that it was not to be had.
            error = SegmentUnavailable(f"Other bytes were sent: {failure.what}", title_id=title_id, path=path)
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
        raw = await self.sources.index(title_id, etag=f'"{known.index.sha256}"' if known is not None else None)
        if raw is not None:
            await self._shelf.adopt(title_id, raw)

    async def _fetch_file(self, fetch: Fetch) -> None:
        title_id, file = fetch.listing.title_id, fetch.file
        landing = fetch.landing = self._landing(fetch)

        def moved() -> None:
            if fetch.is_deserted:
                self._leave(fetch)  # at once: whoever asks from now on begins anew
                raise _Deserted
            fetch.move()

        try:
            await self.sources.pour(title_id, file, landing=landing, moved=moved, urgency=fetch.urgency)
            if landing.draft is not None:
                self._land(fetch, landing)
        except TitleUnknown as error:
            # Listed, so there was such a file: the title may have been made anew.
            with suppress(MatineeError):
                await self.renew(title_id)
            raise SegmentUnavailable(error.what, **error.facts) from error
        finally:
            landing.discard()

    def _land(self, fetch: Fetch, landing: Landing) -> None:
        try:
            self._shelf.land(fetch.listing.title_id, landing)
            fetch.has_landed = True
        except StorageFull as error:
            # Those who follow have the right bytes all the same; a fill asks whether it landed.
            log.warning("%s", error.what)

    def _landing(self, fetch: Fetch) -> Landing:
        """On disk; if there is no room, in memory, for those who wait for it."""
        try:
            return self._shelf.landing(fetch.file)
        except StorageFull:
            if fetch.is_wanted:
                raise
        if sum(each.file.size_bytes for each in self._passing) + fetch.file.size_bytes > MAX_PASSING_BYTES:
            raise ServiceUnavailable("Too much passes through memory.", retry_after_ms=BUSY_RETRY_MS)
        landing = landing_in_memory(fetch.file)
        self._passing.add(landing)
        return landing

    def _leave(self, fetch: Fetch) -> None:
        key = fetch.listing.title_id, fetch.file.path
        if self._files.get(key) is fetch:
            del self._files[key]

    def _refuse(self, key: Key, error: MatineeError) -> None:
        if isinstance(error, StorageFull | ServiceUnavailable):
            return  # nobody else need be spared: it was here that it failed
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
