"""Which bytes of a fragment are encrypted, under which key and initialization vector (ISO/IEC 23001-7, 6 and 7)."""

import struct
from collections.abc import Iterable, Iterator
from itertools import islice, repeat
from typing import NamedTuple

from matinee.errors import FormatUnsupported, MediaInvalid
from matinee.media.boxes import Box, fields, version_and_flags
from matinee.media.ciphers import Range, Stream
from matinee.media.fragments import Fragment
from matinee.media.header import Header
from matinee.media.protection import Protection, read_groups

_SUBSAMPLES_GIVEN, _TYPE_GIVEN = 0x2, 0x1
_COUNT, _SUBSAMPLE = struct.Struct(">H"), struct.Struct(">HI")
_GROUP_OF_FRAGMENT = 0x1_0000
"""From here on a group is described in the fragment, below in the init segment (ISO/IEC 14496-12, 8.9.4)."""


class EncryptedRun(NamedTuple):
    """Samples that follow one another and are protected alike, each encrypted at least in part."""

    protection: Protection
    streams: list[Stream]
    """Of each sample: its initialization vector, and where its protected bytes lie in the segment."""


class _Tables(NamedTuple):
    """Where the entries of a fragment's samples lie, one behind the other."""

    box: Box
    at: int
    end: int
    sizes: Iterable[int | None]
    """Of each sample's entry; None if it is told by what it holds."""
    has_subsamples: bool


def encryption_boxes(segment: bytes, fragment: Fragment) -> list[Box]:
    """The boxes of `fragment` that speak of encryption; none if it is clear. Raises MediaInvalid."""
    return [box for box in fragment.boxes if _speaks_of_encryption(segment, box)]


def read_encrypted(segment: bytes, fragment: Fragment, header: Header) -> list[EncryptedRun]:
    """The encrypted samples of `fragment`; none if it is clear.

    Raises: MediaInvalid if a table is broken or does not fit the samples, FormatUnsupported if it lies elsewhere.
    """
    boxes = {box.kind: box for box in encryption_boxes(segment, fragment)}
    places = fragment.places
    tables = _tables(segment, boxes, count=len(places), base=fragment.base)
    if tables is None or header.protection is None:
        return []
    stretches: Iterable[tuple[Protection | None, int]] = [(header.protection, len(places))]
    if "sbgp" in boxes:
        stretches = _stretches(segment, boxes, header, count=len(places))
    runs: list[EncryptedRun] = []
    at, samples = tables.at, zip(places, tables.sizes, strict=False)
    for protection, count in stretches:
        streams, at = _streams(segment, tables, islice(samples, count), protection, at=at)
        if protection is not None and streams:
            runs.append(EncryptedRun(protection, streams))
    return runs


def _speaks_of_encryption(segment: bytes, box: Box) -> bool:
    if box.kind in ("sbgp", "sgpd"):
        return fields(segment, box, "4s", at=4) == (b"seig",)
    return box.kind in ("senc", "saiz", "saio")


def _tables(segment: bytes, boxes: dict[str, Box], *, count: int, base: int) -> _Tables | None:
    """`saiz` and `saio` say where the entries lie; `senc`, if there is one, is where they do."""
    if senc := boxes.get("senc"):
        _, flags = version_and_flags(segment, senc)
        _need_equal(fields(segment, senc, "I", at=4)[0], count, senc)
        return _Tables(senc, senc.content + 8, senc.end, repeat(None), bool(flags & _SUBSAMPLES_GIVEN))
    saiz, saio = boxes.get("saiz"), boxes.get("saio")
    if saiz is None or saio is None:
        return None
    at = _after_type(segment, saiz)
    size, told = fields(segment, saiz, "BI", at=at)
    _need_equal(told, count, saiz)
    [sizes] = (repeat(size),) if size else fields(segment, saiz, f"{count}s", at=at + 5)
    return _Tables(saiz, base + _offset(segment, saio), len(segment), sizes, True)


def _need_equal(told: int, count: int, box: Box) -> None:
    if told != count:
        raise MediaInvalid(f"An encryption table of {told} samples for {count}.", box=box.kind, offset=box.start)


def _offset(segment: bytes, saio: Box) -> int:
    """Where the entries begin, after the fragment's base."""
    version, _ = version_and_flags(segment, saio)
    at = _after_type(segment, saio)
    count, first = fields(segment, saio, "IQ" if version else "II", at=at)
    if count != 1:
        raise FormatUnsupported(f"An encryption table in {count} parts.", box="saio")
    return int(first)


def _after_type(segment: bytes, box: Box) -> int:
    """How far into `saiz` or `saio` the fields after an optional type begin."""
    _, flags = version_and_flags(segment, box)
    return 12 if flags & _TYPE_GIVEN else 4


def _stretches(
    segment: bytes, boxes: dict[str, Box], header: Header, *, count: int
) -> Iterator[tuple[Protection | None, int]]:
    """How so many samples after one another are protected; those beyond the last run of a group as the track."""
    assert header.protection is not None, "asked for tracks that are protected"
    sbgp = boxes["sbgp"]
    version, _ = version_and_flags(segment, sbgp)
    count_at = 12 if version else 8
    own = _own_groups(segment, boxes, scheme=header.protection.scheme)
    [runs] = fields(segment, sbgp, "I", at=count_at)
    rows = fields(segment, sbgp, f"{2 * runs}I", at=count_at + 4)
    for samples, group in zip(rows[::2], rows[1::2], strict=True):
        is_own = group > _GROUP_OF_FRAGMENT
        groups = own if is_own else header.groups
        number: int = group - _GROUP_OF_FRAGMENT if is_own else group
        if number > len(groups):
            raise MediaInvalid(f"A sample of a group {number} that nobody describes.", box="sbgp", offset=sbgp.start)
        yield groups[number - 1] if number else header.protection, samples
    yield header.protection, count


def _own_groups(segment: bytes, boxes: dict[str, Box], *, scheme: str) -> tuple[Protection | None, ...]:
    return read_groups(segment, boxes["sgpd"], scheme=scheme) if "sgpd" in boxes else ()


def _streams(
    segment: bytes,
    tables: _Tables,
    samples: Iterable[tuple[Range, int | None]],
    protection: Protection | None,
    *,
    at: int,
) -> tuple[list[Stream], int]:
    """What is encrypted of `samples`, and where the entries of the next ones begin.

    `samples`: where each lies, and the size of its entry; the first of these is at `at`.
    """
    iv_bytes, iv = (protection.iv_bytes, protection.constant_iv) if protection else (0, b"")
    streams: list[Stream] = []
    for place, size in samples:
        ranges = [place]
        if iv_bytes:
            iv = segment[at : at + iv_bytes]
            at += iv_bytes
        if tables.has_subsamples and (size is None or size > iv_bytes):
            ranges, at = _subsamples(segment, tables, place, at=at)
        if size != 0 or not iv_bytes:
            streams.append((iv, ranges))
    if at > tables.end:
        raise _too_early(tables.box)
    return streams, at


def _subsamples(segment: bytes, tables: _Tables, place: Range, *, at: int) -> tuple[list[Range], int]:
    """The protected ranges of the sample at `place`, and where the next entry begins."""
    at += _COUNT.size
    if at > tables.end:
        raise _too_early(tables.box)
    [count] = _COUNT.unpack_from(segment, at - _COUNT.size)
    end = at + count * _SUBSAMPLE.size
    if end > tables.end:
        raise _too_early(tables.box)
    first, last = place
    ranges: list[Range] = []
    for clear, protected in _SUBSAMPLE.iter_unpack(segment[at:end]):
        first += clear
        if protected:
            ranges.append((first, first + protected))
            first += protected
    if first > last:
        raise MediaInvalid(
            "An encryption table that overruns its sample.", box=tables.box.kind, offset=tables.box.start
        )
    return ranges, end


def _too_early(box: Box) -> MediaInvalid:
    return MediaInvalid("An encryption table that ends too early.", box=box.kind, offset=box.start)
