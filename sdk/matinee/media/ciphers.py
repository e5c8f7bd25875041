"""AES as media needs it: hundreds of short streams under one key, each with an initialization vector of its own.

By `cryptography` where it is installed, else by pycryptodome; both give the same. The former is three times as fast for
a whole session: it sets a key up once and not for each sample, and writes where it reads.
"""

from collections.abc import Callable, Iterable

from Crypto.Cipher import AES

Buffer = bytes | bytearray | memoryview

Range = tuple[int, int]
"""First byte and the one after the last."""
Stream = tuple[bytes, list[Range]]
"""An initialization vector of 8 or 16 bytes, and what is one AES-CTR stream under it."""
Opening = Callable[[memoryview, Iterable[Stream]], None]
"""Opens the streams where they lie. For one thread at a time."""
Opened = Callable[[bytes, Buffer], bytes]
"""Of an initialization vector and what was encrypted under it: what it was before. For one thread at a time."""

_BLOCK, _HALF = 16, 8


def counter_mode(key: bytes) -> Opening:
    """AES-CTR.

    The lower half of a counter counts blocks and does not carry into the upper half (ISO/IEC 23001-7, 9.2).
    """
    try:
        return counters_by_cryptography(key)
    except ImportError:
        return counters_by_pycryptodome(key)


def chain_mode(key: bytes) -> Opened:
    """AES-CBC of whole blocks, with vectors of 16 bytes."""
    try:
        return chains_by_cryptography(key)
    except ImportError:
        return chains_by_pycryptodome(key)


def counters_by_pycryptodome(key: bytes) -> Opening:
    def opening(data: memoryview, streams: Iterable[Stream]) -> None:
        # A cipher for each stream: to batch them would mean to write the mode ourselves.
        for iv, ranges in streams:
            cipher = AES.new(key, AES.MODE_CTR, nonce=iv[:_HALF], initial_value=iv[_HALF:] or 0)
            text = cipher.decrypt(b"".join([data[first:last] for first, last in ranges]))
            _scatter(data, text, ranges)

    return opening


def chains_by_pycryptodome(key: bytes) -> Opened:
    def opened(iv: bytes, text: Buffer) -> bytes:
        return AES.new(key, AES.MODE_CBC, iv=iv).decrypt(text)

    return opened


def counters_by_cryptography(key: bytes) -> Opening:
    """Raises ImportError without it."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES128(key), modes.CTR(bytes(_BLOCK))).decryptor()
    reset, open_into = cipher.reset_nonce, cipher.update_into
    slow = counters_by_pycryptodome(key)

    def opening(data: memoryview, streams: Iterable[Stream]) -> None:
        for iv, ranges in streams:
            # Its counters carry over all 16 bytes.
            if len(iv) == _BLOCK and int.from_bytes(iv[_HALF:], "big") + len(data) // _BLOCK >= 1 << 64:
                slow(data, [(iv, ranges)])
                continue
            reset(iv.ljust(_BLOCK, b"\0"))
            for first, last in ranges:
                place = data[first:last]
                open_into(place, place)

    return opening


def chains_by_cryptography(key: bytes) -> Opened:
    """Raises ImportError without it."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    def opened(iv: bytes, text: Buffer) -> bytes:
        return Cipher(algorithms.AES128(key), modes.CBC(iv)).decryptor().update(text)

    return opened


def _scatter(data: memoryview, text: bytes, ranges: Iterable[Range]) -> None:
    at, opened = 0, memoryview(text)
    for first, last in ranges:
        data[first:last] = opened[at : at + last - first]
        at += last - first
