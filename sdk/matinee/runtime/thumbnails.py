"""Thumbnails: small pictures of moments, on the sheets that a manifest names; what a viewer sees who seeks."""

import asyncio

import msgspec

from matinee.core.messages import IndexTarget, RenditionRef
from matinee.errors import FormatUnsupported, MediaInvalid, SegmentUnavailable
from matinee.manifest.pathways import request_url
from matinee.manifest.presentation import BaseUrl, Period, Presentation, Rendition, Resource, Segment, Track
from matinee.manifest.segments import index_at, whole_ms
from matinee.media.images import size_of
from matinee.policy.requests import RULES, RequestClass, priority_header
from matinee.runtime.http import Answer, FetchFailure, Network, Request
from matinee.runtime.reading import Index, Reading
from matinee.runtime.source import Source

MOST_SHEETS = 4
"""Kept, those used last: of an hour, in many a title."""
MOST_SHEET_BYTES = 4 << 20
MOST_PLAYLIST_BYTES = 1 << 20


class Thumbnail(msgspec.Struct, frozen=True, kw_only=True):
    """The picture of a stretch of the title: a rectangle of an image, in its pixels."""

    image: bytes
    """As it was published, with all that stands on it."""
    mime_type: str
    left: int
    top: int
    width: int
    height: int
    start_ms: int
    """Where the stretch begins."""
    duration_ms: int


class Thumbnails:
    """Those of one title, each sheet fetched when somebody asks for a moment on it."""

    def __init__(self, reading: Reading, source: Source, http: Network) -> None:
        self._reading = reading
        self._source = source
        self._http = http
        self._turn = asyncio.Lock()
        """One sheet at a time: who asks for the same meanwhile finds it kept."""
        self._indexes: dict[tuple[str, str], Index] = {}
        self._sheets: dict[Resource, bytes] = {}

    async def at(self, position_ms: int) -> Thumbnail | None:
        """The picture of that moment, the smallest there is; None if there is none, or no manifest yet.

        Raises: SegmentUnavailable if nobody delivers it; ManifestInvalid, MediaInvalid, FormatUnsupported if what is
        delivered cannot be used.
        """
        presentation = self._reading.presentation
        period = presentation.period_at(position_ms) if presentation else None
        track = next((it for it in period.tracks if it.kind == "image"), None) if period else None
        if presentation is None or period is None or track is None:
            return None
        rendition = track.renditions[0]
        async with self._turn:
            index = await self._index(presentation, period, track, position_ms)
            at = index_at(index.segments, position_ms)
            if at < 0 or position_ms >= index.segments[at].end_ms:
                return None
            segment = index.segments[at]
            image = await self._sheet(presentation, rendition, segment)
        sheet_ms = index.tile_ms * index.tile_columns * index.tile_rows or whole_ms(index.segments, at)
        return _cut(image, rendition, index, position_ms=position_ms, start_ms=segment.start_ms, sheet_ms=sheet_ms)

    async def _index(self, presentation: Presentation, period: Period, track: Track, position_ms: int) -> Index:
        """Which sheets there are, and how many pictures stand on each."""
        rendition = track.renditions[0]
        if rendition.index is None:
            columns, rows = rendition.tile_columns, rendition.tile_rows
            return Index(segments=rendition.segments, tile_columns=columns, tile_rows=rows)
        name = period.period_id, rendition.rendition_id
        known = self._indexes.get(name)
        if known is not None and (known.live is None or (known.segments and position_ms < known.segments[-1].end_ms)):
            return known
        answer, place = await self._fetched(
            presentation, rendition, rendition.index, most_bytes=MOST_PLAYLIST_BYTES, request_class="manifest"
        )
        of = RenditionRef(kind=track.kind, track_id=track.track_id, rung=0, mime_type=rendition.mime_type)
        index = self._reading.index(answer.body, IndexTarget(of, period, rendition), url=answer.url, place=place)
        self._indexes = {name: index}
        return index

    async def _sheet(self, presentation: Presentation, rendition: Rendition, segment: Segment) -> bytes:
        if segment.key is not None:
            raise FormatUnsupported("The thumbnails are encrypted.")
        image = self._sheets.pop(segment.resource, None)
        if image is None:
            answer, _ = await self._fetched(
                presentation, rendition, segment.resource, most_bytes=MOST_SHEET_BYTES, request_class="image"
            )
            image = answer.body
        self._sheets[segment.resource] = image
        if len(self._sheets) > MOST_SHEETS:
            del self._sheets[next(iter(self._sheets))]
        return image

    async def _fetched(
        self,
        presentation: Presentation,
        rendition: Rendition,
        resource: Resource,
        *,
        most_bytes: int,
        request_class: RequestClass,
    ) -> tuple[Answer, BaseUrl]:
        """From the first place that delivers; each is asked once."""
        tried: list[str] = []
        byte_range = None
        if resource.first_byte is not None and resource.last_byte is not None:
            byte_range = (resource.first_byte, resource.last_byte)
        for name, place in self._source.places(presentation).items():
            if rendition.places and (place.clone_of or name) not in rendition.places:
                continue
            tried.append(name)
            request = Request(
                url=request_url(place, resource.path),
                most_bytes=most_bytes,
                deadline_ms=RULES["image"].deadline_ms,
                request_class=request_class,
                byte_range=byte_range,
                headers={"Priority": priority_header(RULES["image"].urgency)},
            )
            try:
                answer = await self._http.fetch(request)
            except FetchFailure:
                continue
            return answer, place
        raise SegmentUnavailable(f"A thumbnail was delivered by none of: {', '.join(tried)}.", appliances=tuple(tried))


def _cut(
    image: bytes, rendition: Rendition, index: Index, *, position_ms: int, start_ms: int, sheet_ms: int
) -> Thumbnail:
    """The one of the moment; pictures stand row by row, at equal intervals (DASH-IF IOP 4.3, section 6.2.6)."""
    columns, rows = index.tile_columns, index.tile_rows
    sheet_width, sheet_height = size_of(image) or (rendition.width, rendition.height)
    width, height = sheet_width // columns, sheet_height // rows
    if not width or not height:
        raise MediaInvalid(f"A sheet of {columns} x {rows} thumbnails that has no such size.")
    number = min((position_ms - start_ms) * columns * rows // sheet_ms, columns * rows - 1)
    first_ms, next_ms = (start_ms + at * sheet_ms // (columns * rows) for at in (number, number + 1))
    return Thumbnail(
        image=image,
        mime_type=rendition.mime_type,
        left=number % columns * width,
        top=number // columns * height,
        width=width,
        height=height,
        start_ms=first_ms,
        duration_ms=next_ms - first_ms,
    )
