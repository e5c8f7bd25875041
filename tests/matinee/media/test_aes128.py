"""Whole segments under AES-128, as another library encrypts them."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from matinee.errors import LicenseInvalid, MediaCorrupt
from matinee.media.aes128 import decrypt_whole, iv_of

KEY, IV = bytes(range(16)), bytes(range(16, 32))


def encrypted(plain: bytes, *, key: bytes = KEY, iv: bytes = IV) -> bytes:
    """By another library than ours."""
    padder, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES128(key), modes.CBC(iv)).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


@pytest.mark.parametrize("size", [0, 1, 15, 16, 188, 18_800])
def test_a_segment_opens_to_what_was_there_before(size: int) -> None:
    plain = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert decrypt_whole(encrypted(plain), key=KEY, iv=IV) == plain


def test_without_a_vector_the_sequence_number_counts() -> None:
    assert iv_of(258) == bytes(14) + b"\x01\x02"
    assert decrypt_whole(encrypted(b"media", iv=iv_of(7)), key=KEY, iv=iv_of(7)) == b"media"


def test_a_wrong_key_is_told() -> None:
    with pytest.raises(LicenseInvalid, match="does not open"):
        decrypt_whole(encrypted(b"media"), key=KEY[::-1], iv=IV)
    with pytest.raises(LicenseInvalid, match="16 bytes"):
        decrypt_whole(encrypted(b"media"), key=KEY + KEY, iv=IV)


@pytest.mark.parametrize("cut", [1, 15, 16])
def test_a_segment_that_ends_within_a_block_is_corrupt(cut: int) -> None:
    with pytest.raises(MediaCorrupt):
        decrypt_whole(encrypted(b"media")[:-cut], key=KEY, iv=IV)
