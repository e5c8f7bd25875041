"""Supply: what requests are answered from: the shelf, or the parent by way of it.

held(title, path) ─► a look into a dict ─► or the shelf: open, checked for its size
fetched(title, path) ─► the parent, once however many ask ─► Arriving, sent on while it lands
"""

from matinee.errors import SegmentUnavailable, TitleUnknown
from matinee_edge.arriving import Arriving
from matinee_edge.held import Held, OpenFiles
from matinee_edge.holdings import Holdings
from matinee_edge.listing import Listing, known_title_id
from matinee_edge.misses import Misses
from matinee_edge.parent import USUAL_URGENCY
from matinee_edge.tally import Tally


class Supply:
    """Owned by one event loop."""

    def __init__(self, holdings: Holdings, *, misses: Misses | None, files: OpenFiles, tally: Tally) -> None:
        """Without `misses` the holdings are all there is: an origin."""
        self._holdings = holdings
        self._misses = misses
        self._files = files
        self._tally = tally
        holdings.on_gone(files.forget)

    def asked(self, title_id: str, path: str) -> None:
        """Count a request for the file: what is asked for often stays."""
        self._holdings.asked(title_id, path)

    async def tend(self) -> None:
        """To be called every second or so: what others did to the disk is noticed. Raises nothing."""
        await self._holdings.tend()
        self._files.forget_unlinked()

    async def listing(self, title_id: str) -> Listing:
        """What the title consists of. Raises TitleUnknown, and what `Misses.learn` raises."""
        listing = self._holdings.listing(title_id)
        if listing is not None:
            return listing
        known_title_id(title_id)
        if self._misses is None:
            raise TitleUnknown(f"There is no title {title_id} here.", title_id=title_id)
        return await self._misses.learn(title_id)

    def held(self, title_id: str, path: str) -> Held | None:
        """The file, whole and open; None if it is not here, or not of the listed size. Waits for nothing."""
        key = title_id, path
        held = self._files.get(key)
        if held is None:
            listing = self._holdings.listing(title_id)
            file = listing.files.get(path) if listing is not None else None
            if listing is None or file is None or (descriptor := self._holdings.open(title_id, file)) is None:
                return None
            held = Held(descriptor, file, listing=listing)
            self._files.put(key, held)
        self._tally.hits += 1
        return held

    async def fetched(self, title_id: str, path: str, *, urgency: int = USUAL_URGENCY) -> Held | Arriving:
        """The file that `held` has just said is not here: as it lands, or whole by now.

        `urgency`: of RFC 9218, passed on to whom is asked.
        Raises: TitleUnknown if there is no such file, and what `Misses.arriving` raises.
        """
        listing = await self.listing(title_id)
        file = listing.files.get(path)
        if file is None:
            raise TitleUnknown(f"Title {title_id} has no such file.", title_id=title_id)
        if (held := self.held(title_id, path)) is not None:
            return held
        self._tally.misses += 1
        if self._misses is None:
            raise SegmentUnavailable(f"{path} of {title_id} is not here.", title_id=title_id, path=path)
        return await self._misses.arriving(listing, file, urgency=urgency)
