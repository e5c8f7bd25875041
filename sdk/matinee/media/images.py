"""The size of an image, by its own word: JPEG (ITU-T T.81, annex B) and PNG (RFC 2083, section 4.1.1)."""

from matinee.errors import MediaInvalid

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_PNG_HEAD_BYTES = 24
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers SOF; the three between them open tables."""
_MOST_MARKERS = 256
"""Before the frame header; a profile of colors takes some dozens at most."""


def size_of(image: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None if it is neither JPEG nor PNG. Raises MediaInvalid if it breaks its format."""
    if image.startswith(_PNG):
        size = int.from_bytes(image[16:20]), int.from_bytes(image[20:_PNG_HEAD_BYTES])
    elif image.startswith(_JPEG):
        size = _size_of_jpeg(image)
    else:
        return None
    if not all(size):
        raise MediaInvalid(f"An image of {len(image)} bytes that does not say how large it is.")
    return size


def _size_of_jpeg(image: bytes) -> tuple[int, int]:
    at = len(_JPEG)
    for _ in range(_MOST_MARKERS):
        lead, marker, length = image[at : at + 1], image[at + 1 : at + 2], int.from_bytes(image[at + 2 : at + 4])
        if lead != b"\xff" or not marker or length < 2:
            break
        if marker[0] in _FRAME_HEADERS:
            return int.from_bytes(image[at + 7 : at + 9]), int.from_bytes(image[at + 5 : at + 7])
        at += 2 + length
    return 0, 0
