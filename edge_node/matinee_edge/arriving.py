"""Arriving: a file that lands while it is sent on, and all those who follow it.

The last `WITHHELD_BYTES` are sent only once the whole has the listed hash: bytes that turn out wrong reach nobody as
a whole file, however far they were followed.
"""

import asyncio

from matinee.errors import MatineeError
from matinee.wire.title import MediaFile
from matinee_edge.landing import Landing
from matinee_edge.listing import Listing

WITHHELD_BYTES = 1 << 16
NEARLY_DONE_BYTES = 1 << 18
"""With so much left or less, a fetch that nobody follows any more is finished all the same."""


class Fetch:
    """One file on its way here. Written by its fetcher, read by its followers, all in one event loop."""

    def __init__(self, listing: Listing, file: MediaFile, *, urgency: int) -> None:
        self.listing = listing
        self.file = file
        self.urgency = urgency
        self.landing: Landing | None = None
        """Set once the first bytes may be read."""
        self.followers = 0
        self.is_wanted = False
        """By a fill: it goes on without followers."""
        self.has_landed = False
        """It stands on the shelf, and did not just pass through."""
        self.is_over = False
        self.error: MatineeError | None = None
        """Why it ended without the file."""
        self._moved = asyncio.Event()

    @property
    def sendable_bytes(self) -> int:
        """How many bytes from the start may be sent by now."""
        if self.landing is None:
            return 0
        if self.is_over and self.error is None:
            return self.file.size_bytes
        return max(0, min(self.landing.got_bytes, self.file.size_bytes - WITHHELD_BYTES))

    @property
    def is_deserted(self) -> bool:
        """Whether nobody would miss it."""
        got_bytes = self.landing.got_bytes if self.landing is not None else 0
        return not self.followers and not self.is_wanted and self.file.size_bytes - got_bytes > NEARLY_DONE_BYTES

    def end(self, error: MatineeError | None) -> None:
        """It is whole and verified, or will never be."""
        self.is_over, self.error = True, error
        self.move()

    def move(self) -> None:
        """Wake all who wait: something may have changed."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def wait_beyond(self, offset: int) -> int:
        """How many bytes may be sent, more than `offset`, which lies within the file. Raises the fetch's error.

        Waits no longer than the fetch's own deadline, at which it ends.
        """
        while (sendable_bytes := self.sendable_bytes) <= offset and not self.is_over:
            await self._moved.wait()
        if self.error is not None:
            raise again(self.error)
        return sendable_bytes

    async def wait_over(self) -> None:
        """The file is whole and verified. Raises the fetch's error."""
        while not self.is_over:
            await self._moved.wait()
        if self.error is not None:
            raise again(self.error)


class Arriving:
    """One follower's hold on a file that is landing: given up when nobody refers to it any more."""

    __slots__ = ("_fetch", "warm_until_ms")
    body = None

    def __init__(self, fetch: Fetch) -> None:
        """The caller has waited until something of it may be sent."""
        self._fetch = fetch
        self.warm_until_ms = 1 << 62
        """It has just been written: all of it is in the page cache."""
        fetch.followers += 1

    def __del__(self) -> None:
        self._fetch.followers -= 1

    @property
    def file(self) -> MediaFile:
        return self._fetch.file

    @property
    def listing(self) -> Listing:
        return self._fetch.listing

    @property
    def descriptor(self) -> int:
        """Of the draft, readable up to what `wait_beyond` has told; open for as long as this is referred to."""
        assert self._fetch.landing is not None, "followed before anything came"
        return self._fetch.landing.descriptor

    def fileno(self) -> int:
        """The descriptor, as those who send files ask for it."""
        return self.descriptor

    async def wait_beyond(self, offset: int) -> int:
        """How many bytes from the start may be sent by now, more than `offset`, which lies within the file.

        The last 64 KiB are among them only once the whole has the listed hash. Raises SegmentUnavailable or another
        error of the fetch; what was told before stays readable.
        """
        return await self._fetch.wait_beyond(offset)


def again(error: MatineeError) -> MatineeError:
    """The same, for one of many who hear it: a raised one holds on to the frames that it passed, and their files."""
    return type(error)(error.what, **error.facts)
