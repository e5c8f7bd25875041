"""What a fill needs of its appliance: what is on the shelf, and a way to fetch what is not."""

from collections.abc import Sequence
from typing import Protocol

from matinee.wire.placement import Source
from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing


class Stock(Protocol):
    """Filled by one `Filler`; viewers' misses are fetched beside it."""

    def listing(self, title_id: str) -> Listing | None:
        """What the title consists of; None if its index is not here."""
        ...

    def lacking(self, title_id: str) -> Sequence[MediaFile]:
        """The files of a known title that are not here, in the order of its index."""
        ...

    def is_pressed(self) -> bool:
        """Whether viewers wait for what is being fetched."""
        ...

    async def renew(self, title_id: str, *, source: Source) -> None:
        """The title's index is that of the source. Raises MatineeError."""
        ...

    async def land(self, title_id: str, file: MediaFile, *, source: Source, is_of_peer: bool) -> None:
        """The file is on the shelf.

        A peer is asked for what is on its shelf, a parent for what it can get.
        Raises: TitleUnknown if the source does not have it, and any other MatineeError.
        """
        ...
