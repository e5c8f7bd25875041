"""The samples of a media segment: where each lies, and when it is shown (ISO/IEC 14496-12, section 8.8)."""

from collections.abc import Sequence
from itertools import accumulate, pairwise, starmap
from operator import add
from typing import NamedTuple

import msgspec

from matinee.errors import MediaInvalid
from matinee.media.boxes import Box, children, fields, need, top_level, version_and_flags
from matinee.media.header import MAX_TIME, Header, SampleDefaults

MAX_SAMPLES = 65_536
"""In one run; more are refused."""

_BASE_GIVEN, _ENTRY_GIVEN, _DURATION_GIVEN, _SIZE_GIVEN = 0x1, 0x2, 0x8, 0x10
_RUN_OFFSET_GIVEN, _RUN_FIRST_FLAGS_GIVEN = 0x1, 0x4
# The columns that a run may have, in their order, by flag.
_RUN_COLUMNS = ((0x100, "duration"), (0x200, "size"), (0x400, "flags"), (0x800, "composition"))
_UNSTATED = SampleDefaults(0, 0)


class Sample(NamedTuple):
    """One access unit."""

    start: int
    """Its first byte in the segment."""
    size: int
    time: int
    """When it is presented, in the track's timescale, the edit list applied."""
    duration: int


class Run(NamedTuple):
    """Samples that lie one behind the other (`trun`), by column."""

    start: int
    """The first byte of the first, in the segment."""
    end: int
    """Of the last."""
    sizes: Sequence[int]
    durations: Sequence[int]
    compositions: Sequence[int]
    """What makes a decode time a composition time."""


class Fragment(msgspec.Struct, frozen=True, kw_only=True):
    """A track fragment: samples that were written together."""

    boxes: tuple[Box, ...]
    """What its box `traf` holds; at least one."""
    base: int
    """The byte that the fragment's offsets count from."""
    decode_time: int
    """Of the first sample, in the track's timescale, before the edit list."""
    runs: tuple[Run, ...]
    shift: int
    """What the edit list adds to a composition time."""

    @property
    def duration(self) -> int:
        """In the track's timescale."""
        return sum(sum(run.durations) for run in self.runs)

    @property
    def places(self) -> list[tuple[int, int]]:
        """Of each sample, in decoding order: its first byte in the segment, and the one after its last."""
        places: list[tuple[int, int]] = []
        for run in self.runs:
            places += pairwise(accumulate(run.sizes, initial=run.start))
        return places

    @property
    def samples(self) -> list[Sample]:
        """In decoding order."""
        samples: list[Sample] = []
        time = self.decode_time + self.shift
        for run in self.runs:
            starts, decoded = accumulate(run.sizes, initial=run.start), accumulate(run.durations, initial=time)
            times = map(add, decoded, run.compositions)
            samples += starmap(Sample, zip(starts, run.sizes, times, run.durations, strict=False))
            time += sum(run.durations)
        return samples


def read_fragments(segment: bytes, header: Header | None) -> list[Fragment]:
    """The fragments of `segment` in their order; boxes before or between them (`styp`, `sidx`, `emsg`) do not matter.

    Without a `header`, those of any track, as if nothing was said of its samples but in the segment.
    Raises: MediaCorrupt if the segment is cut short, MediaInvalid if it is broken or holds no fragment of the track.
    """
    boxes = list(top_level(segment))  # all of them first: what is cut short is not looked into
    fragments = [
        _fragment(segment, traf, header=header, moof=moof)
        for moof in boxes
        if moof.kind == "moof"
        for traf in children(segment, moof)
        if traf.kind == "traf" and not (header and header.is_muxed and _track_id(segment, traf) != header.track_id)
    ]
    if not fragments:
        raise MediaInvalid("The segment has no box moof/traf.", box="moof/traf", offset=0)
    return fragments


def _track_id(segment: bytes, traf: Box) -> int:
    return int(fields(segment, need(segment, traf, "tfhd"), "I", at=4)[0])


def _fragment(segment: bytes, traf: Box, *, header: Header | None, moof: Box) -> Fragment:
    boxes = tuple(children(segment, traf))
    tfhd, tfdt = (next((box for box in boxes if box.kind == kind), None) for kind in ("tfhd", "tfdt"))
    if tfhd is None or tfdt is None:
        raise MediaInvalid("The fragment does not say whose it is and when it starts.", box="traf", offset=traf.start)
    base, defaults = _fragment_defaults(segment, tfhd, header=header, moof=moof)
    runs: list[Run] = []
    for box in boxes:
        if box.kind == "trun":
            start = runs[-1].end if runs else base
            runs.append(_run(segment, box, defaults=defaults, base=base, start=start))
    return Fragment(
        boxes=boxes,
        base=base,
        decode_time=_decode_time(segment, tfdt),
        runs=tuple(runs),
        shift=header.shift if header else 0,
    )


def _fragment_defaults(segment: bytes, tfhd: Box, *, header: Header | None, moof: Box) -> tuple[int, SampleDefaults]:
    _, flags = version_and_flags(segment, tfhd)
    [track_id] = fields(segment, tfhd, "I", at=4)
    if header and track_id != header.track_id:
        raise MediaInvalid(
            f"The segment is of track {track_id}, the init segment of {header.track_id}.", box="tfhd", offset=tfhd.start
        )
    at, base, defaults = 8, moof.start, header.defaults if header else _UNSTATED
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


def _decode_time(segment: bytes, tfdt: Box) -> int:
    version, _ = version_and_flags(segment, tfdt)
    [time] = fields(segment, tfdt, "Q" if version else "I", at=4)
    if time > MAX_TIME:
        raise MediaInvalid("The fragment starts beyond all time.", box="tfdt", offset=tfdt.start)
    return int(time)


def _run(segment: bytes, trun: Box, *, defaults: SampleDefaults, base: int, start: int) -> Run:
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
    sizes = columns.get("size") or (defaults.size,) * count
    end = start + sum(sizes)
    if start < 0 or end > len(segment):
        raise MediaInvalid("A sample lies outside its segment.", box="trun", offset=trun.start)
    durations = columns.get("duration") or (defaults.duration,) * count
    return Run(start, end, sizes, durations, columns.get("composition") or (0,) * count)


def _columns(segment: bytes, trun: Box, *, flags: int, count: int, at: int) -> dict[str, Sequence[int]]:
    """The run's table, by column."""
    given = [name for flag, name in _RUN_COLUMNS if flags & flag]
    if not given or not count:
        return {}
    values = fields(segment, trun, f"{len(given) * count}I", at=at)
    columns: dict[str, Sequence[int]] = {name: values[number :: len(given)] for number, name in enumerate(given)}
    if "composition" in columns:
        columns["composition"] = _signed(columns["composition"])
    return columns


def _signed(column: Sequence[int]) -> Sequence[int]:
    """Composition offsets are signed whatever the version of the box says, as every reader takes them."""
    if max(column) < 1 << 31:
        return column
    return [value - (1 << 32) if value >= 1 << 31 else value for value in column]
