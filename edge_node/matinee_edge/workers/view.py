"""The view: a shelf that another process owns, as a worker sees it. It is read and never touched.

What the keeper has put on the shelf is found by its name alone; what it drops disappears. So nothing is told between
the two, and neither can mislead the other.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from matinee.errors import MatineeError
from matinee.wire.title import MediaFile
from matinee_edge.holdings import TellGone, tell_nobody
from matinee_edge.listing import MAX_INDEX_BYTES, Listing, known_title_id, listing_of
from matinee_edge.objects import OBJECTS_NAME, object_path
from matinee_edge.shelf import TITLES_NAME

MAX_TITLES = 1_024
"""Whose listings are kept in memory."""


class View:
    """`Holdings` of another process. Owned by one event loop."""

    def __init__(self, root: Path, *, asked: Callable[[str, str], None]) -> None:
        """`asked`: who counts requests."""
        self._titles = root / TITLES_NAME
        self._objects = root / OBJECTS_NAME
        self._asked = asked
        self._listings: OrderedDict[str, Listing] = OrderedDict()
        self._tell_gone: TellGone = tell_nobody

    def on_gone(self, tell: TellGone) -> None:
        self._tell_gone = tell

    def listing(self, title_id: str) -> Listing | None:
        listing = self._listings.get(title_id)
        return listing if listing is not None else self._read(title_id)

    def open(self, title_id: str, file: MediaFile) -> int | None:
        try:
            descriptor = os.open(object_path(self._objects, file.sha256), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        if os.fstat(descriptor).st_size == file.size_bytes:
            return descriptor
        os.close(descriptor)
        return None

    def asked(self, title_id: str, path: str) -> None:
        self._asked(title_id, path)

    def place(self, title_ids: Sequence[str]) -> None:
        """The keeper's business."""

    @property
    def used_permille(self) -> int:
        return 0

    def whole_titles(self) -> tuple[str, ...]:
        return ()

    def progress(self) -> dict[str, tuple[int, int]]:
        return {}

    async def tend(self) -> None:
        """Titles that were made anew, or are gone, are known no longer as they were."""
        for title_id, listing in list(self._listings.items()):
            if self._index_hash(title_id) != listing.index.sha256:
                del self._listings[title_id]
                self._tell_gone({file.sha256 for file in listing.files.values()})

    def _read(self, title_id: str) -> Listing | None:
        try:
            digest = self._index_hash(known_title_id(title_id))
            raw = self._read_object(digest) if digest is not None else None
            listing = listing_of(raw, title_id=title_id) if raw is not None else None
        except (OSError, MatineeError):
            return None
        if listing is None or listing.index.sha256 != digest:
            return None
        self._listings[title_id] = listing
        if len(self._listings) > MAX_TITLES:
            self._listings.popitem(last=False)
        return listing

    def _index_hash(self, title_id: str) -> str | None:
        try:
            return (self._titles / title_id).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None

    def _read_object(self, digest: str) -> bytes | None:
        path = object_path(self._objects, digest)
        return path.read_bytes() if path.stat().st_size <= MAX_INDEX_BYTES else None
