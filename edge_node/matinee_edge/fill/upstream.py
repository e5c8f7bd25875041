"""The stock of a real appliance: its shelf, and whatever source a fill names."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from matinee.errors import SegmentUnavailable
from matinee.wire.placement import Source
from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing
from matinee_edge.misses import FILL_URGENCY, Misses
from matinee_edge.parent import Parent, session
from matinee_edge.shelf import Shelf


class Upstream:
    """A `matinee_edge.fill.stock.Stock`."""

    def __init__(self, shelf: Shelf, misses: Misses, *, parent: str, token_file: Path, deadline_ms: int) -> None:
        """`parent`: the base URL at which `misses` asks too. `deadline_ms`: within which a file must have come."""
        self._shelf = shelf
        self._misses = misses
        self._parent = parent.rstrip("/")
        self._token_file = token_file
        self._deadline_ms = deadline_ms
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While entered, sources can be asked; their connections are kept."""
        async with session() as self._session:
            yield

    def listing(self, title_id: str) -> Listing | None:
        return self._shelf.listing(title_id)

    def lacking(self, title_id: str) -> Sequence[MediaFile]:
        return self._shelf.lacking(title_id)

    def is_pressed(self) -> bool:
        return self._misses.is_followed

    async def renew(self, title_id: str, *, source: Source) -> None:
        if source.base_url == self._parent:
            await self._misses.renew(title_id)
            return
        known = self._shelf.listing(title_id)
        etag = f'"{known.index.sha256}"' if known is not None else None
        raw = await self._asked(source).index(title_id, etag=etag)
        if raw is not None:
            await self._shelf.adopt(title_id, raw)

    async def land(self, title_id: str, file: MediaFile, *, source: Source, is_of_peer: bool) -> None:
        if source.base_url == self._parent and (listing := self._shelf.listing(title_id)) is not None:
            # Shared with the viewers who ask for it meanwhile.
            await self._misses.land(listing, file)
            return
        try:
            async with asyncio.timeout(self._deadline_ms / 1000):
                await self._fetch(title_id, file, of=self._asked(source, is_peer=is_of_peer))
        except TimeoutError as error:
            what = f"{file.path} of {title_id} did not come of {source.name} within {self._deadline_ms} ms."
            raise SegmentUnavailable(what, title_id=title_id, path=file.path) from error

    def _asked(self, source: Source, *, is_peer: bool = False) -> Parent:
        assert self._session is not None, "asked before it runs"
        parent = Parent(source.base_url, token_file=self._token_file, is_peer=is_peer)
        parent.ask_over(self._session)
        return parent

    async def _fetch(self, title_id: str, file: MediaFile, *, of: Parent) -> None:
        landing = self._shelf.landing(file)
        try:
            await of.pour(title_id, file, into=landing.write, urgency=FILL_URGENCY)
            await asyncio.to_thread(landing.verify)
            self._shelf.land(title_id, landing)
        finally:
            landing.discard()
