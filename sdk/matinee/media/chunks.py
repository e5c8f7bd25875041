"""Chunks of a segment as its bytes arrive (CMAF, ISO/IEC 23000-19, 7.3.3): each is playable as soon as it is whole."""

from typing import NamedTuple

from matinee.errors import MediaCorrupt, MediaInvalid
from matinee.media.boxes import Box, box_at
from matinee.media.fragments import read_fragments
from matinee.media.header import Header

MAX_CHUNK_BYTES = 32 << 20
"""More are refused as soon as a header announces them: four seconds at 64 Mbps."""


class Chunk(NamedTuple):
    """A `moof` with its `mdat`, and what stood before them (`styp`, `prft`, `emsg`, `sidx`)."""

    data: bytes
    start_ms: int
    """When its first sample is decoded, in media time: chunk after chunk without gap or overlap."""
    duration_ms: int


class ChunkSplitter:
    """Cuts the bytes of one segment, or of several one after the other, into chunks."""

    def __init__(self, header: Header, *, max_bytes: int = MAX_CHUNK_BYTES) -> None:
        """`header`: of the segment's init segment. No more than `max_bytes` and what is fed at once are held."""
        self._header = header
        self._max_bytes = max_bytes
        self._held = bytearray()
        self._at = 0
        """In `_held`, behind the boxes of the next chunk that are here already."""
        self._has_moof = False

    @property
    def is_within(self) -> bool:
        """Whether a chunk has begun and is not whole."""
        return bool(self._held)

    def feed(self, data: bytes) -> list[Chunk]:
        """The chunks that `data` completes, in their order.

        Raises: MediaInvalid for boxes that are broken, in no order of chunks, or beyond the bound.
        """
        self._held += data
        chunks: list[Chunk] = []
        while (box := self._next_box()) is not None:
            self._at = box.end
            if box.kind == "moof":
                self._has_moof = True
            if box.kind == "mdat":
                chunks.append(self._take())
        return chunks

    def finish(self) -> None:
        """Raises MediaCorrupt if the bytes so far end within a chunk."""
        if self._has_moof or len(self._held) > self._at:
            raise MediaCorrupt(
                f"The segment ends within a chunk, {len(self._held)} bytes into it.", offset=len(self._held)
            )

    def _next_box(self) -> Box | None:
        """The next whole box; None as long as there is none."""
        box = box_at(self._held, self._at, end=len(self._held))
        if box is None:
            return None
        if box.end > self._max_bytes:
            raise MediaInvalid(f"A chunk has more than {self._max_bytes} bytes.", box=box.kind, offset=box.start)
        if not any(self._held[box.start : box.start + 4]):
            raise MediaInvalid("A chunk does not say where it ends.", box=box.kind, offset=box.start)
        if box.kind == ("moof" if self._has_moof else "mdat"):
            raise MediaInvalid("A chunk is one moof and then one mdat.", box=box.kind, offset=box.start)
        return box if box.end <= len(self._held) else None

    def _take(self) -> Chunk:
        data = bytes(self._held[: self._at])
        del self._held[: self._at]
        self._at, self._has_moof = 0, False
        fragments = read_fragments(data, self._header)
        start, timescale = fragments[0].decode_time, self._header.timescale
        end = start + sum(fragment.duration for fragment in fragments)
        start_ms = start * 1000 // timescale
        return Chunk(data, start_ms, end * 1000 // timescale - start_ms)
