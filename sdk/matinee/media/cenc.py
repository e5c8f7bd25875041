"""Common encryption (ISO/IEC 23001-7): protected segments in, plain ones out, without a decoder.

The layout of a file does not change: what speaks of protection becomes a box `free` of the same size, so every offset
stays true. All four schemes are understood: `cenc` and `cens` (AES-CTR), `cbc1` and `cbcs` (AES-CBC), the ones in `s`
with a pattern.
"""

from collections.abc import Mapping
from functools import lru_cache

from matinee.errors import FormatUnsupported, LicenseInvalid
from matinee.media.boxes import Box, children, top_level
from matinee.media.ciphers import Opening, Range, chain_mode, counter_mode
from matinee.media.encryption import EncryptedRun, encryption_boxes, read_encrypted
from matinee.media.fragments import Fragment, read_fragments
from matinee.media.header import Header, protection_boxes, read_header
from matinee.media.protection import Protection

_BLOCK = 16
_COUNTER_SCHEMES, _CHAIN_SCHEMES = ("cenc", "cens"), ("cbc1", "cbcs")
_KEYS_IN_USE = 4
"""To set one up takes a tenth of what it takes to open a segment; keys that rotate take turns for a while."""


def decrypt_segment(init: bytes, segment: bytes, keys: Mapping[str, bytes]) -> bytes:
    """`segment` in the clear, of the same size; `keys` are 16-byte content keys by key id.

    Raises what `Decryptor` and its `decrypt` raise. For many segments of one init segment, keep a Decryptor.
    """
    return Decryptor(read_header(init), keys).decrypt(segment)


def clear_init(init: bytes) -> bytes:
    """`init` as if its track had never been encrypted, of the same size. Raises MediaInvalid.

    For a device's own decoder, or any reader that knows no keys, with segments that a Decryptor opened. Our decoders
    want the original: they tell a wrong key by the protection that it names.
    """
    clear = bytearray(init)
    for moov in top_level(init):
        if moov.kind != "moov":
            continue
        for box in children(init, moov):
            if box.kind == "pssh":
                _free(clear, box)
            if box.kind == "trak":
                for entry, sinf, original in protection_boxes(init, box):
                    clear[entry.start + 4 : entry.start + 8] = original.encode("latin-1")
                    _free(clear, sinf)
    return bytes(clear)


def decryptor_of(header: Header, keys: Mapping[str, bytes], *, key: bytes | None = None) -> "Decryptor":
    """Opens the segments of `header` with those of `keys` that it names; or with `key`, whatever it names (HLS).

    Raises as `Decryptor`.
    """
    if key is None:
        return Decryptor(header, keys)
    named = (it.key_id for it in (header.protection, *header.groups) if it is not None)
    return Decryptor(header, dict.fromkeys(named, key))


class Decryptor:
    """Opens the segments of one init segment, in one thread at a time."""

    def __init__(self, header: Header, keys: Mapping[str, bytes]) -> None:
        """`keys`: may rise while segments are opened, as keys rotate. Raises FormatUnsupported for another scheme."""
        self._header = header
        self._keys = keys
        scheme = header.protection.scheme if header.protection else "cenc"
        if scheme not in _COUNTER_SCHEMES + _CHAIN_SCHEMES:
            raise FormatUnsupported(f"The encryption scheme {scheme!r}.", scheme=scheme)
        self._has_counters = scheme in _COUNTER_SCHEMES
        self._counter_mode = lru_cache(maxsize=_KEYS_IN_USE)(counter_mode)

    def decrypt(self, segment: bytes) -> bytes:
        """`segment` in the clear, of the same size; `segment` itself if it is clear.

        Raises: MediaCorrupt if it is cut short, MediaInvalid if it is broken, FormatUnsupported if its tables are not
        read here, LicenseInvalid if the key is missing or seen not to open it. (A wrong key shows for certain only in
        decoding.)
        """
        if self._header.protection is None:
            return segment
        fragments = read_fragments(segment, self._header)
        runs = [run for fragment in fragments for run in read_encrypted(segment, fragment, self._header)]
        if not runs:
            return segment
        clear = bytearray(segment)
        for run in runs:
            self._open(memoryview(clear), run)
        for fragment in fragments:
            for box in encryption_boxes(segment, fragment):
                _free(clear, box)
        self._check_opened(clear, fragments[0], key_id=runs[0].protection.key_id)
        return bytes(clear)

    def _open(self, data: memoryview, run: EncryptedRun) -> None:
        key = self._key(run.protection.key_id)
        if not self._has_counters:
            _open_chains(data, run, key=key)
        elif run.protection.scheme == "cens":
            _open_patterns(data, run, self._counter_mode(key))
        else:
            self._counter_mode(key)(data, run.streams)

    def _key(self, key_id: str) -> bytes:
        key = self._keys.get(key_id)
        if key is None:
            raise LicenseInvalid(f"The license holds no key {key_id}.", key_id=key_id)
        if len(key) != _BLOCK:
            raise LicenseInvalid(f"The key {key_id} has not {_BLOCK} bytes.", key_id=key_id)
        return key

    def _check_opened(self, clear: bytearray, fragment: Fragment, *, key_id: str) -> None:
        """The first sample must be a chain of NAL units, which under another key it is only by chance."""
        prefix = self._header.nal_length_bytes
        first = next((run for run in fragment.runs if run.sizes), None)
        if not prefix or first is None:
            return
        at, end = first.start, first.start + first.sizes[0]
        while at + prefix <= end:
            at += prefix + int.from_bytes(clear[at : at + prefix], "big")
        if at != end:
            raise LicenseInvalid(f"The key {key_id} does not open the segment.", key_id=key_id)


def _open_patterns(data: memoryview, run: EncryptedRun, opening: Opening) -> None:
    """Each sample's encrypted blocks are one AES-CTR stream (9.4 to 9.6)."""
    for iv, ranges in run.streams:
        whole = _whole_blocks(ranges)
        text = bytearray(_gather(data, whole, run.protection))
        opening(memoryview(text), [(iv, [(0, len(text))])])
        _scatter(data, memoryview(text), whole, run.protection)


def _open_chains(data: memoryview, run: EncryptedRun, *, key: bytes) -> None:
    """Each sample's encrypted blocks are one AES-CBC chain, with `cbcs` those of each protected range (9.4 to 9.7).

    A block of a chain is opened by itself and the one before it. So chains with their initialization vectors in front
    open as one; what the vectors themselves open to is dropped.
    """
    protection = run.protection
    chains = [(iv.ljust(_BLOCK, b"\0"), chain) for iv, ranges in run.streams for chain in _chains(ranges, protection)]
    texts = [text for iv, chain in chains for text in (iv, _gather(data, chain, protection))]
    opened = memoryview(chain_mode(key)(bytes(_BLOCK), b"".join(texts)))
    at = 0
    for (_, chain), text in zip(chains, texts[1::2], strict=True):
        at += _BLOCK
        _scatter(data, opened[at : at + len(text)], chain, protection)
        at += len(text)


def _chains(ranges: list[Range], protection: Protection) -> list[list[Range]]:
    whole = _whole_blocks(ranges)
    return [[one] for one in whole] if protection.scheme == "cbcs" else [whole]


def _whole_blocks(ranges: list[Range]) -> list[Range]:
    """With every scheme but `cenc`, a partial block at the end of a range is clear."""
    return [(first, last - (last - first) % _BLOCK) for first, last in ranges]


def _gather(data: memoryview, ranges: list[Range], protection: Protection) -> bytes | memoryview:
    """What is encrypted of `ranges`, in one piece."""
    if protection.has_pattern:
        return b"".join([_gather_pattern(data[first:last], protection) for first, last in ranges])
    if len(ranges) == 1:
        [(first, last)] = ranges
        return data[first:last]
    return b"".join([data[first:last] for first, last in ranges])


def _scatter(data: memoryview, opened: bytes | memoryview, ranges: list[Range], protection: Protection) -> None:
    """Puts what `_gather` took back where it came from."""
    at = 0
    for first, last in ranges:
        size = last - first
        if protection.has_pattern:
            size = _BLOCK * _encrypted_blocks(size // _BLOCK, protection)
            _scatter_pattern(data[first:last], opened[at : at + size], protection)
        else:
            data[first:last] = opened[at : at + size]
        at += size


def _gather_pattern(protected: memoryview, protection: Protection) -> bytearray:
    """The encrypted blocks of a protected range.

    By lanes of half a block, the largest item that a memoryview strides over: a few copies for a range of any size.
    """
    blocks = len(protected) // _BLOCK
    text = bytearray(_BLOCK * _encrypted_blocks(blocks, protection))
    source, target = protected[: blocks * _BLOCK].cast("Q"), memoryview(text).cast("Q")
    crypt, period = 2 * protection.crypt_blocks, 2 * (protection.crypt_blocks + protection.skip_blocks)
    for lane in range(crypt):
        target[lane::crypt] = source[lane::period]
    return text


def _scatter_pattern(protected: memoryview, opened: bytes | memoryview, protection: Protection) -> None:
    source, target = memoryview(opened).cast("Q"), protected[: len(protected) // _BLOCK * _BLOCK].cast("Q")
    crypt, period = 2 * protection.crypt_blocks, 2 * (protection.crypt_blocks + protection.skip_blocks)
    for lane in range(crypt):
        target[lane::period] = source[lane::crypt]


def _encrypted_blocks(blocks: int, protection: Protection) -> int:
    """Of so many in a protected range."""
    whole, rest = divmod(blocks, protection.crypt_blocks + protection.skip_blocks)
    return whole * protection.crypt_blocks + min(rest, protection.crypt_blocks)


def _free(data: bytearray, box: Box) -> None:
    data[box.start + 4 : box.start + 8] = b"free"
