"""Which bytes are encrypted: tables in `senc` or elsewhere, groups, and tables that lie."""

import struct
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from matinee.errors import FormatUnsupported, MediaCorrupt, MediaInvalid
from matinee.media.ciphers import Range
from matinee.media.encryption import encryption_boxes, read_encrypted
from matinee.media.fragments import read_fragments
from matinee.media.header import Header, read_header
from tests.support.media import KEY, KEY_ID, Clip, make_audio, make_video

KEYS = {KEY_ID: KEY}
VIDEO, AUDIO = make_video(seconds=1, keys=KEYS), make_audio(seconds=1, keys=KEYS)


class EncryptedSample(NamedTuple):
    key_id: str
    iv: bytes
    ranges: list[Range]


def encrypted(segment: bytes, header: Header) -> list[EncryptedSample]:
    """Every encrypted sample by itself."""
    return [
        EncryptedSample(run.protection.key_id, iv, ranges)
        for fragment in read_fragments(segment, header)
        for run in read_encrypted(segment, fragment, header)
        for iv, ranges in run.streams
    ]


def test_a_whole_sample_or_stretches_of_it_are_protected() -> None:
    header, segment = read_header(AUDIO.init), AUDIO.segments[0]
    [fragment] = read_fragments(segment, header)
    samples = encrypted(segment, header)
    assert [sample.ranges for sample in samples] == [[(one.start, one.start + one.size)] for one in fragment.samples]
    assert len({sample.iv for sample in samples}) == len(samples)
    assert any(sample.ranges[0][0] > 0 for sample in encrypted(VIDEO.segments[0], read_header(VIDEO.init)))


@pytest.mark.parametrize("clip", [VIDEO, AUDIO], ids=["subsamples", "samples"])
def test_tables_found_by_saiz_and_saio_say_the_same_as_senc(clip: Clip) -> None:
    header, segment = read_header(clip.init), clip.segments[0]
    assert encrypted(segment.replace(b"senc", b"free"), header) == encrypted(segment, header) != []


def test_a_fragment_without_tables_is_clear() -> None:
    segment = AUDIO.segments[0].replace(b"senc", b"free").replace(b"saiz", b"free")
    assert encrypted(segment, read_header(AUDIO.init)) == []


def test_tables_in_parts_are_unsupported() -> None:
    segment = AUDIO.segments[0].replace(b"senc", b"free")
    at = segment.index(b"saio") + 8
    with pytest.raises(FormatUnsupported, match="2 parts"):
        encrypted(segment[:at] + struct.pack(">I", 2) + segment[at + 4 :], read_header(AUDIO.init))


@pytest.mark.parametrize("box", [b"senc", b"saiz"])
@pytest.mark.parametrize("count", [0, 7, 0xFFFF_FFFF])
def test_a_table_of_another_number_of_samples_is_invalid(box: bytes, count: int) -> None:
    segment = AUDIO.segments[0] if box == b"senc" else AUDIO.segments[0].replace(b"senc", b"free")
    at = segment.index(box) + (8 if box == b"senc" else 9)
    with pytest.raises(MediaInvalid, match="encryption table"):
        encrypted(segment[:at] + struct.pack(">I", count) + segment[at + 4 :], read_header(AUDIO.init))


def test_a_table_that_ends_too_early_is_invalid() -> None:
    header = read_header(AUDIO.init)
    assert header.protection is not None
    wide = replace(header, protection=replace(header.protection, iv_bytes=16))
    with pytest.raises(MediaInvalid, match="too early"):
        encrypted(AUDIO.segments[0], wide)


def test_a_subsample_that_overruns_its_sample_is_invalid() -> None:
    segment = VIDEO.segments[0]
    at = segment.index(b"senc") + 12 + 8 + 2
    with pytest.raises(MediaInvalid, match="overruns"):
        encrypted(segment[:at] + b"\xff\xff\xff\xff\xff\xff" + segment[at + 6 :], read_header(VIDEO.init))


def group_boxes(*, runs: list[tuple[int, int]], key_ids: list[bytes]) -> bytes:
    """`seig`: for each run how many samples and of which group; for each group its key id, none for a clear one."""
    rows = b"".join(struct.pack(">II", *run) for run in runs)
    entries = b"".join(struct.pack(">BBBB16s", 0, 0, bool(key_id), 8 if key_id else 0, key_id) for key_id in key_ids)
    sbgp = struct.pack(">4sI", b"seig", len(runs)) + rows
    sgpd = struct.pack(">4sII", b"seig", 20, len(key_ids)) + entries
    return b"".join(
        struct.pack(">I4sI", 12 + len(content), kind, version << 24) + content
        for kind, version, content in ((b"sbgp", 0, sbgp), (b"sgpd", 1, sgpd))
    )


def with_groups(segment: bytes, boxes: bytes) -> bytes:
    """`segment`, into whose track fragment `boxes` were put, in front of the `senc`."""
    at, grown = segment.index(b"senc") - 4, bytearray(segment)
    for kind in (b"moof", b"traf"):
        size_at = segment.index(kind) - 4
        struct.pack_into(">I", grown, size_at, struct.unpack_from(">I", segment, size_at)[0] + len(boxes))
    offset_at = segment.index(b"trun") + 12
    struct.pack_into(">i", grown, offset_at, struct.unpack_from(">i", segment, offset_at)[0] + len(boxes))
    return bytes(grown[:at]) + boxes + bytes(grown[at:])


def test_samples_of_a_group_have_its_key_and_those_of_a_clear_one_none() -> None:
    header, other = read_header(AUDIO.init), b"\xab" * 16
    plain = encrypted(AUDIO.segments[0], header)
    boxes = group_boxes(runs=[(2, 0), (3, 0x10001)], key_ids=[other])
    segment = with_groups(AUDIO.segments[0], boxes)
    samples = encrypted(segment, header)
    assert [sample.key_id for sample in samples] == [KEY_ID] * 2 + [other.hex()] * 3 + [KEY_ID] * (len(plain) - 5)
    assert [sample.iv for sample in samples] == [sample.iv for sample in plain]
    [fragment] = read_fragments(segment, header)
    assert {"sbgp", "sgpd", "senc"} <= {box.kind for box in encryption_boxes(segment, fragment)}


def test_a_group_that_nobody_describes_is_invalid() -> None:
    boxes = group_boxes(runs=[(1, 0x10002)], key_ids=[b"\xab" * 16])
    with pytest.raises(MediaInvalid, match="nobody describes"):
        encrypted(with_groups(AUDIO.segments[0], boxes), read_header(AUDIO.init))


def test_more_groups_than_any_fragment_needs_are_refused() -> None:
    boxes = bytearray(group_boxes(runs=[(1, 1)], key_ids=[b"\xab" * 16]))
    struct.pack_into(">I", boxes, boxes.index(b"sgpd") + 16, 0xFFFF_FFFF)
    with pytest.raises((MediaInvalid, MediaCorrupt), match="the most"):
        encrypted(with_groups(AUDIO.segments[0], bytes(boxes)), read_header(AUDIO.init))
