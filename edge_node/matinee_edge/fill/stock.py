"""What a fill needs of its appliance: what is on the shelf, and a way to fetch what is not."""

from collections.abc import Sequence
from typing import Protocol

from matinee.errors import MatineeError
from matinee.wire.placement import Source
from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing

NOT_HELD = "not-held"
"""The fact `reason` when a peer lacks what is asked of its shelf."""


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
        Raises MatineeError, one that `is_not_held` if a peer lacks it.
        """
        ...


def is_not_held(error: MatineeError) -> bool:
    """Whether a peer said that what was asked of its shelf is not there, or not yet."""
    return error.facts.get("reason") == NOT_HELD
