"""The stock of a real appliance: its shelf, and its misses, by whichever source a fill names."""

from collections.abc import Sequence

from matinee.wire.placement import Source
from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing
from matinee_edge.misses import Misses
from matinee_edge.parent import Parent
from matinee_edge.shelf import Shelf


class Upstream:
    """A `matinee_edge.fill.stock.Stock`."""

    def __init__(self, shelf: Shelf, misses: Misses, parent: Parent) -> None:
        """`parent`: runs while the fill does; others are asked over its connections."""
        self._shelf = shelf
        self._misses = misses
        self._parent = parent

    def listing(self, title_id: str) -> Listing | None:
        return self._shelf.listing(title_id)

    def lacking(self, title_id: str) -> Sequence[MediaFile]:
        return self._shelf.lacking(title_id)

    def is_pressed(self) -> bool:
        return self._misses.is_waited_for

    async def renew(self, title_id: str, *, source: Source) -> None:
        await self._misses.renew(title_id, source=self._parent.beside(source.base_url, is_peer=False))

    async def land(self, title_id: str, file: MediaFile, *, source: Source, is_of_peer: bool) -> None:
        by = self._parent.beside(source.base_url, is_peer=is_of_peer)
        await self._misses.land(title_id, file, source=by)
