"""ID3 tags in front of packed audio: when it is presented (RFC 8216, 3.4; ID3 2.4, 3 and 4)."""

from matinee.errors import MediaInvalid

MAX_TAG_BYTES = 1 << 20

_HEADER_BYTES = 10
_OWNER = b"com.apple.streaming.transportStreamTimestamp\0"
_TIMESTAMP_BYTES = 8
_TIMESTAMP_MASK = (1 << 33) - 1


def read_timestamp(segment: bytes) -> tuple[int, int]:
    """When the first sample is presented, in 90 kHz (0 if no tag says so), and the byte after all tags.

    Raises: MediaInvalid for a tag that overruns the segment or MAX_TAG_BYTES.
    """
    at, timestamp = 0, 0
    while segment.startswith(b"ID3", at):
        end = at + _HEADER_BYTES + _synchsafe(segment[at + 6 : at + _HEADER_BYTES])
        if end > min(len(segment), MAX_TAG_BYTES):
            raise MediaInvalid(f"A tag at byte {at} that overruns the segment.", box="ID3", offset=at)
        owner_at = segment.find(_OWNER, at, end)
        first = owner_at + len(_OWNER)
        if owner_at >= 0 and first + _TIMESTAMP_BYTES <= end:
            timestamp = int.from_bytes(segment[first : first + _TIMESTAMP_BYTES], "big") & _TIMESTAMP_MASK
        at = end
    return timestamp, at


def _synchsafe(size: bytes) -> int:
    """Seven bits of each byte."""
    value = 0
    for byte in size:
        value = value << 7 | byte & 0x7F
    return value
