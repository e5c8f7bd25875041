"""How large an image is, by its own word."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import MediaInvalid
from matinee.media.images import size_of

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 360)
JPEG = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + bytes(14) + b"\xff\xc2" + struct.pack(">HBHH", 17, 8, 360, 640)


@pytest.mark.parametrize("image", [PNG, JPEG])
def test_jpeg_and_png_tell_their_size(image: bytes) -> None:
    assert size_of(image) == (640, 360)


def test_of_other_formats_nothing_is_known() -> None:
    assert size_of(b"RIFF....WEBP") is None


@pytest.mark.parametrize("image", [PNG[:20], JPEG[:22], b"\xff\xd8" + b"\xff\xe0\0\2" * 300, b"\xff\xd8\xff\xe0\0\0"])
def test_one_that_does_not_come_to_the_point_is_invalid(image: bytes) -> None:
    with pytest.raises(MediaInvalid):
        size_of(image)


@given(st.sampled_from([PNG, JPEG]), st.integers(0, 40), st.binary(max_size=4))
def test_a_damaged_one_is_read_or_refused(image: bytes, at: int, value: bytes) -> None:
    with suppress(MediaInvalid):
        size_of(image[:at] + value + image[at + len(value) :])
