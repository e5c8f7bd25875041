"""Walking the boxes of an ISO-BMFF file (ISO/IEC 14496-12, section 4.2), bounded and suspicious.

Only boxes on a path that somebody names are entered, so depth is bounded by the code that asks. Every read is
checked against the box it is in. What breaks is told with the facts `box` and `offset`.
"""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from matinee.errors import MediaCorrupt, MediaInvalid

MAX_BOXES = 4096
"""In one box, or at the top of a file; more are refused."""

_HEADER_BYTES, _LARGE_HEADER_BYTES = 8, 16


class Box(NamedTuple):
    """Where a box lies in the bytes it was found in."""

    kind: str
    """Four characters."""
    start: int
    """Of its header."""
    content: int
    """Of what follows the header."""
    end: int


def is_complete(segment: bytes) -> bool:
    """Whether `segment` is a whole media segment: its boxes add up, and each `moof` is followed by its `mdat`."""
    try:
        kinds = [box.kind for box in top_level(segment) if box.kind in ("moof", "mdat")]
    except (MediaCorrupt, MediaInvalid):
        return False
    return bool(kinds) and kinds == ["moof", "mdat"] * (len(kinds) // 2)


def top_level(data: bytes, *, at: int = 0) -> Iterator[Box]:
    """The boxes of a file in their order, from the byte `at` on, where one begins.

    Raises: MediaCorrupt if the last is cut short, MediaInvalid if one is broken.
    """
    for _ in range(MAX_BOXES):
        if at == len(data):
            return
        box = box_at(data, at, end=len(data))
        if box is None or box.end > len(data):
            raise MediaCorrupt(
                f"The media ends after {len(data)} bytes, within the box at byte {at}.",
                box=box.kind if box else "",
                offset=at,
            )
        yield box
        at = box.end
    raise MediaInvalid(f"The media has more than {MAX_BOXES} boxes.", offset=at)


def children(data: bytes, parent: Box, *, skip_bytes: int = 0) -> Iterator[Box]:
    """The boxes within `parent`, after the `skip_bytes` of its own fields. Raises MediaInvalid."""
    at = parent.content + skip_bytes
    for _ in range(MAX_BOXES):
        # Some writers end a container with four zero bytes, as QuickTime did.
        if at >= parent.end or (parent.end - at == 4 and not any(data[at : parent.end])):
            return
        box = box_at(data, at, end=parent.end)
        if box is None or box.end > parent.end:
            raise MediaInvalid(f"A box in {parent.kind} at byte {at} overruns it.", box=parent.kind, offset=at)
        yield box
        at = box.end
    raise MediaInvalid(f"The box {parent.kind} holds more than {MAX_BOXES} boxes.", box=parent.kind, offset=at)


def box_at(data: bytes | bytearray, at: int, *, end: int) -> Box | None:
    """The box whose header is at `at`, wherever it ends; None if there is no room for a header. Raises MediaInvalid."""
    if end - at < _HEADER_BYTES:
        return None
    size, kind = struct.unpack_from(">I4s", data, at)
    header_bytes = _HEADER_BYTES
    if size == 1:
        if end - at < _LARGE_HEADER_BYTES:
            return None
        [size] = struct.unpack_from(">Q", data, at + _HEADER_BYTES)
        header_bytes = _LARGE_HEADER_BYTES
    name = kind.decode("latin-1")
    if size == 0:
        size = end - at
    if size < header_bytes:
        raise MediaInvalid(f"The box {name!r} at byte {at} is smaller than its header.", box=name, offset=at)
    return Box(name, at, at + header_bytes, at + size)


def find(data: bytes, parent: Box, *path: str) -> Box | None:
    """The first box along `path` below `parent`; None if there is none. Raises MediaInvalid."""
    box = parent
    for kind in path:
        inner = next((child for child in children(data, box) if child.kind == kind), None)
        if inner is None:
            return None
        box = inner
    return box


def need(data: bytes, parent: Box, *path: str) -> Box:
    """Like `find`; raises MediaInvalid if there is none."""
    box = find(data, parent, *path)
    if box is None:
        missing = "/".join((parent.kind, *path))
        raise MediaInvalid(f"The media has no box {missing}.", box=missing, offset=parent.start)
    return box


def fields(data: bytes, box: Box, layout: str, *, at: int = 0) -> tuple[Any, ...]:
    """The values of `layout` (as `struct` spells it, big-endian), `at` bytes into the content. Raises MediaInvalid."""
    offset = box.content + at
    if offset + struct.calcsize(f">{layout}") > box.end:
        raise MediaInvalid(f"The box {box.kind} at byte {box.start} is too short.", box=box.kind, offset=box.start)
    return struct.unpack_from(f">{layout}", data, offset)


def version_and_flags(data: bytes, box: Box) -> tuple[int, int]:
    """How a FullBox opens (section 4.2.2)."""
    [both] = fields(data, box, "I")
    return both >> 24, both & 0xFFFFFF
