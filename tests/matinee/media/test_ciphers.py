"""Two libraries that must not differ, and counters that must not carry."""

from itertools import accumulate, pairwise

import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from matinee.media.ciphers import (
    Opening,
    Stream,
    chain_mode,
    chains_by_cryptography,
    chains_by_pycryptodome,
    counter_mode,
    counters_by_cryptography,
    counters_by_pycryptodome,
)

KEY = bytes(range(16))
VECTORS = st.binary(min_size=16, max_size=16)


def opened_by(opening: Opening, data: bytes, *streams: Stream) -> bytes:
    place = bytearray(data)
    opening(memoryview(place), streams)
    return bytes(place)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[bytes, list[Stream]]:
    """Some bytes, and streams in them that do not overlap, each in one or several ranges."""
    sizes = draw(st.lists(st.integers(0, 50) | st.integers(4_000, 4_200), max_size=12))
    data = draw(st.randoms(use_true_random=False)).randbytes(sum(sizes))
    ends = [0, *accumulate(sizes)]
    ranges, streams = list(pairwise(ends))[::2], list[Stream]()
    while ranges:
        count = draw(st.integers(1, 3))
        streams.append((draw(VECTORS | st.binary(min_size=8, max_size=8)), ranges[:count]))
        ranges = ranges[count:]
    return data, streams


@given(layouts())
def test_both_libraries_count_alike(layout: tuple[bytes, list[Stream]]) -> None:
    data, streams = layout
    one_by_one = data
    for iv, ranges in streams:
        text = b"".join(data[first:last] for first, last in ranges)
        told = AES.new(KEY, AES.MODE_CTR, nonce=iv[:8], initial_value=iv[8:] or 0).decrypt(text)
        for first, last in ranges:
            one_by_one = one_by_one[:first] + told[: last - first] + one_by_one[last:]
            told = told[last - first :]
    for mode in (counters_by_cryptography, counters_by_pycryptodome, counter_mode):
        assert opened_by(mode(KEY), data, *streams) == one_by_one


@given(iv=VECTORS, blocks=st.lists(VECTORS))
def test_both_libraries_chain_alike(iv: bytes, blocks: list[bytes]) -> None:
    text = b"".join(blocks)
    expected = chains_by_pycryptodome(KEY)(iv, text)
    assert chains_by_cryptography(KEY)(iv, text) == chain_mode(KEY)(iv, memoryview(text)) == expected


@pytest.mark.parametrize("left", range(5))
def test_a_counter_that_runs_over_begins_at_zero_without_a_carry(left: int) -> None:
    """The stream that begins `left` blocks before the end of the lower half goes on as the one that begins at zero."""
    upper = b"\xff" * 7 + b"\x01"
    late, early = upper + ((1 << 64) - left).to_bytes(9, "big")[1:], upper + bytes(8)
    for mode in (counters_by_cryptography, counters_by_pycryptodome):
        carried = opened_by(mode(KEY), bytes(16 * 5), (late, [(0, 16 * 5)]))
        assert (
            carried[16 * left :]
            == opened_by(mode(KEY), bytes(16 * 5), (early, [(0, 16 * (5 - left))]))[: 16 * (5 - left)]
        )


def test_what_lies_between_the_ranges_stays() -> None:
    opened = opened_by(counter_mode(KEY), b"some text, and more", (b"vector-1", [(0, 4), (9, 13)]))
    assert opened[4:9] == b" text"
    assert opened[13:] == b"d more"
    assert opened_by(counter_mode(KEY), opened, (b"vector-1", [(0, 4), (9, 13)])) == b"some text, and more"
