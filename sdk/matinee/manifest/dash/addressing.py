"""Where the segments of a Representation lie: SegmentTemplate, SegmentList, SegmentBase, or a whole file.

Source: ISO/IEC 23009-1, sections 5.3.9.2 to 5.3.9.6.
"""

from collections.abc import Sequence

import msgspec

from matinee.errors import FormatUnsupported
from matinee.manifest.durations import decimal_permille
from matinee.manifest.elements import Element, shown
from matinee.manifest.presentation import Resource, Segment, SingleFile, TrackKind
from matinee.manifest.references import folded, local
from matinee.manifest.segments import MAX_LISTED_CHARS, MAX_LISTED_SEGMENTS, ReckonedSegments, Rule
from matinee.manifest.templates import Template, read_template
from matinee.manifest.timeline import ENDLESS_MS, MAX_SEGMENTS, Scale, Timeline, even_timeline, read_timeline

MAX_RENDITIONS = 20_000
"""Of all periods together."""
MAX_TIMESCALE = 1_000_000_000
"""Nanoseconds."""
HEAD_BYTES = 64 << 10
"""Of a file whose manifest does not say where its index is, so much is looked through. A `sidx` has 12 bytes a segment:
an hour and a half of segments of one second."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """The period's place on the timeline."""

    start_ms: int
    end_ms: int | None
    """None if the manifest does not say."""
    is_live: bool
    """Whether it may still be being made."""

    @property
    def reach_ms(self) -> int | None:
        """How far segments may reach; None if they must say it themselves."""
        return ENDLESS_MS if self.end_ms is None and self.is_live else self.end_ms


class Ledger:
    """What of one manifest has been read already, and what it may still ask for: inherited by a thousand
    Representations, a few bytes of it can spell endless work."""

    def __init__(self) -> None:
        self._timelines: dict[int, Timeline] = {}
        self._renditions = MAX_RENDITIONS
        self._segments = MAX_LISTED_SEGMENTS
        self._chars = MAX_LISTED_CHARS

    def timeline(self, element: Element) -> Timeline:
        """What the SegmentTimeline spells; each is read once. The tree that it is part of must be kept meanwhile."""
        found = self._timelines.get(id(element))
        if found is None:
            found = self._timelines[id(element)] = read_timeline(element)
        return found

    def take_rendition(self, *, at: Element) -> None:
        """Raises ManifestInvalid if there are to be no more."""
        self._renditions -= 1
        if self._renditions < 0:
            raise at.invalid(f"the manifest has more than {MAX_RENDITIONS} Representations")

    def take_listed(self, resource: Resource, *, at: Element) -> Resource:
        """`resource`. Raises ManifestInvalid if no more are to be listed."""
        self._segments -= 1
        self._chars -= len(resource.path)
        if self._segments < 0:
            raise at.invalid(f"the manifest lists more than {MAX_LISTED_SEGMENTS} segments")
        if self._chars < 0:
            raise at.invalid(f"the listed segments' URLs have more than {MAX_LISTED_CHARS} characters")
        return resource


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """The Representation whose segments are wanted."""

    element: Element
    kind: TrackKind
    mime_type: str
    representation_id: str
    bandwidth: int
    reference: str
    """Its BaseURLs folded into one; relative to the presentation's base URL, or absolute."""
    early_ms: int
    """What its BaseURLs say of it."""
    span: Span
    ledger: Ledger

    def resource(self, reference: str, *, at: Element, byte_range: str = "") -> Resource:
        path = folded(reference, onto=self.reference, at=at)
        if not path:
            raise at.invalid("neither a BaseURL nor the segment says where it lies")
        if not byte_range:
            return Resource(path=path)
        first, _, last = byte_range.partition("-")
        first_byte, last_byte = at.whole_from("range", first), at.whole_from("range", last)
        if last_byte < first_byte:
            raise at.invalid(f"the range {shown(byte_range)} ends before it begins")
        return Resource(path=path, first_byte=first_byte, last_byte=last_byte)

    def template(self, addressing: Element, attribute: str) -> Template:
        """Its template of whole paths."""
        text = addressing.get(attribute)
        read = read_template(text, representation_id=self.representation_id, bandwidth=self.bandwidth, at=addressing)
        # What would be refused of a path is refused of the first; the others differ in digits only.
        self.resource(read.path(number=1, time=0), at=addressing)
        return Template(pattern=folded(read.pattern, onto=self.reference.replace("%", "%%"), at=addressing))


class Addressed(msgspec.Struct, frozen=True, kw_only=True):
    """Where they lie: as in `Rendition`."""

    segments: Sequence[Segment] = ()
    index: Resource | None = None
    single_file: SingleFile | None = None
    early_ms: int = 0


def read_addressing(levels: Sequence[Element], *, of: Addressee) -> Addressed:
    """The media segments in playing order, or what lists them. Neither, only if it is live and nothing is there yet.

    `levels`: Period, AdaptationSet, Representation: each inherits from the one before it.
    Raises: ManifestInvalid, FormatUnsupported.
    """
    for level in reversed(levels):
        if level.first("SegmentTemplate"):
            return _from_template(_inherited(levels, "SegmentTemplate"), of=of)
        if local(level, "SegmentList"):
            return _from_list(_inherited(levels, "SegmentList"), of=of)
        if level.first("SegmentBase"):
            return _from_base(_inherited(levels, "SegmentBase"), of=of)
    if of.kind in ("video", "audio"):
        return _single_file(of.element, of=of)
    return Addressed(segments=_whole_file(of=of))


def _inherited(levels: Sequence[Element], name: str) -> Element:
    """The element of all levels as one: the deepest level's attributes and children prevail."""
    found = [element for level in levels for element in local(level, name)[:1]]
    whole = found[0]
    for deeper in found[1:]:
        whole = msgspec.structs.replace(
            deeper, attributes=whole.attributes | deeper.attributes, children=whole.children | deeper.children
        )
    return whole


def _from_template(template: Element, *, of: Addressee) -> Addressed:
    start_number = template.whole("startNumber", 1)
    limit = MAX_SEGMENTS
    if "endNumber" in template.attributes:
        limit = max(0, template.whole("endNumber", 0) - start_number + 1)
    init = _initialization(template, of=of)
    if template.get("initialization"):
        init = Resource(path=of.template(template, "initialization").path(number=start_number, time=0))
    media = of.template(template, "media")
    return _reckoned(template, media, limit=limit, start_number=start_number, init=init, of=of)


def _from_list(segment_list: Element, *, of: Addressee) -> Addressed:
    urls = segment_list.every("SegmentURL")
    if not urls:
        raise segment_list.invalid("it has no SegmentURL")
    media = tuple(
        of.ledger.take_listed(of.resource(url.get("media"), at=url, byte_range=url.get("mediaRange")), at=url)
        for url in urls
    )
    init, start_number = _initialization(segment_list, of=of), segment_list.whole("startNumber", 1)
    return _reckoned(segment_list, media, limit=len(urls), start_number=start_number, init=init, of=of)


def _from_base(segment_base: Element, *, of: Addressee) -> Addressed:
    if of.kind in ("text", "image") and not segment_base.get("indexRange"):
        return Addressed(segments=_whole_file(of=of))
    return _single_file(segment_base, of=of)


def _single_file(segment_base: Element, *, of: Addressee) -> Addressed:
    """One file, with an index in it."""
    if not of.mime_type.endswith("/mp4"):
        raise FormatUnsupported(
            f"The Representation at line {of.element.line} is a single file of {shown(of.mime_type)}; of those, MP4 "
            "is played.",
            line=of.element.line,
        )
    stated = segment_base.get("indexRange")
    index = of.resource("", at=segment_base, byte_range=stated or f"0-{HEAD_BYTES - 1}")
    init = _initialization(segment_base, of=of)
    if init is None and stated and index.first_byte:
        init = Resource(path=index.path, first_byte=0, last_byte=index.first_byte - 1)
    shift_ms = _scale(segment_base, of=of).shift_ms
    early_ms = _early_ms(segment_base, of=of)
    return Addressed(index=index, single_file=SingleFile(init=init, shift_ms=shift_ms), early_ms=early_ms)


def _whole_file(*, of: Addressee) -> tuple[Segment, ...]:
    """One segment over the whole period: how subtitles and stills lie beside the media."""
    start_ms, end_ms = of.span.start_ms, of.span.end_ms
    if end_ms is None:
        if of.span.is_live:
            return ()
        raise of.element.invalid("the manifest does not say how long it lasts (mediaPresentationDuration)")
    whole = of.resource("", at=of.element)
    return (Segment(number=1, start_ms=start_ms, duration_ms=end_ms - start_ms, resource=whole, shift_ms=start_ms),)


def _scale(addressing: Element, *, of: Addressee) -> Scale:
    timescale, offset = addressing.positive("timescale", 1), addressing.whole("presentationTimeOffset", 0)
    if timescale > MAX_TIMESCALE:
        raise addressing.invalid(f"its timescale exceeds {MAX_TIMESCALE}")
    scale = Scale(timescale, offset, of.span.start_ms)
    if scale.shift_ms < -ENDLESS_MS:
        raise addressing.invalid("its presentationTimeOffset is more than 4,000 years")
    return scale


def _early_ms(addressing: Element, *, of: Addressee) -> int:
    """Source: ISO/IEC 23009-1, section 5.3.9.5.3: the offsets of BaseURLs and addressing add up."""
    if not of.span.is_live:
        return 0
    return min(of.early_ms + read_early_ms(addressing), ENDLESS_MS)


def read_early_ms(element: Element) -> int:
    """The element's own `availabilityTimeOffset`."""
    if element.get("availabilityTimeOffset").strip() == "INF":
        return ENDLESS_MS
    return decimal_permille(element, "availabilityTimeOffset") or 0


def _initialization(addressing: Element, *, of: Addressee) -> Resource | None:
    element = addressing.first("Initialization")
    if element is None:
        return None
    return of.resource(element.get("sourceURL"), at=element, byte_range=element.get("range"))


def _reckoned(
    addressing: Element,
    media: Template | tuple[Resource, ...],
    *,
    limit: int,
    start_number: int,
    init: Resource | None,
    of: Addressee,
) -> Addressed:
    """The segments that touch the period, of the first `limit`."""
    scale = _scale(addressing, of=of)
    timeline = _timeline(addressing, scale=scale, limit=limit, of=of)
    if 0 < timeline.least_repeated * 1000 < scale.timescale:
        raise addressing.invalid("its segments are shorter than a millisecond")
    end_ms = ENDLESS_MS if of.span.reach_ms is None else of.span.reach_ms
    rule = Rule(timeline=timeline, scale=scale, end_ms=end_ms, start_number=start_number, media=media, init=init)
    indexes = timeline.within(scale, end_ms=end_ms)
    segments = ReckonedSegments(rule, range(indexes.start, min(indexes.stop, limit)))
    if not segments and not of.span.is_live:
        raise addressing.invalid("no segment lies within the period")
    if segments and segments[0].start_ms < -ENDLESS_MS:
        raise addressing.invalid("its first segment starts 4,000 years before the period")
    return Addressed(segments=segments, early_ms=_early_ms(addressing, of=of))


def _timeline(addressing: Element, *, scale: Scale, limit: int, of: Addressee) -> Timeline:
    spelled = addressing.first("SegmentTimeline")
    if spelled is not None:
        timeline = of.ledger.timeline(spelled)
        if timeline.open_at and of.span.reach_ms is None:
            raise timeline.open_at.invalid("nothing says how far its repetition reaches")
        return timeline
    if "duration" in addressing.attributes:
        if of.span.reach_ms is None and limit == MAX_SEGMENTS:
            raise addressing.invalid("the manifest does not say how long it lasts (mediaPresentationDuration)")
        return even_timeline(scale.offset, addressing.positive("duration", 1))
    if 1 < limit < MAX_SEGMENTS:
        raise addressing.invalid("neither a duration nor a SegmentTimeline says how long segments are")
    # A single segment needs no duration of its own (ISO/IEC 23009-1, section 5.3.9.2.1).
    if of.span.end_ms is None:
        raise addressing.invalid("nothing says how long its only segment is")
    return even_timeline(scale.offset, max(1, scale.time(of.span.end_ms) - scale.offset), count=1)
