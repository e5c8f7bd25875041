"""Sources: whom to ask for what lacks, in order: peers of the same cluster, then the parent, then the origin.

One that fails several times in a row is passed over for a while; one that breaks off is followed by the next from the
byte where it stopped; one whose bytes turn out wrong is passed over at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import aiohttp

from matinee.clock import Clock
from matinee.errors import MediaCorrupt, MediaInvalid, SegmentUnavailable, TitleUnknown
from matinee.wire.title import MediaFile
from matinee_edge.breaker import Breaker
from matinee_edge.landing import Landing
from matinee_edge.parent import Parent, session

T = TypeVar("T")


class Sources:
    """Asks one after the other. Owned by one event loop."""

    def __init__(self, *, clock: Clock, draw: Callable[[], int]) -> None:
        """Nobody is asked until `use` says whom. `draw`: random non-negative integers."""
        self._clock = clock
        self._draw = draw
        self._session: aiohttp.ClientSession | None = None
        self._ordered: list[tuple[Parent, Breaker]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While entered, they can be asked; their connections are kept."""
        async with session() as self._session:
            self.use([parent for parent, _ in self._ordered])
            yield

    def use(self, parents: Sequence[Parent]) -> None:
        """From now on these are asked, in this order; what is known of one that is asked already stays known."""
        known = {parent.url: breaker for parent, breaker in self._ordered}
        self._ordered = [(each, known.get(each.url) or Breaker(draw=self._draw)) for each in parents]
        for parent in parents:
            self.connect(parent)

    def connect(self, parent: Parent) -> None:
        """It can be asked, over the connections of all, for as long as this runs."""
        if self._session is not None:
            parent.ask_over(self._session)

    async def index(self, title_id: str, *, etag: str | None = None) -> bytes | None:
        """As `Parent.index`, from the first who knows it."""
        return await self._first(lambda parent: parent.index(title_id, etag=etag), what=f"title {title_id}")

    async def pour(
        self, title_id: str, file: MediaFile, *, landing: Landing, moved: Callable[[], None], urgency: int
    ) -> None:
        """The listed bytes have landed and are verified; `moved` was called after each piece, and may raise.

        Raises: SegmentUnavailable if nobody delivers them; MediaCorrupt if they are other bytes; StorageFull.
        """

        def add(piece: bytes) -> None:
            landing.write(piece)
            moved()

        async def ask(parent: Parent) -> None:
            await parent.pour(title_id, file, into=add, first=landing.got_bytes, urgency=urgency)
            if landing.got_bytes < file.size_bytes:
                raise SegmentUnavailable(f"{file.path} of {title_id} broke off at byte {landing.got_bytes}.")
            await asyncio.to_thread(landing.verify)

        await self._first(ask, what=f"{file.path} of {title_id}")

    async def _first(self, ask: Callable[[Parent], Awaitable[T]], *, what: str) -> T:
        """What the first of them answers who can. Raises the last one's error."""
        error: TitleUnknown | SegmentUnavailable | None = None
        for parent, breaker in self._ordered:
            if not breaker.admit(now_ms=self._clock.now_ms()):
                continue
            try:
                answer = await ask(parent)
            except TitleUnknown as lack:
                breaker.succeeded()
                error = error or lack
            except SegmentUnavailable as failure:
                breaker.failed(now_ms=self._clock.now_ms())
                error = failure
            except (MediaCorrupt, MediaInvalid):
                # Part of it may have been sent on, and whoever asks next must not meet the same again.
                breaker.blame(now_ms=self._clock.now_ms())
                raise
            else:
                breaker.succeeded()
                return answer
        raise error or SegmentUnavailable(f"Nobody can be asked for {what} now: all have failed lately.")
