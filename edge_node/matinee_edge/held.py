"""Held: whole files of the shelf, open; the hottest stay open, and the small ones among them in memory.

A request for one of them costs a look into a dict. Descriptors and bytes are bounded, the least recently asked go
first; a file that was dropped or replaced goes at once, and is closed when nobody sends it any more.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Collection

from matinee.wire.title import MediaFile
from matinee_edge.listing import Listing

MAX_BODY_BYTES = 1 << 18
"""Larger files are left to the page cache: `sendfile` costs them less than a copy."""

Key = tuple[str, str]
"""Title id and path."""

_NOWAIT = getattr(os, "RWF_NOWAIT", None)  # Linux alone has it


class Held:
    """A whole file, open for as long as somebody refers to it."""

    __slots__ = ("body", "descriptor", "fields", "file", "listing", "warm_until_ms")

    def __init__(self, descriptor: int, file: MediaFile, *, listing: Listing) -> None:
        """`descriptor` is the Held's from now on, and nobody else closes it."""
        self.descriptor = descriptor
        self.file = file
        self.listing = listing
        self.body: bytes | None = None
        """All of its bytes, for a small file that is hot."""
        self.warm_until_ms = 0
        """Until then its bytes are taken to be in the page cache."""
        self.fields: bytes | None = None
        """The header fields that every answer about it carries, kept by whoever wrote them first."""

    def fileno(self) -> int:
        """The descriptor, as those who send files ask for it."""
        return self.descriptor

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        close(self.descriptor)


class OpenFiles:
    """The files that were asked for most recently. Owned by one event loop."""

    def __init__(self, *, max_files: int, memory_bytes: int, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        """`max_files` > 0 stay open; bodies, each of `max_body_bytes` at most, take `memory_bytes` >= 0 at most."""
        self._max_files = max_files
        self._memory_bytes = memory_bytes
        self._max_body_bytes = max_body_bytes
        self._held: OrderedDict[Key, Held] = OrderedDict()
        self._bodies: OrderedDict[Key, Held] = OrderedDict()
        self.body_bytes = 0
        """Of bodies, now."""

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Key) -> Held | None:
        """The file, if it is open. One that is asked for again and small enough has its body from then on."""
        held = self._held.get(key)
        if held is None:
            return None
        self._held.move_to_end(key)
        if held.body is not None:
            self._bodies.move_to_end(key)
        elif held.file.size_bytes <= self._max_body_bytes:
            self._load(key, held)
        return held

    def put(self, key: Key, held: Held) -> None:
        """It stays open until others are hotter."""
        self.forget_key(key)
        self._held[key] = held
        if len(self._held) > self._max_files:
            self.forget_key(next(iter(self._held)))

    def forget(self, hashes: Collection[str]) -> None:
        """Files of these hashes are not handed out again."""
        for key in [key for key, held in self._held.items() if held.file.sha256 in hashes]:
            self.forget_key(key)

    def forget_unlinked(self) -> None:
        """Files whose names are gone are not handed out again: another process dropped them, or replaced them."""
        for key in [key for key, held in self._held.items() if not os.fstat(held.descriptor).st_nlink]:
            self.forget_key(key)

    def forget_key(self, key: Key) -> None:
        """The file is not handed out again."""
        self._held.pop(key, None)
        self._drop_body(key)

    def _load(self, key: Key, held: Held) -> None:
        size_bytes = held.file.size_bytes
        if size_bytes > self._memory_bytes or (body := _read_now(held.descriptor, size_bytes)) is None:
            return
        while self.body_bytes + size_bytes > self._memory_bytes:
            self._drop_body(next(iter(self._bodies)))
        held.body = body
        self._bodies[key] = held
        self.body_bytes += size_bytes

    def _drop_body(self, key: Key) -> None:
        held = self._bodies.pop(key, None)
        if held is not None:
            held.body = None
            self.body_bytes -= held.file.size_bytes


def _read_now(descriptor: int, size_bytes: int) -> bytes | None:
    """All of the file; None unless it is in the page cache: nothing here waits for a disk."""
    if _NOWAIT is None:
        return None
    buffer = bytearray(size_bytes)
    try:
        got = os.preadv(descriptor, [buffer], 0, _NOWAIT)
    except OSError:  # EAGAIN: not in memory; EOPNOTSUPP: the file system cannot say
        return None
    return bytes(buffer) if got == size_bytes else None
