"""The stock of a real appliance: its shelf, and whatever source a fill names."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from matinee.errors import SegmentUnavailable, TitleUnknown
from matinee.wire.placement import Source
from matinee.wire.title import MediaFile
from matinee_edge.fill.stock import NOT_HELD
from matinee_edge.listing import Listing
from matinee_edge.misses import FILL_URGENCY, Misses
from matinee_edge.parent import Parent
from matinee_edge.shelf import Shelf


class Upstream:
    """A `matinee_edge.fill.stock.Stock`."""

    def __init__(self, shelf: Shelf, misses: Misses, *, parent: str, token_file: Path, deadline_ms: int) -> None:
        """`parent`: the base URL of the one that `misses` ends at. Others are asked over the same connections.

        `deadline_ms`: within which a file must have come.
        """
        self._shelf = shelf
        self._misses = misses
        self._parent = parent
        self._token_file = token_file
        self._deadline_ms = deadline_ms

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
        raw = await self._other(source, is_peer=False).index(title_id, etag=etag)
        if raw is not None:
            await self._shelf.adopt(title_id, raw)

    async def land(self, title_id: str, file: MediaFile, *, source: Source, is_of_peer: bool) -> None:
        if source.base_url == self._parent and (listing := self._shelf.listing(title_id)) is not None:
            # Shared with the viewers who ask for it meanwhile.
            await self._misses.land(listing, file)
            return
        facts = {"title_id": title_id, "path": file.path}
        try:
            async with asyncio.timeout(self._deadline_ms / 1000):
                await self._fetch(title_id, file, of=self._other(source, is_peer=is_of_peer))
        except TimeoutError as error:
            what = f"{file.path} of {title_id} did not come of {source.name} within {self._deadline_ms} ms."
            raise SegmentUnavailable(what, **facts) from error
        except TitleUnknown as error:
            # Listed, so there is such a file: it is the source that lacks it.
            lack = {"reason": NOT_HELD} if is_of_peer else {}
            raise SegmentUnavailable(error.what, **facts, **lack) from error

    async def _fetch(self, title_id: str, file: MediaFile, *, of: Parent) -> None:
        landing = self._shelf.landing(file)
        try:
            await of.pour(title_id, file, into=landing.write, urgency=FILL_URGENCY)
            await asyncio.to_thread(landing.verify)
            self._shelf.land(title_id, landing)
        finally:
            landing.discard()

    def _other(self, source: Source, *, is_peer: bool) -> Parent:
        parent = Parent(source.base_url, token_file=self._token_file, is_peer=is_peer)
        self._misses.sources.connect(parent)
        return parent
