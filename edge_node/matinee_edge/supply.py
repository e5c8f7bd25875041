"""Supply: a file from the shelf, or by way of the parent when the shelf lacks it."""

import os

from matinee.errors import SegmentUnavailable, TitleUnknown
from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing, known_title_id
from matinee_edge.misses import Misses
from matinee_edge.shelf import Shelf
from matinee_edge.tally import Tally


class Supply:
    """What requests are answered from."""

    def __init__(self, shelf: Shelf, *, misses: Misses | None, tally: Tally) -> None:
        """Without `misses` the shelf is all there is: an origin."""
        self._shelf = shelf
        self._misses = misses
        self._tally = tally

    async def listing(self, title_id: str) -> Listing:
        """What the title consists of. Raises TitleUnknown, and what `Misses.learn` raises."""
        listing = self._shelf.listing(title_id)
        if listing is not None:
            return listing
        known_title_id(title_id)
        if self._misses is None:
            raise TitleUnknown(f"There is no title {title_id} here.", title_id=title_id)
        return await self._misses.learn(title_id)

    def holds(self, title_id: str, path: str) -> bool:
        """Whether the file stands on the shelf."""
        listing = self._shelf.listing(title_id)
        file = listing.files.get(path) if listing is not None else None
        if file is None or (descriptor := self._shelf.open(title_id, file)) is None:
            return False
        os.close(descriptor)
        return True

    async def open(self, title_id: str, file: MediaFile) -> int:
        """A descriptor of the whole file, which the caller closes.

        Raises: SegmentUnavailable, and what `Misses.land` raises.
        """
        descriptor = self._shelf.open(title_id, file)
        if descriptor is not None:
            self._tally.hits += 1
            return descriptor
        self._tally.misses += 1
        if self._misses is not None:
            await self._misses.land_for_viewer(title_id, file)
            descriptor = self._shelf.open(title_id, file)
        if descriptor is None:
            raise SegmentUnavailable(f"{file.path} of {title_id} is not here.", title_id=title_id, path=file.path)
        return descriptor
