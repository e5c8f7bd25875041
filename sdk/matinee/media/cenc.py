"""Common encryption (ISO/IEC 23001-7): protected segments in, plain ones out, without a decoder.

The layout of a file does not change: what speaks of protection becomes a box `free` of the same size, so every offset
stays true. `cenc` (AES-CTR) and `cbcs` (AES-CBC with a pattern) are understood.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from Crypto.Cipher import AES

from matinee.errors import FormatUnsupported, LicenseInvalid, MediaInvalid
from matinee.media.boxes import Box, children, fields, find, top_level, version_and_flags
from matinee.media.fragments import Fragment, Sample, read_fragments
from matinee.media.header import Header, Protection, protection_boxes, read_header

_BLOCK = 16
_SUBSAMPLES_GIVEN = 0x2
_PROTECTION_BOXES = ("senc", "saiz", "saio", "pssh")
_SCHEMES = ("cenc", "cbcs")

Range = tuple[int, int]
"""First byte and the one after the last."""


class ProtectedSample(NamedTuple):
    iv: bytes
    ranges: list[Range]
    """The encrypted bytes, in the segment."""


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


class Decryptor:
    """Opens the segments of one init segment."""

    def __init__(self, header: Header, keys: Mapping[str, bytes]) -> None:
        """Raises LicenseInvalid if `keys` lack the track's key, FormatUnsupported for another scheme."""
        self._header = header
        self._protection = protection = header.protection
        if protection is None:
            return
        if protection.scheme not in _SCHEMES:
            raise FormatUnsupported(f"The encryption scheme {protection.scheme!r}.", scheme=protection.scheme)
        if protection.key_id not in keys:
            raise LicenseInvalid(f"The license holds no key {protection.key_id}.", key_id=protection.key_id)
        self._key = keys[protection.key_id]
        if len(self._key) != _BLOCK:
            raise LicenseInvalid(f"The key {protection.key_id} has not {_BLOCK} bytes.", key_id=protection.key_id)

    def decrypt(self, segment: bytes) -> bytes:
        """`segment` in the clear, of the same size; `segment` itself if it is clear.

        Raises: MediaCorrupt if it is cut short, MediaInvalid if it is broken, FormatUnsupported if keys change within
        it, LicenseInvalid if the key is seen not to open it. (A wrong key shows for certain only in decoding.)
        """
        if self._protection is None:
            return segment
        fragments = read_fragments(segment, self._header)
        protected = [
            sample for fragment in fragments for sample in _protected_samples(segment, fragment, self._protection)
        ]
        if not protected:
            return segment
        clear = bytearray(segment)
        if self._protection.scheme == "cenc":
            _decrypt_ctr(clear, protected, key=self._key)
        else:
            _decrypt_cbc(clear, protected, key=self._key, protection=self._protection)
        for fragment in fragments:
            for box in children(segment, fragment.traf):
                if box.kind in _PROTECTION_BOXES:
                    _free(clear, box)
        self._check_opened(clear, fragments[0].samples)
        return bytes(clear)

    def _check_opened(self, clear: bytearray, samples: list[Sample]) -> None:
        """The first sample must be a chain of NAL units, which under another key it is only by chance."""
        if not self._header.nal_length_bytes or not samples or self._protection is None:
            return
        first, prefix = samples[0], self._header.nal_length_bytes
        at, end = first.start, first.start + first.size
        while at + prefix <= end:
            at += prefix + int.from_bytes(clear[at : at + prefix], "big")
        if at != end:
            key_id = self._protection.key_id
            raise LicenseInvalid(f"The key {key_id} does not open the segment.", key_id=key_id)


def _protected_samples(segment: bytes, fragment: Fragment, protection: Protection) -> Iterator[ProtectedSample]:
    """The encrypted samples of a fragment with their initialization vectors; none if the fragment is clear."""
    if any(
        box.kind == "sgpd" and b"seig" in segment[box.content : box.end] for box in children(segment, fragment.traf)
    ):
        raise FormatUnsupported("A segment whose key changes within it.", box="sgpd")
    table = find(segment, fragment.traf, "senc")
    if table is None:
        if find(segment, fragment.traf, "saiz"):
            raise FormatUnsupported("A segment that keeps its encryption table outside of the box senc.", box="saiz")
        return
    _, flags = version_and_flags(segment, table)
    [count] = fields(segment, table, "I", at=4)
    if count != len(fragment.samples):
        raise MediaInvalid(
            f"An encryption table of {count} samples for {len(fragment.samples)}.", box="senc", offset=table.start
        )
    at = 8
    for sample in fragment.samples:
        [iv] = fields(segment, table, f"{protection.iv_bytes}s", at=at)
        at += protection.iv_bytes
        ranges = [(sample.start, sample.start + sample.size)]
        if flags & _SUBSAMPLES_GIVEN:
            [subsamples] = fields(segment, table, "H", at=at)
            sizes = fields(segment, table, "HI" * subsamples, at=at + 2)
            ranges = _subsample_ranges(sample, sizes, table=table)
            at += 2 + 6 * subsamples
        yield ProtectedSample(iv or protection.constant_iv, ranges)


def _subsample_ranges(sample: Sample, sizes: tuple[int, ...], *, table: Box) -> list[Range]:
    """`sizes`: of clear and protected stretches by turns."""
    ranges: list[Range] = []
    at = sample.start
    for clear, protected in zip(sizes[::2], sizes[1::2], strict=True):
        at += clear + protected
        ranges.append((at - protected, at))
    if at > sample.start + sample.size:
        raise MediaInvalid("An encryption table that overruns its sample.", box="senc", offset=table.start)
    return ranges


def _decrypt_ctr(data: bytearray, samples: list[ProtectedSample], *, key: bytes) -> None:
    """`cenc`: each sample's protected bytes are one AES-CTR stream (ISO/IEC 23001-7, 9.4 and 9.5).

    The lower half of the counter counts blocks and does not carry into the upper half (9.2).
    """
    for iv, ranges in samples:
        text = b"".join([data[start:end] for start, end in ranges])
        if text:
            cipher = AES.new(key, AES.MODE_CTR, nonce=iv[:8], initial_value=iv[8:] or 0)
            _scatter(data, cipher.decrypt(text), ranges)


def _decrypt_cbc(data: bytearray, samples: list[ProtectedSample], *, key: bytes, protection: Protection) -> None:
    """`cbcs`: each protected range is an AES-CBC chain over the pattern's encrypted blocks (9.7, 10.4)."""
    for iv, ranges in samples:
        for start, end in ranges:
            encrypted = list(_pattern(start, end, protection))
            if encrypted:
                text = b"".join([data[first:last] for first, last in encrypted])
                plain = AES.new(key, AES.MODE_CBC, iv=iv.ljust(_BLOCK, b"\0")).decrypt(text)
                _scatter(data, plain, encrypted)


def _pattern(start: int, end: int, protection: Protection) -> Iterator[Range]:
    """The encrypted stretches of a protected range; a partial block at its end is clear."""
    crypt_bytes, skip_bytes = protection.crypt_blocks * _BLOCK, protection.skip_blocks * _BLOCK
    stretch_bytes = crypt_bytes or end - start
    for first in range(start, end, max(stretch_bytes + skip_bytes, 1)):
        whole_bytes = (min(first + stretch_bytes, end) - first) // _BLOCK * _BLOCK
        if whole_bytes:
            yield first, first + whole_bytes


def _scatter(data: bytearray, plain: bytes, ranges: list[Range]) -> None:
    """Puts `plain` where it came from."""
    first = 0
    for start, end in ranges:
        data[start:end] = plain[first : first + end - start]
        first += end - start


def _free(data: bytearray, box: Box) -> None:
    data[box.start + 4 : box.start + 8] = b"free"
