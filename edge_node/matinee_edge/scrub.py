"""Scrub: every object is compared with its hash again and again, the one that was checked longest ago first.

Disks lose bits in silence, so what was whole when it landed is read again in the background, at a bounded rate. What
is rotten is dropped before anything else is done, and then fetched again. When an object was
checked stands in the inventory: after a restart the round goes on where it stopped.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from hashlib import sha256

from matinee.clock import Clock
from matinee.errors import MatineeError
from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing
from matinee_edge.shelf import Shelf

log = logging.getLogger("matinee.edge.scrub")

ROUND_MS = 24 * 3_600_000
"""What was checked within this time is left alone: a small shelf need not be read all day."""
IDLE_MS = 60_000
"""How long it rests when there is nothing to check."""
PIECE_BYTES = 1 << 20


class Scrub:
    """Checks one object at a time."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        land: Callable[[Listing, MediaFile], Awaitable[None]] | None,
        rate_kbps: int,
        clock: Clock,
    ) -> None:
        """`land` fetches a file anew; without it what is rotten is only dropped."""
        self._shelf = shelf
        self._land = land
        self._rate_kbps = rate_kbps
        self._clock = clock
        self.checked = 0
        """Objects, since the start."""

    async def run(self) -> None:
        """Check for ever, within the rate."""
        while True:
            began_ms = self._clock.now_ms()
            try:
                size_bytes = await self.check_next()
            except MatineeError as error:
                log.warning("nothing can be checked now: %s", error.what)
                size_bytes = None
            wait_ms = IDLE_MS if size_bytes is None else 1 + size_bytes * 8 // self._rate_kbps
            await self._clock.wait_until(began_ms + wait_ms)

    async def check_next(self) -> int | None:
        """One object is checked: its size in bytes. None if all have been lately. Raises StorageFull."""
        oldest = self._shelf.inventory.oldest_checked()
        if oldest is None or self._clock.wall_ms() - oldest.checked_wall_ms < ROUND_MS:
            return None
        digest, size_bytes = await asyncio.to_thread(_read, self._shelf.objects.path(oldest.sha256))
        self.checked += 1
        if digest == oldest.sha256:
            self._shelf.inventory.mark_checked(oldest.sha256, wall_ms=self._clock.wall_ms())
        else:
            title_ids = self._shelf.catalog.titles_of(oldest.sha256)
            self._shelf.objects.drop(oldest.sha256, why="is rotten" if digest else "cannot be read")
            await self._fetch_again(oldest.sha256, title_ids)
        return size_bytes

    async def _fetch_again(self, digest: str, title_ids: list[str]) -> None:
        """For the first title that needs it; its index is learnt when it is asked for."""
        if self._land is None:
            return
        for listing in filter(None, map(self._shelf.listing, title_ids)):
            for file in (each for each in listing.files.values() if each.sha256 == digest):
                try:
                    return await self._land(listing, file)
                except MatineeError as error:
                    log.warning("%s of %s is not fetched again yet: %s", file.path, listing.title_id, error.what)


def _read(path: os.PathLike[str]) -> tuple[str, int]:
    """The hash of the file as the disk has it, and its size; no hash if it cannot be read."""
    digest, size_bytes = sha256(), 0
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return "", 0
    try:
        _leave_memory(descriptor)  # the disk is what is checked
        while piece := os.read(descriptor, PIECE_BYTES):
            digest.update(piece)
            size_bytes += len(piece)
        _leave_memory(descriptor)  # and what viewers ask for stays there
    except OSError:
        return "", size_bytes
    finally:
        os.close(descriptor)
    return digest.hexdigest(), size_bytes


def _leave_memory(descriptor: int) -> None:
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
