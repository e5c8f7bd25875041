"""Two libraries that must not differ, and counters that must not carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.media.ciphers import (
    chain_mode,
    chains_by_cryptography,
    chains_by_pycryptodome,
    counter_mode,
    counters_by_cryptography,
    counters_by_pycryptodome,
)

KEY = bytes(range(16))
VECTORS = st.binary(min_size=16, max_size=16)


@given(iv=VECTORS | st.binary(min_size=8, max_size=8), text=st.binary(max_size=100))
def test_both_libraries_count_alike(iv: bytes, text: bytes) -> None:
    expected = counters_by_pycryptodome(KEY)(iv, text)
    assert counters_by_cryptography(KEY)(iv, text) == counter_mode(KEY)(iv, memoryview(text)) == expected


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
        assert mode(KEY)(late, bytes(16 * 5))[16 * left :] == mode(KEY)(early, bytes(16 * (5 - left)))


def test_streams_do_not_touch_one_another() -> None:
    opened = counter_mode(KEY)
    first = opened(b"vector-1", b"some text")
    opened(b"vector-2", b"other text")
    assert opened(b"vector-1", first) == b"some text"
