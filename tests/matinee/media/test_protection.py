"""What an init segment and its groups say of encryption."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import MediaInvalid
from matinee.media.boxes import Box, top_level
from matinee.media.protection import Protection, read_groups

KEY_ID = bytes(range(16))


def sgpd(*entries: bytes, version: int = 1, size: int = 0) -> bytes:
    """`size`: of each entry; stated for each if 0."""
    lengths = [b"" if size else struct.pack(">I", len(entry)) for entry in entries]
    content = struct.pack(">I4sI", version << 24, b"seig", size) + bytes(4 if version == 2 else 0)
    content += struct.pack(">I", len(entries)) + b"".join(
        length + entry for length, entry in zip(lengths, entries, strict=True)
    )
    return struct.pack(">I4s", 8 + len(content), b"sgpd") + content


def entry(*, iv_bytes: int = 8, pattern: int = 0, is_protected: bool = True, constant_iv: bytes = b"") -> bytes:
    constant = bytes([len(constant_iv)]) + constant_iv if constant_iv else b""
    return struct.pack(">BBBB16s", 0, pattern, is_protected, iv_bytes, KEY_ID) + constant


def read(data: bytes) -> tuple[Protection | None, ...]:
    [box] = top_level(data)
    return read_groups(data, box, scheme="cbcs")


@pytest.mark.parametrize("version", [1, 2])
def test_groups_may_differ_in_size_pattern_and_vector(version: int) -> None:
    own, constant = entry(), entry(iv_bytes=0, pattern=0x19, constant_iv=bytes(16))
    first, second, third = read(sgpd(own, constant, entry(is_protected=False), version=version))
    assert first is not None
    assert second is not None
    assert (first.key_id, first.iv_bytes, first.has_pattern) == (KEY_ID.hex(), 8, False)
    assert (second.constant_iv, second.crypt_blocks, second.skip_blocks) == (bytes(16), 1, 9)
    assert third is None


def test_groups_of_one_size_state_it_once() -> None:
    assert len(read(sgpd(entry(), entry(), size=20))) == 2


@pytest.mark.parametrize("data", [sgpd(entry(), version=0), sgpd(entry(iv_bytes=7)), sgpd(entry()[:12])])
def test_what_breaks_the_format_is_invalid(data: bytes) -> None:
    with pytest.raises(MediaInvalid):
        read(data)


def test_more_groups_than_any_track_needs_are_refused() -> None:
    data = sgpd(entry(), size=20)
    with pytest.raises(MediaInvalid, match="the most"):
        read(data[:20] + b"\xff\xff\xff\xff" + data[24:])


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(MediaInvalid):
        read_groups(data, Box("sgpd", 0, 0, len(data)), scheme="cenc")
