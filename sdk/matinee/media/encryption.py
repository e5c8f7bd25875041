"""Which bytes of a fragment are encrypted, under which key and initialization vector (ISO/IEC 23001-7, 6 and 7)."""

import struct
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import NamedTuple

from matinee.errors import FormatUnsupported, MediaInvalid
from matinee.media.boxes import Box, children, fields, version_and_flags
from matinee.media.fragments import Fragment, Sample
from matinee.media.header import Header
from matinee.media.protection import Protection, read_groups

_SUBSAMPLES_GIVEN, _TYPE_GIVEN = 0x2, 0x1
_SUBSAMPLE = struct.Struct(">HI")
_GROUP_OF_FRAGMENT = 0x1_0000
"""From here on a group is described in the fragment, below in the init segment (ISO/IEC 14496-12, 8.9.4)."""

Range = tuple[int, int]
"""First byte and the one after the last."""


class EncryptedSample(NamedTuple):
    """A sample that is encrypted at least in part."""

    protection: Protection
    iv: bytes
    ranges: list[Range]
    """The protected bytes, in the segment."""


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
    return [box for box in children(segment, fragment.traf) if _speaks_of_encryption(segment, box)]


def read_encrypted(segment: bytes, fragment: Fragment, header: Header) -> list[EncryptedSample]:
    """The encrypted samples of `fragment`; none if it is clear.

    Raises: MediaInvalid if a table is broken or does not fit the samples, FormatUnsupported if it lies elsewhere.
    """
    boxes = {box.kind: box for box in encryption_boxes(segment, fragment)}
    samples = fragment.samples
    tables = _tables(segment, boxes, samples, base=fragment.base)
    if tables is None or header.protection is None:
        return []
    protections: Iterable[Protection | None] = repeat(header.protection)
    if "sbgp" in boxes:
        protections = _protections(segment, boxes, header)
    return list(_encrypted(segment, tables, samples, protections))


def _speaks_of_encryption(segment: bytes, box: Box) -> bool:
    if box.kind in ("sbgp", "sgpd"):
        return fields(segment, box, "4s", at=4) == (b"seig",)
    return box.kind in ("senc", "saiz", "saio")


def _tables(segment: bytes, boxes: dict[str, Box], samples: list[Sample], *, base: int) -> _Tables | None:
    """`saiz` and `saio` say where the entries lie; `senc`, if there is one, is where they do."""
    if senc := boxes.get("senc"):
        _, flags = version_and_flags(segment, senc)
        [count] = fields(segment, senc, "I", at=4)
        _need_equal(count, samples, senc)
        return _Tables(senc, senc.content + 8, senc.end, repeat(None), bool(flags & _SUBSAMPLES_GIVEN))
    saiz, saio = boxes.get("saiz"), boxes.get("saio")
    if saiz is None or saio is None:
        return None
    at = _after_type(segment, saiz)
    size, count = fields(segment, saiz, "BI", at=at)
    _need_equal(count, samples, saiz)
    [sizes] = (repeat(size),) if size else fields(segment, saiz, f"{count}s", at=at + 5)
    return _Tables(saiz, base + _offset(segment, saio), len(segment), sizes, True)


def _need_equal(count: int, samples: list[Sample], box: Box) -> None:
    if count != len(samples):
        raise MediaInvalid(
            f"An encryption table of {count} samples for {len(samples)}.", box=box.kind, offset=box.start
        )


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


def _protections(segment: bytes, boxes: dict[str, Box], header: Header) -> Iterator[Protection | None]:
    """Of one sample after another; those beyond the last run of a group have the track's own."""
    assert header.protection is not None, "asked for tracks that are protected"
    sbgp = boxes["sbgp"]
    version, _ = version_and_flags(segment, sbgp)
    count_at = 12 if version else 8
    own = _own_groups(segment, boxes, scheme=header.protection.scheme)
    [count] = fields(segment, sbgp, "I", at=count_at)
    rows = fields(segment, sbgp, f"{2 * count}I", at=count_at + 4)
    for samples, group in zip(rows[::2], rows[1::2], strict=True):
        is_own = group > _GROUP_OF_FRAGMENT
        groups = own if is_own else header.groups
        number: int = group - _GROUP_OF_FRAGMENT if is_own else group
        if number > len(groups):
            raise MediaInvalid(f"A sample of a group {number} that nobody describes.", box="sbgp", offset=sbgp.start)
        yield from repeat(groups[number - 1] if number else header.protection, samples)
    yield from repeat(header.protection)


def _own_groups(segment: bytes, boxes: dict[str, Box], *, scheme: str) -> tuple[Protection | None, ...]:
    return read_groups(segment, boxes["sgpd"], scheme=scheme) if "sgpd" in boxes else ()


def _encrypted(
    segment: bytes, tables: _Tables, samples: list[Sample], protections: Iterable[Protection | None]
) -> Iterator[EncryptedSample]:
    at = tables.at
    for sample, protection, size in zip(samples, protections, tables.sizes, strict=False):
        iv_end = at + (protection.iv_bytes if protection else 0)
        iv, ranges = segment[at:iv_end], [(sample.start, sample.start + sample.size)]
        at = iv_end
        if tables.has_subsamples and (size is None or size > len(iv)):
            ranges, at = _subsamples(segment, tables, sample, at=at)
        if at > tables.end:
            raise MediaInvalid("An encryption table that ends too early.", box=tables.box.kind, offset=tables.box.start)
        if protection and (size != 0 or protection.constant_iv):
            # In C, unlike the constructor.
            yield EncryptedSample._make((protection, iv or protection.constant_iv, ranges))


def _subsamples(segment: bytes, tables: _Tables, sample: Sample, *, at: int) -> tuple[list[Range], int]:
    """The protected ranges of `sample`, and where the next entry begins."""
    [count] = struct.unpack_from(">H", segment, at) if at + 2 <= tables.end else (0,)
    first, end = at + 2, at + 2 + count * _SUBSAMPLE.size
    if end > tables.end:
        raise MediaInvalid("An encryption table that ends too early.", box=tables.box.kind, offset=tables.box.start)
    ranges: list[Range] = []
    place = sample.start
    for clear, protected in _SUBSAMPLE.iter_unpack(segment[first:end]):
        place += clear + protected
        ranges.append((place - protected, place))
    if place > sample.start + sample.size:
        raise MediaInvalid(
            "An encryption table that overruns its sample.", box=tables.box.kind, offset=tables.box.start
        )
    return ranges, end
