"""Segments in media time: runs of equal durations, however many segments they spell (ISO/IEC 23009-1, 5.3.9.6)."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import msgspec

from matinee.errors import FormatUnsupported
from matinee.manifest.elements import MAX_WHOLE, Element, shown

MAX_SEGMENTS = 1 << 48
"""Of a rendition. They cost nothing: a segment is reckoned when somebody looks at it."""
ENDLESS_MS = 1 << 47
"""Where an endless presentation ends, some 4,500 years on: far enough, and fit for any machine's integers."""


class Scale(msgspec.Struct, frozen=True):
    """How media time lies on the presentation's timeline."""

    timescale: int
    """Units a second. > 0."""
    offset: int
    """The media time at which the period starts."""
    start_ms: int
    """Where the period starts."""

    def ms(self, time: int) -> int:
        return self.start_ms + (time - self.offset) * 1000 // self.timescale

    def time(self, ms: int) -> int:
        """The first media time at or after `ms`."""
        return self.offset - ((self.start_ms - ms) * self.timescale // 1000)

    @property
    def shift_ms(self) -> int:
        """From the media's own milliseconds to the presentation's: the period's first sample lands on its start."""
        return self.start_ms - self.offset * 1000 // self.timescale


class Timeline(msgspec.Struct, frozen=True):
    """Runs of segments of equal duration. Renditions share it."""

    starts: "array[int]"
    """The media time at which each run starts; rising."""
    durations: "array[int]"
    """Of a segment of each run. > 0."""
    firsts: "array[int]"
    """The index of each run's first segment; rising from 0."""
    count: int
    """Of segments of all runs together; no more than MAX_SEGMENTS."""
    least_repeated: int
    """The shortest duration that more than one segment has in a row; 0 if there is none."""
    open_at: Element | None = None
    """The entry that repeats its last run to the end, wherever that is; None if all runs end by themselves."""

    def stretch(self, index: int) -> tuple[int, int]:
        """The media times at which the segment starts, and at which it or the next ends it. 0 <= index < count."""
        run = bisect_right(self.firsts, index) - 1
        start = self.starts[run] + (index - self.firsts[run]) * self.durations[run]
        end = start + self.durations[run]
        if run + 1 < len(self.firsts) and index + 1 == self.firsts[run + 1]:
            end = min(end, self.starts[run + 1])
        return start, end

    def before(self, time: int) -> int:
        """How many segments start before `time`."""
        run = bisect_left(self.starts, time) - 1
        if run < 0:
            return 0
        after = self.firsts[run + 1] if run + 1 < len(self.firsts) else self.count
        return min(after, self.firsts[run] - (self.starts[run] - time) // self.durations[run])

    def within(self, scale: Scale, *, end_ms: int) -> range:
        """The indexes of the segments that touch a period which starts as `scale` says and ends at `end_ms`."""
        after_start = scale.time(scale.start_ms + 1)
        first = self.before(after_start)
        if first and self.stretch(first - 1)[1] >= after_start:
            first -= 1
        return range(first, self.before(scale.time(end_ms)))


def even_timeline(start: int, duration: int, *, count: int = MAX_SEGMENTS) -> Timeline:
    """`count` segments of equal duration. `count` <= MAX_SEGMENTS."""
    repeated = duration if count > 1 else 0
    return Timeline(array("q", (start,)), array("q", (duration,)), array("q", (0,)), count, repeated)


def listed_timeline(stretches: Sequence[tuple[int, int]]) -> Timeline:
    """Segments with their starts, which must rise, and durations."""
    starts = array("q", (start for start, _ in stretches))
    durations = array("q", (duration for _, duration in stretches))
    return Timeline(starts, durations, array("q", range(len(stretches))), len(stretches), 0)


def read_timeline(timeline: Element) -> Timeline:
    """What a SegmentTimeline spells. Raises ManifestInvalid, FormatUnsupported."""
    return _Spelling(timeline).timeline()


class _Spelling:
    """A SegmentTimeline on its way into runs."""

    def __init__(self, timeline: Element) -> None:
        self._entries = timeline.every("S")
        self._starts, self._durations, self._firsts = array("q"), array("q"), array("q")
        self._count = 0
        self._least_repeated = 0
        self._time = 0
        """Where the last run ends."""

    def timeline(self) -> Timeline:
        open_at: Element | None = None
        for index, entry in enumerate(self._entries):
            start, duration = entry.whole("t", self._time), entry.positive("d", 0)
            if "k" in entry.attributes and entry.whole("k", 1) > 1:
                raise FormatUnsupported(f"The SegmentTimeline at line {entry.line} has sequences of segments (S@k).")
            repeats = entry.get("r").strip()
            if not repeats.startswith("-"):
                count = entry.whole_from("r", repeats) + 1 if repeats else 1
            elif index + 1 < len(self._entries):
                count = _count_to(self._entries[index + 1], start=start, duration=duration, at=entry)
            else:
                count, open_at = MAX_SEGMENTS - self._count, entry
            self._add(start, duration, count, at=entry)
        return Timeline(self._starts, self._durations, self._firsts, self._count, self._least_repeated, open_at)

    def _add(self, start: int, duration: int, count: int, *, at: Element) -> None:
        if count <= 0:
            return
        if self._count and start <= self._time - self._durations[-1]:
            raise at.invalid("it does not begin after the segment before it")
        if self._count + count > MAX_SEGMENTS:
            raise at.invalid(f"it has more than {MAX_SEGMENTS} segments")
        if start > MAX_WHOLE:
            raise at.invalid(f"it starts after {MAX_WHOLE}")
        is_new = not self._count or duration != self._durations[-1] or start != self._time
        if is_new:
            self._starts.append(start)
            self._durations.append(duration)
            self._firsts.append(self._count)
        if count > 1 or not is_new:
            self._least_repeated = min(duration, self._least_repeated or duration)
        self._count += count
        self._time = start + count * duration


def _count_to(following: Element, *, start: int, duration: int, at: Element) -> int:
    """How many segments of an entry that repeats until the next one (`r="-1"`)."""
    if "t" not in following.attributes:
        raise at.invalid(f"nothing says how far r={shown(at.get('r'))} reaches")
    return max(0, -(-(following.whole("t", 0) - start) // duration))
