"""Segments that HLS encrypts as a whole: the method AES-128, AES-CBC with PKCS #7 padding (RFC 8216, 4.3.2.4)."""

from Crypto.Util.Padding import unpad

from matinee.errors import LicenseInvalid, MediaCorrupt
from matinee.media.ciphers import chain_mode

_BLOCK = 16


def iv_of(sequence_number: int) -> bytes:
    """The initialization vector of the segment of that media sequence number, where the playlist states none."""
    return sequence_number.to_bytes(_BLOCK, "big")


def decrypt_whole(data: bytes, *, key: bytes, iv: bytes) -> bytes:
    """`data` in the clear, without its padding; `iv` has 16 bytes.

    Raises: LicenseInvalid if the key has not 16 bytes or is seen not to open `data` (it may also not be seen),
    MediaCorrupt if `data` is cut short.
    """
    if len(key) != _BLOCK:
        raise LicenseInvalid(f"The key of the segment has not {_BLOCK} bytes.")
    if not data or len(data) % _BLOCK:
        raise MediaCorrupt(f"The encrypted segment ends within a block, after {len(data)} bytes.", offset=len(data))
    try:
        return unpad(chain_mode(key)(iv, data), _BLOCK)
    except ValueError as error:
        raise LicenseInvalid("The key does not open the segment.") from error
