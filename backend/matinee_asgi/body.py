"""The body of a request: bounded as it comes and, where it is compressed, as it was."""

import zlib

from starlette.requests import Request

from matinee.errors import RequestInvalid

CODINGS = ("gzip", "deflate")
_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32
"""zlib then tells by the header which of the two it is."""


async def read_body(request: Request, *, max_bytes: int) -> bytes:
    """The body without its content coding (RFC 9110, section 8.4).

    Raises RequestInvalid for more than `max_bytes`, sent or unpacked, for what cannot be unpacked, and for any coding
    but those in CODINGS. No more than `max_bytes` is ever held.
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > max_bytes:
            raise _too_large(max_bytes)
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding == "identity":
        return bytes(raw)
    if coding not in CODINGS:
        raise RequestInvalid(f"A body in an unknown coding; {' and '.join(CODINGS)} are read.")
    return unpacked(raw, max_bytes=max_bytes)


def unpacked(packed: bytes | bytearray, *, max_bytes: int) -> bytes:
    """What was packed by gzip or zlib. Raises RequestInvalid as above."""
    unpacking = zlib.decompressobj(_ZLIB_OR_GZIP)
    try:
        whole = unpacking.decompress(packed, max_bytes + 1)
    except zlib.error as error:
        raise RequestInvalid("A body that cannot be unpacked.") from error
    if len(whole) > max_bytes:
        raise _too_large(max_bytes)
    if not unpacking.eof or unpacking.unused_data:
        raise RequestInvalid("A packed body that does not end where it should.")
    return whole


def _too_large(max_bytes: int) -> RequestInvalid:
    return RequestInvalid(f"A body of more than {max_bytes} bytes.", max_bytes=max_bytes)
