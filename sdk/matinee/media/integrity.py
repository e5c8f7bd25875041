"""Whether a segment is in itself what a packager would have published: told in microseconds, without a decoder."""

from bisect import bisect_right

from matinee.errors import MediaCorrupt, MediaInvalid
from matinee.media.boxes import Box, top_level
from matinee.media.fragments import Fragment, read_fragments
from matinee.media.header import Header

_TS_PACKET_BYTES, _TS_SYNC = 188, b"\x47"
_FIRST_BOXES = (b"styp", b"moof", b"sidx", b"emsg", b"prft", b"ftyp", b"free", b"skip", b"ssix", b"mdat")
"""What a media segment may begin with."""


def is_boxed_or_packed(segment: bytes) -> bool:
    """Whether it is of a kind that `verify_segment` knows: ISO-BMFF boxes or a transport stream."""
    return segment.startswith(_TS_SYNC) or segment[4:8] in _FIRST_BOXES


def verify_segment(segment: bytes, header: Header | None = None) -> None:
    """Returns if the boxes of `segment` add up, and every sample of every `moof` lies in the `mdat` that follows it.

    Of a transport stream: if it is made of whole packets. Without a `header`, sizes that only the init segment states
    go unchecked. What the samples hold is not looked at.
    Raises: MediaCorrupt with `box` and `offset`: what came is not what was published, so ask somebody else for it.
    """
    if segment.startswith(_TS_SYNC):
        _verify_packets(segment)
        return
    try:
        boxes = [box for box in top_level(segment) if box.kind in ("moof", "mdat")]
        fragments = read_fragments(segment, header)
    except MediaInvalid as error:
        raise MediaCorrupt(error.what, **error.facts) from error
    if [box.kind for box in boxes] != ["moof", "mdat"] * (len(boxes) // 2):
        raise MediaCorrupt("A fragment of the media lacks its samples.", box="mdat", offset=len(segment))
    _verify_places(fragments, boxes)


def _verify_packets(segment: bytes) -> None:
    """ISO/IEC 13818-1, 2.4.3.2."""
    syncs = segment[::_TS_PACKET_BYTES]
    if len(segment) % _TS_PACKET_BYTES or syncs.count(_TS_SYNC) != len(syncs):
        raise MediaCorrupt(f"The transport stream of {len(segment)} bytes lost its packets.", offset=len(segment))


def _verify_places(fragments: list[Fragment], boxes: list[Box]) -> None:
    """`boxes`: a `moof` and its `mdat` by turns."""
    starts, datas = [moof.start for moof in boxes[::2]], boxes[1::2]
    for fragment in fragments:
        data = datas[bisect_right(starts, fragment.boxes[0].start) - 1]
        for run in fragment.runs:
            if run.start < data.content or run.end > data.end:
                raise MediaCorrupt("A sample lies outside of the box mdat.", box="mdat", offset=data.start)
