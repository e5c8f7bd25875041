"""Media shaped as CMAF and empty within: boxes that add up (ISO/IEC 14496-12), zeros where pictures would be."""

import struct
from functools import lru_cache

TIMESCALE = 1_000
_ENTRIES = {"video": (b"vide", b"avc1", 78), "audio": (b"soun", b"mp4a", 28)}
"""Handler, sample entry, and the bytes of its fields."""


def init_segment(kind: str) -> bytes:
    """Of a track of video or audio that counts milliseconds."""
    handler, entry, entry_bytes = _ENTRIES[kind]
    stsd = _box(b"stsd", struct.pack(">II", 0, 1) + _box(entry, bytes(entry_bytes)))
    mdhd = _box(b"mdhd", struct.pack(">IIIII", 0, 0, 0, TIMESCALE, 0) + bytes(4))
    hdlr = _box(b"hdlr", bytes(8) + handler + bytes(13))
    tkhd = _box(b"tkhd", struct.pack(">IIII", 7, 0, 0, 1) + bytes(68))
    mdia = _box(b"mdia", mdhd + hdlr + _box(b"minf", _box(b"stbl", stsd)))
    mvex = _box(b"mvex", _box(b"trex", struct.pack(">IIIIII", 0, 1, 1, 0, 0, 0)))
    return _box(b"ftyp", b"cmf2" + bytes(4) + b"cmf2") + _box(b"moov", _box(b"trak", tkhd + mdia) + mvex)


@lru_cache(maxsize=64)
def fragment(size_bytes: int, *, start_ms: int = 0, duration_ms: int = 0) -> bytes:
    """One `moof` of one sample with its `mdat`, of that size in all, or as little more as they need."""
    head_bytes = len(_moof(0, start_ms, duration_ms)) + 8
    sample_bytes = max(0, size_bytes - head_bytes)
    return _moof(sample_bytes, start_ms, duration_ms) + _box(b"mdat", bytes(sample_bytes))


def _moof(sample_bytes: int, start_ms: int, duration_ms: int) -> bytes:
    tfhd = _box(b"tfhd", struct.pack(">II", 0x020000, 1))
    tfdt = _box(b"tfdt", struct.pack(">IQ", 0x01000000, start_ms))
    # The one sample begins behind the header of the mdat.
    data_offset = 8 + 16 + 8 + len(tfhd) + len(tfdt) + 28 + 8
    trun = _box(b"trun", struct.pack(">IIIII", 0x000301, 1, data_offset, duration_ms, sample_bytes))
    return _box(b"moof", _box(b"mfhd", bytes(8)) + _box(b"traf", tfhd + tfdt + trun))


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
