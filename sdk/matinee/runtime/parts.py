"""Parts: a segment that is made while it comes, cut into chunks that can be played at once."""

from collections.abc import Callable

from matinee.media.chunks import Chunk, ChunkSplitter
from matinee.media.header import read_header


class Parts:
    """One answer. Without an init segment nothing can be cut: then it waits for that, or for the whole."""

    def __init__(self, *, duration_ms: int, asked_ms: int, init: Callable[[], bytes | None]) -> None:
        """`duration_ms`: of the whole segment. `init` gives its init segment once that is here."""
        self.first_byte_ms: int | None = None
        """Since it was asked for; None before."""
        self.flowing_bytes: int = 0
        """What came within chunks..."""
        self.flowing_ms: int = 0
        """... and in what time: the waits for the next chunk to be made say nothing of the link."""
        self._duration_ms = duration_ms
        self._asked_ms = asked_ms
        self._init = init
        self._splitter: ChunkSplitter | None = None
        self._held = bytearray()
        self._chunks: list[Chunk] = []
        self._came_ms: int | None = None
        """When the last bytes came, if they ended within a chunk."""

    def feed(self, data: bytes, *, now_ms: int) -> int:
        """How much of the segment, from its beginning, can be played. Raises MediaInvalid, MediaCorrupt.

        The last chunk does not count: the whole is here at the same moment.
        """
        self._held += data
        if self.first_byte_ms is None:
            self.first_byte_ms = now_ms - self._asked_ms
        if self._splitter is None and (init := self._init()) is not None:
            self._splitter = ChunkSplitter(read_header(init))
        if self._came_ms is not None:
            self.flowing_bytes += len(data)
            self.flowing_ms += now_ms - self._came_ms
        if self._splitter is not None:
            self._chunks += self._splitter.feed(bytes(self._held))
            self._held.clear()
        is_within = self._splitter is None or self._splitter.is_within
        self._came_ms = now_ms if is_within else None
        ready_ms = sum(chunk.duration_ms for chunk in self._chunks)
        is_last = ready_ms > 0 and self._duration_ms - ready_ms < self._chunks[-1].duration_ms // 2
        return ready_ms - self._chunks[-1].duration_ms if is_last else ready_ms

    def body(self, *, from_ms: int, until_ms: int | None) -> bytes:
        """The chunks that begin between these, counted from the beginning of the segment; None: up to its end."""
        at_ms, wanted = 0, list[bytes]()
        for chunk in self._chunks:
            if at_ms >= from_ms and (until_ms is None or at_ms < until_ms):
                wanted.append(chunk.data)
            at_ms += chunk.duration_ms
        return b"".join(wanted) + bytes(self._held)

    @property
    def is_between(self) -> bool:
        """Whether what came ends with a chunk."""
        return self._came_ms is None

    def elapsed_ms(self, size_bytes: int) -> int:
        """How long so many bytes take on the link, the wait for the first included, as far as this answer tells."""
        flowing_ms = size_bytes * self.flowing_ms // self.flowing_bytes if self.flowing_bytes else 0
        return (self.first_byte_ms or 0) + flowing_ms
