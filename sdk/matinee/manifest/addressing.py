"""Where the segments of a Representation lie: SegmentTemplate, SegmentList, or a whole file.

Source: ISO/IEC 23009-1, sections 5.3.9.2 to 5.3.9.6.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from matinee.errors import FormatUnsupported
from matinee.manifest.elements import Element, shown
from matinee.manifest.presentation import Resource, Segment, TrackKind
from matinee.manifest.references import folded
from matinee.manifest.templates import Template, read_template

MAX_SEGMENTS = 200_000
"""Of all renditions together: ten renditions of ten hours in segments of two seconds, and some."""
MAX_PATH_CHARS = 64 << 20
"""Of all segments together."""


class Budget:
    """What one manifest may still ask for: a few bytes of it can spell endless segments."""

    def __init__(self) -> None:
        self._segments = MAX_SEGMENTS
        self._path_chars = MAX_PATH_CHARS

    def take_segments(self, count: int, *, at: Element) -> None:
        """Raises ManifestInvalid if that many are not left."""
        self._segments -= count
        if self._segments < 0:
            raise at.invalid(f"the manifest has more than {MAX_SEGMENTS} segments")

    def take_path_chars(self, count: int, *, at: Element) -> None:
        """Raises ManifestInvalid if that many are not left."""
        self._path_chars -= count
        if self._path_chars < 0:
            raise at.invalid(f"the segments' URLs have more than {MAX_PATH_CHARS} characters")


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """The Representation whose segments are wanted."""

    element: Element
    kind: TrackKind
    representation_id: str
    bandwidth: int
    reference: str
    """Its BaseURLs folded into one; relative to the presentation's base URL, or absolute."""
    period_ms: int | None
    """None if the manifest does not say how long the period is."""
    budget: Budget

    def resource(self, reference: str, *, at: Element, byte_range: str = "") -> Resource:
        path = folded(reference, onto=self.reference, at=at)
        if not path:
            raise at.invalid("neither a BaseURL nor the segment says where it lies")
        self.budget.take_path_chars(len(path), at=at)
        if not byte_range:
            return Resource(path=path)
        first, _, last = byte_range.partition("-")
        first_byte, last_byte = at.whole_from("range", first), at.whole_from("range", last)
        if last_byte < first_byte:
            raise at.invalid(f"the range {shown(byte_range)} ends before it begins")
        return Resource(path=path, first_byte=first_byte, last_byte=last_byte)


def read_segments(levels: Sequence[Element], *, of: Addressee) -> tuple[Segment, ...]:
    """The media segments in playing order; at least one.

    `levels`: Period, AdaptationSet, Representation: each inherits from the one before it.
    Raises: ManifestInvalid, FormatUnsupported.
    """
    for level in reversed(levels):
        if level.first("SegmentTemplate"):
            return _from_template(_inherited(levels, "SegmentTemplate"), of=of)
        if level.first("SegmentList"):
            return _from_list(_inherited(levels, "SegmentList"), of=of)
        if level.first("SegmentBase"):
            break
    return (_whole_file(of=of),)


class _Stretch(NamedTuple):
    """A segment's place in media time, in units of the timescale."""

    time: int
    duration: int

    @property
    def end(self) -> int:
        return self.time + self.duration


class _Scale(msgspec.Struct, frozen=True, kw_only=True):
    """How media time lies on the period's timeline."""

    timescale: int
    offset: int
    """The media time at which the period starts."""

    def ms(self, time: int) -> int:
        return (time - self.offset) * 1000 // self.timescale

    def time(self, ms: int) -> int:
        """The first media time at or after `ms`."""
        return self.offset - (-ms * self.timescale // 1000)


def _from_template(template: Element, *, of: Addressee) -> tuple[Segment, ...]:
    def parsed(attribute: str) -> Template:
        return read_template(
            template.get(attribute), representation_id=of.representation_id, bandwidth=of.bandwidth, at=template
        )

    scale, start_number = _scale(template), template.whole("startNumber", 1)
    stretches = _stretches(template, scale=scale, of=of, limit=_count_to_end_number(template, start_number))
    media = parsed("media")

    def resource(index: int) -> Resource:
        path = media.path(number=start_number + index, time=stretches[index].time)
        return of.resource(path, at=template)

    init = _initialization(template, of=of)
    if template.get("initialization"):
        init = of.resource(parsed("initialization").path(number=start_number, time=0), at=template)
    return _segments(template, stretches, init, start_number=start_number, scale=scale, of=of, resource=resource)


def _from_list(segment_list: Element, *, of: Addressee) -> tuple[Segment, ...]:
    scale, start_number = _scale(segment_list), segment_list.whole("startNumber", 1)
    urls = segment_list.every("SegmentURL")
    if not urls:
        raise segment_list.invalid("it has no SegmentURL")
    stretches = _stretches(segment_list, scale=scale, of=of, limit=len(urls))

    def resource(index: int) -> Resource:
        url = urls[index]
        return of.resource(url.get("media"), at=url, byte_range=url.get("mediaRange"))

    init = _initialization(segment_list, of=of)
    return _segments(segment_list, stretches, init, start_number=start_number, scale=scale, of=of, resource=resource)


def _whole_file(*, of: Addressee) -> Segment:
    """One segment over the whole period: how subtitles and stills lie beside the media."""
    if of.kind in ("video", "audio"):
        raise FormatUnsupported(
            f"The Representation at line {of.element.line} is a single file whose index (sidx) would have to be read "
            "first; SegmentTemplate and SegmentList are played.",
            line=of.element.line,
        )
    if of.period_ms is None:
        raise of.element.invalid("the manifest does not say how long it lasts (mediaPresentationDuration)")
    of.budget.take_segments(1, at=of.element)
    return Segment(number=1, start_ms=0, duration_ms=of.period_ms, resource=of.resource("", at=of.element))


def _inherited(levels: Sequence[Element], name: str) -> Element:
    """The element of all levels as one: the deepest level's attributes and children prevail."""
    found = [element for level in levels if (element := level.first(name)) is not None]
    whole = found[0]
    for deeper in found[1:]:
        whole = msgspec.structs.replace(
            deeper, attributes=whole.attributes | deeper.attributes, children=whole.children | deeper.children
        )
    return whole


def _scale(addressing: Element) -> _Scale:
    return _Scale(timescale=addressing.positive("timescale", 1), offset=addressing.whole("presentationTimeOffset", 0))


def _count_to_end_number(addressing: Element, start_number: int) -> int | None:
    if "endNumber" not in addressing.attributes:
        return None
    return max(0, addressing.whole("endNumber", 0) - start_number + 1)


def _initialization(addressing: Element, *, of: Addressee) -> Resource | None:
    element = addressing.first("Initialization")
    if element is None:
        return None
    return of.resource(element.get("sourceURL"), at=element, byte_range=element.get("range"))


def _stretches(addressing: Element, *, scale: _Scale, of: Addressee, limit: int | None) -> list[_Stretch]:
    timeline = addressing.first("SegmentTimeline")
    if timeline is not None:
        return list(_from_timeline(timeline, scale=scale, of=of))[:limit]
    if "duration" not in addressing.attributes:
        if limit is not None and limit > 1:
            raise addressing.invalid("neither a duration nor a SegmentTimeline says how long segments are")
        return _only_stretch(addressing, scale=scale, of=of)
    duration = addressing.positive("duration", 1)
    if of.period_ms is None and limit is None:
        raise addressing.invalid("the manifest does not say how long it lasts (mediaPresentationDuration)")
    count = limit if of.period_ms is None else -(-of.period_ms * scale.timescale // (duration * 1000))
    assert count is not None, "one of the two is known"
    count = count if limit is None else min(count, limit)
    of.budget.take_segments(count, at=addressing)
    return [_Stretch(scale.offset + index * duration, duration) for index in range(count)]


def _only_stretch(addressing: Element, *, scale: _Scale, of: Addressee) -> list[_Stretch]:
    """A single segment, which needs no duration of its own (ISO/IEC 23009-1, section 5.3.9.2.1)."""
    if of.period_ms is None:
        raise addressing.invalid("nothing says how long its only segment is")
    of.budget.take_segments(1, at=addressing)
    return [_Stretch(scale.offset, scale.time(of.period_ms) - scale.offset)]


def _from_timeline(timeline: Element, *, scale: _Scale, of: Addressee) -> Iterator[_Stretch]:
    entries = timeline.every("S")
    time = 0
    for index, entry in enumerate(entries):
        if entry.whole("k", 1) > 1:
            raise FormatUnsupported(f"The SegmentTimeline at line {entry.line} has sequences of segments (S@k).")
        time = entry.whole("t", time)
        duration = entry.positive("d", 0)
        count = _repeats(entry, time, duration, entries[index + 1 : index + 2], scale=scale, of=of)
        of.budget.take_segments(count, at=entry)
        for _ in range(count):
            yield _Stretch(time, duration)
            time += duration


def _repeats(
    entry: Element, time: int, duration: int, following: Sequence[Element], *, scale: _Scale, of: Addressee
) -> int:
    """How many segments the entry spells; `r=-1` means: until the next entry, or the end of the period."""
    repeats = entry.get("r", "0").strip()
    if not repeats.startswith("-"):
        return entry.whole_from("r", repeats) + 1
    if following and "t" in following[0].attributes:
        end = following[0].whole("t", 0)
    elif following or of.period_ms is None:
        raise entry.invalid(f"nothing says how far r={shown(repeats)} reaches")
    else:
        end = scale.time(of.period_ms)
    return max(0, -(-(end - time) // duration))


def _segments(
    addressing: Element,
    stretches: Sequence[_Stretch],
    init: Resource | None,
    *,
    start_number: int,
    scale: _Scale,
    of: Addressee,
    resource: Callable[[int], Resource],
) -> tuple[Segment, ...]:
    """The stretches that touch the period, without overlap."""
    segments: list[Segment] = []
    is_nominal = addressing.first("SegmentTimeline") is None
    for index, stretch in enumerate(stretches):
        end = stretch.end
        if index + 1 < len(stretches):
            end = min(end, stretches[index + 1].time)
        if end <= stretch.time:
            raise addressing.invalid(f"segment {start_number + index} does not begin before the next")
        start_ms, end_ms = scale.ms(stretch.time), scale.ms(end)
        if of.period_ms is not None:
            if start_ms >= of.period_ms:
                break
            end_ms = min(end_ms, of.period_ms) if is_nominal else end_ms
        if end_ms > 0:
            segments.append(
                Segment(
                    number=start_number + index,
                    start_ms=start_ms,
                    # A last segment of a few samples may be shorter than a millisecond.
                    duration_ms=max(1, end_ms - start_ms),
                    resource=resource(index),
                    init=init,
                )
            )
    if not segments:
        raise addressing.invalid("no segment lies within the period")
    return tuple(segments)
