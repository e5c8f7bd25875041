"""The samples of a media segment: where each lies, and when it is shown (ISO/IEC 14496-12, section 8.8)."""

import struct
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec

from matinee.errors import MediaInvalid
from matinee.media.boxes import Box, children, fields, find, need, top_level, version_and_flags
from matinee.media.header import MAX_TIME, Header, SampleDefaults

MAX_SAMPLES = 65_536
"""In one run; more are refused."""

_BASE_GIVEN, _ENTRY_GIVEN, _DURATION_GIVEN, _SIZE_GIVEN = 0x1, 0x2, 0x8, 0x10
_RUN_OFFSET_GIVEN, _RUN_FIRST_FLAGS_GIVEN = 0x1, 0x4
# The columns that a run may have, in their order, by flag. Composition offsets are signed whatever the version
# says, as every reader takes them.
_RUN_COLUMNS = ((0x100, "duration", "I"), (0x200, "size", "I"), (0x400, "flags", "I"), (0x800, "composition", "i"))


class Sample(NamedTuple):
    """One access unit."""

    start: int
    """Its first byte in the segment."""
    size: int
    time: int
    """When it is presented, in the track's timescale, the edit list applied."""
    duration: int


class Fragment(msgspec.Struct, frozen=True, kw_only=True):
    """A track fragment: samples that were written together."""

    traf: Box
    base: int
    """The byte that the fragment's offsets count from."""
    decode_time: int
    """Of the first sample, in the track's timescale, before the edit list."""
    samples: tuple[Sample, ...]
    """In decoding order."""

    @property
    def duration(self) -> int:
        """In the track's timescale."""
        return sum(sample.duration for sample in self.samples)


def read_fragments(segment: bytes, header: Header) -> list[Fragment]:
    """The fragments of `segment` in their order; boxes before or between them (`styp`, `sidx`, `emsg`) do not matter.

    Raises: MediaCorrupt if the segment is cut short, MediaInvalid if it is broken or holds no fragment of the track.
    """
    boxes = list(top_level(segment))  # all of them first: what is cut short is not looked into
    fragments = [
        _fragment(segment, traf, header=header, moof=moof)
        for moof in boxes
        if moof.kind == "moof"
        for traf in children(segment, moof)
        if traf.kind == "traf"
    ]
    if not fragments:
        raise MediaInvalid("The segment has no box moof/traf.", box="moof/traf", offset=0)
    return fragments


def _fragment(segment: bytes, traf: Box, *, header: Header, moof: Box) -> Fragment:
    tfhd = need(segment, traf, "tfhd")
    base, defaults = _fragment_defaults(segment, tfhd, header=header, moof=moof)
    decode_time = _decode_time(segment, traf)
    samples: list[Sample] = []
    time, start = decode_time, base
    for run in children(segment, traf):
        if run.kind == "trun":
            samples += _run(segment, run, defaults=defaults, base=base, start=start, time=time, shift=header.shift)
            time = decode_time + sum(sample.duration for sample in samples)
            start = samples[-1].start + samples[-1].size if samples else start
    return Fragment(traf=traf, base=base, decode_time=decode_time, samples=tuple(samples))


def _fragment_defaults(segment: bytes, tfhd: Box, *, header: Header, moof: Box) -> tuple[int, SampleDefaults]:
    _, flags = version_and_flags(segment, tfhd)
    [track_id] = fields(segment, tfhd, "I", at=4)
    if track_id != header.track_id:
        raise MediaInvalid(
            f"The segment is of track {track_id}, the init segment of {header.track_id}.", box="tfhd", offset=tfhd.start
        )
    at, base, defaults = 8, moof.start, header.defaults
    if flags & _BASE_GIVEN:
        [base] = fields(segment, tfhd, "Q", at=at)
        at += 8
    if flags & _ENTRY_GIVEN:
        at += 4
    if flags & _DURATION_GIVEN:
        defaults = SampleDefaults(fields(segment, tfhd, "I", at=at)[0], defaults.size)
        at += 4
    if flags & _SIZE_GIVEN:
        defaults = SampleDefaults(defaults.duration, fields(segment, tfhd, "I", at=at)[0])
    return base, defaults


def _decode_time(segment: bytes, traf: Box) -> int:
    tfdt = find(segment, traf, "tfdt")
    if tfdt is None:
        raise MediaInvalid("The fragment does not say when it starts.", box="moof/traf/tfdt", offset=traf.start)
    version, _ = version_and_flags(segment, tfdt)
    [time] = fields(segment, tfdt, "Q" if version else "I", at=4)
    if time > MAX_TIME:
        raise MediaInvalid("The fragment starts beyond all time.", box="tfdt", offset=tfdt.start)
    return int(time)


def _run(
    segment: bytes, trun: Box, *, defaults: SampleDefaults, base: int, start: int, time: int, shift: int
) -> list[Sample]:
    _, flags = version_and_flags(segment, trun)
    [count] = fields(segment, trun, "I", at=4)
    if count > MAX_SAMPLES:
        raise MediaInvalid(f"A run of {count} samples; {MAX_SAMPLES} are the most.", box="trun", offset=trun.start)
    at = 8
    if flags & _RUN_OFFSET_GIVEN:
        start = base + fields(segment, trun, "i", at=at)[0]
        at += 4
    if flags & _RUN_FIRST_FLAGS_GIVEN:
        at += 4
    columns = _columns(segment, trun, flags=flags, count=count, at=at)
    durations = columns.get("duration") or (defaults.duration,) * count
    sizes = columns.get("size") or (defaults.size,) * count
    compositions = columns.get("composition") or (0,) * count
    if start < 0 or start + sum(sizes) > len(segment):
        raise MediaInvalid("A sample lies outside its segment.", box="trun", offset=trun.start)
    starts, times = accumulate(sizes, initial=start), accumulate(durations, initial=time + shift)
    return [
        Sample(sample_start, size, decoded + composition, duration)
        for sample_start, size, decoded, composition, duration in zip(
            starts, sizes, times, compositions, durations, strict=False
        )
    ]


def _columns(segment: bytes, trun: Box, *, flags: int, count: int, at: int) -> dict[str, Sequence[int]]:
    """The run's table, by column."""
    given = [(name, layout) for flag, name, layout in _RUN_COLUMNS if flags & flag]
    layout = ">" + "".join(layout for _, layout in given)
    [table] = fields(segment, trun, f"{struct.calcsize(layout) * count}s", at=at)
    if not table:
        return {}
    columns = zip(*struct.iter_unpack(layout, table), strict=True)
    return {name: column for (name, _), column in zip(given, columns, strict=True)}
