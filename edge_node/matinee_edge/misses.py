"""Misses: what the shelf lacks is fetched from the parent, once however many ask."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
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
from matinee_edge.listing import Listing
from matinee_edge.parent import NOT_HELD, Parent
from matinee_edge.shelf import Shelf

log = logging.getLogger("matinee.edge.misses")

REFUSAL_MS = 1_000
"""How long a failure answers for the parent."""
UNKNOWN_MS = 5_000
"""How long "there is no such title" answers for the parent."""
MAX_REFUSALS = 1024
BUSY_RETRY_MS = 1_000

Key = tuple[str, str, str]
"""Title id, path, and the URL of whom it is fetched from: what one cannot deliver, another may."""


class Misses:
    """Fetches that several askers share. A fetch outlives the asker that began it: others may wait for it."""

    def __init__(self, shelf: Shelf, parent: Parent, *, clock: Clock, deadline_ms: int, max_fetches: int) -> None:
        self._shelf = shelf
        self._parent = parent
        self._clock = clock
        self._deadline_ms = deadline_ms
        self._max_fetches = max_fetches
        self._under_way: dict[Key, asyncio.Task[MatineeError | None]] = {}
        self._refusals: OrderedDict[Key, tuple[int, MatineeError]] = OrderedDict()
        self._owner: asyncio.TaskGroup | None = None
        self._viewers = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While entered, fetches can be begun; those under way at the end are given up."""
        async with asyncio.TaskGroup() as owner:
            self._owner = owner
            try:
                yield
            finally:
                self._owner = None
                for task in self._under_way.values():
                    task.cancel()

    @property
    def is_waited_for(self) -> bool:
        """Whether a viewer waits for something that is being fetched."""
        return self._viewers > 0

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

    async def renew(self, title_id: str, *, source: Parent | None = None) -> None:
        """The title's index is the source's, by default the parent's. Raises what `learn` raises."""
        source = source or self._parent
        await self._once((title_id, INDEX_NAME, source.url), lambda: self._fetch_index(title_id, source))

    async def land(self, title_id: str, file: MediaFile, *, source: Parent | None = None) -> None:
        """The file is on the shelf, fetched from the source, by default the parent, unless it is on its way already.

        Raises: SegmentUnavailable, StorageFull; ServiceUnavailable when too busy.
        """
        source = source or self._parent
        await self._once((title_id, file.path, source.url), lambda: self._fetch(title_id, file, source))

    async def land_for_viewer(self, title_id: str, file: MediaFile) -> None:
        """As `land`, and fills hold back meanwhile."""
        self._viewers += 1
        try:
            await self.land(title_id, file)
        finally:
            self._viewers -= 1

    async def _once(self, key: Key, fetch: Callable[[], Awaitable[None]]) -> None:
        task = self._under_way.get(key)
        if task is None:
            self._raise_if_refused(key)
            if self._owner is None or len(self._under_way) >= self._max_fetches:
                raise ServiceUnavailable("Too much is being fetched.", retry_after_ms=BUSY_RETRY_MS)
            task = self._owner.create_task(self._outcome(key, fetch))
            self._under_way[key] = task
        error = await asyncio.shield(task)
        if error is not None:
            # One error for all who wait: without this each raise would lengthen its traceback.
            raise error.with_traceback(None)

    async def _outcome(self, key: Key, fetch: Callable[[], Awaitable[None]]) -> MatineeError | None:
        title_id, path, _ = key
        error: MatineeError
        try:
            async with asyncio.timeout(self._deadline_ms / 1000):
                await fetch()
            return None
        except TimeoutError:
            error = SegmentUnavailable(f"{path} of {title_id} did not come within {self._deadline_ms} ms.")
        except (MediaCorrupt, MediaInvalid) as failure:
            # It is the parent's doing: whoever asks here learns that it was not to be had.
            error = SegmentUnavailable(f"The parent sent other bytes: {failure.what}", title_id=title_id, path=path)
        except MatineeError as failure:
            error = failure
        except Exception:
            # A fault of ours must not end the task group, and with it everybody else's fetches.
            log.exception("fetching %s of %s", path, title_id)
            error = SegmentUnavailable(f"{path} of {title_id} could not be fetched.")
        finally:
            del self._under_way[key]
        if error.facts.get("reason") == NOT_HELD:
            return error
        log.warning("%s", error.what)
        self._refuse(key, error)
        return error

    async def _fetch_index(self, title_id: str, source: Parent) -> None:
        known = self._shelf.listing(title_id)
        raw = await source.index(title_id, etag=f'"{known.index.sha256}"' if known is not None else None)
        if raw is not None:
            self._shelf.adopt(title_id, raw)

    async def _fetch(self, title_id: str, file: MediaFile, source: Parent) -> None:
        with self._shelf.landing(file) as landing:
            try:
                await source.pour(title_id, file, into=landing.write)
            except TitleUnknown as error:
                # Listed, so there is such a file: it is the parent that lacks it.
                raise SegmentUnavailable(error.what, **error.facts) from error
            await asyncio.to_thread(landing.verify)
            self._shelf.place(title_id, landing)

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
            raise error.with_traceback(None)
        del self._refusals[key]
