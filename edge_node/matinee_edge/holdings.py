"""What an appliance holds, as requests and fills see it: a shelf of its own, or the folder that an encoder writes."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing

TellGone = Callable[[Collection[str]], None]
"""Hears the hashes of files that were dropped or replaced."""


class Holdings(Protocol):
    """Titles on disk, and whole files of them only. Owned by one event loop; nothing but `tend` waits."""

    def on_gone(self, tell: TellGone) -> None:
        """From now on `tell` hears of a file before its name can lead to other bytes, or is known to be rotten."""
        ...

    def listing(self, title_id: str) -> Listing | None:
        """What the title consists of; None if its index is not here, or `title_id` can be no title's."""
        ...

    def open(self, title_id: str, file: MediaFile) -> int | None:
        """A descriptor of the file, which the caller closes.

        None if it is not here, not of the listed size, or not what the title's index lists.
        """
        ...

    def asked(self, title_id: str, path: str) -> None:
        """Count a request for the file. Cheap; the file need not be here, nor exist."""
        ...

    def place(self, title_ids: Sequence[str]) -> None:
        """These titles are wanted here, the first most: what is merely asked for does not push them out."""
        ...

    @property
    def used_permille(self) -> int:
        """Of the quota, 0 to 1000; 0 where there is none."""
        ...

    def whole_titles(self) -> tuple[str, ...]:
        """Those of which nothing lacks, in alphabetical order."""
        ...

    def progress(self) -> dict[str, tuple[int, int]]:
        """For each title that is not whole: how many of its files are here, and how many it has."""
        ...

    async def tend(self) -> None:
        """To be called every second or so: what was counted is written down, what others changed is noticed.

        Raises nothing.
        """
        ...


def tell_nobody(hashes: Collection[str]) -> None:
    """Nobody keeps files open."""
