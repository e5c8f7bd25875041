"""AdaptationSets and Representations: the tracks of a period, and their renditions (ISO/IEC 23009-1, section 5.3.3)."""

from collections.abc import Iterator

import msgspec

from matinee.manifest.dash.addressing import Addressee, Ledger, Span, read_addressing
from matinee.manifest.dash.places import Places, Reach
from matinee.manifest.elements import Element, shown
from matinee.manifest.presentation import TRICK_PLAY, Rendition, Track, TrackKind
from matinee.manifest.protection import read_protection
from matinee.manifest.references import local

MAX_ADAPTATION_SETS = 500

_ROLE_SCHEME = "urn:mpeg:dash:role:2011"
_TRICK_MODE_SCHEME = "http://dashif.org/guidelines/trickmode"
_TILE_SCHEMES = ("http://dashif.org/thumbnail_tile", "http://dashif.org/guidelines/thumbnail_tile")
"""DASH-IF Interoperability Points 4.3, sections 3.2.9 and 6.2.6; the shorter URI is the one in its examples."""
_COLOUR_SCHEMES = "urn:mpeg:mpegb:cicp:"
_CHANNEL_COUNT_SCHEME = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
_CHANNEL_LAYOUT_SCHEME = "urn:mpeg:mpegB:cicp:ChannelConfiguration"
_CHANNELS_OF_LAYOUT = (0, 1, 2, 3, 4, 5, 6, 8, 2, 3, 4, 7, 8, 24, 8, 12, 10, 12, 14)
"""By layout; ISO/IEC 23091-3, table 5."""
_COMMON = ("mimeType", "codecs", "width", "height", "frameRate")
"""What an AdaptationSet hands down to its Representations."""
_TEXT_TYPES = ("text/vtt", "application/ttml+xml", "application/x-subrip")
_TEXT_CODECS = ("stpp", "wvtt")
_KINDS: dict[str, TrackKind] = {"video": "video", "audio": "audio", "text": "text", "image": "image"}
_MAX_TILES = 100


def read_tracks(period: Element, *, span: Span, places: Places, ledger: Ledger) -> tuple[Track, ...]:
    """What is played here of what the period offers and, if it is live, has already begun.

    Raises: ManifestInvalid, FormatUnsupported.
    """
    adaptation_sets = local(period, "AdaptationSet")
    if len(adaptation_sets) > MAX_ADAPTATION_SETS:
        raise period.invalid(f"it has more than {MAX_ADAPTATION_SETS} AdaptationSets")
    reach = places.below(period, Reach())
    taken: set[str] = set()
    tracks: list[Track] = []
    for adaptation_set in adaptation_sets:
        kind = _kind_of(adaptation_set)
        if kind is None or _needs_unknown(adaptation_set):
            continue
        reading = _Reading(period, adaptation_set, kind=kind, span=span, places=places, reach=reach, ledger=ledger)
        if renditions := reading.renditions():
            track_id = _track_id(adaptation_set, kind=kind, taken=taken)
            taken.add(track_id)
            tracks.append(_track(adaptation_set, track_id=track_id, kind=kind, renditions=renditions))
    return tuple(tracks)


class _Reading:
    """An AdaptationSet on its way into renditions; what all have in common is looked at once."""

    def __init__(
        self,
        period: Element,
        adaptation_set: Element,
        *,
        kind: TrackKind,
        span: Span,
        places: Places,
        reach: Reach,
        ledger: Ledger,
    ) -> None:
        self._period = period
        self._set = adaptation_set
        self._kind: TrackKind = kind
        self._span = span
        self._places = places
        self._reach = places.below(adaptation_set, reach)
        self._ledger = ledger
        self._common = {name: adaptation_set.get(name) for name in _COMMON if name in adaptation_set.attributes}
        self._tiles = _tiles(adaptation_set)
        self._channels = _channels(adaptation_set)

    def renditions(self) -> tuple[Rendition, ...]:
        """By rising bitrate. None, only if it is live and nothing is there yet."""
        every = [self._rendition(each) for each in self._set.every("Representation") if not _needs_unknown(each)]
        if len({rendition.rendition_id for rendition in every}) < len(every):
            raise self._set.invalid("two Representations share an id")
        there = (rendition for rendition in every if rendition.segments or rendition.index)
        return tuple(sorted(there, key=lambda rendition: (rendition.bitrate_kbps, rendition.height)))

    def _rendition(self, element: Element) -> Rendition:
        self._ledger.take_rendition(at=element)
        own = msgspec.structs.replace(element, attributes=self._common | element.attributes)
        rendition_id, bandwidth = own.get("id"), own.whole("bandwidth", 0)
        if not rendition_id:
            raise own.invalid("it has no id")
        reference, places, early_ms = self._places.reference(self._places.below(element, self._reach))
        addressee = Addressee(
            element=own,
            kind=self._kind,
            mime_type=own.get("mimeType") or f"{self._kind}/mp4",
            representation_id=rendition_id,
            bandwidth=bandwidth,
            reference=reference,
            early_ms=early_ms,
            span=self._span,
            ledger=self._ledger,
        )
        addressed = read_addressing((self._period, self._set, element), of=addressee)
        columns, rows = _tiles(element) or self._tiles or (1, 1)
        return Rendition(
            rendition_id=rendition_id,
            bitrate_kbps=max(1, (bandwidth + 500) // 1000),
            mime_type=addressee.mime_type,
            codecs=own.get("codecs"),
            width=own.whole("width", 0),
            height=own.whole("height", 0),
            frame_rate_millihertz=_frame_rate(own),
            segments=addressed.segments,
            index=addressed.index,
            single_file=addressed.single_file,
            early_ms=addressed.early_ms,
            places=places,
            tile_columns=columns,
            tile_rows=rows,
            channels=_channels(element) or self._channels,
        )


def _track(adaptation_set: Element, *, track_id: str, kind: TrackKind, renditions: tuple[Rendition, ...]) -> Track:
    label = adaptation_set.first("Label")
    every = (adaptation_set, *adaptation_set.every("Representation"))
    protection = read_protection(every)
    inband = (stream.get("schemeIdUri") for element in every for stream in element.every("InbandEventStream"))
    return Track(
        track_id=track_id,
        kind=kind,
        renditions=renditions,
        language=_language(adaptation_set),
        label=label.text if label else "",
        roles=_roles(adaptation_set),
        key_ids=protection.key_ids,
        protection=protection.scheme,
        pssh=protection.pssh,
        inband_events=tuple(dict.fromkeys(inband)),
    )


def _track_id(adaptation_set: Element, *, kind: TrackKind, taken: set[str]) -> str:
    """The AdaptationSet's own id, or one of kind, language and ordinal; unlike those `taken`."""
    own = adaptation_set.get("id")
    if own and own not in taken:
        return own
    ordinal = 1
    while (made_up := f"{kind}-{_language(adaptation_set)}-{ordinal}") in taken:
        ordinal += 1
    return made_up


def _language(adaptation_set: Element) -> str:
    return adaptation_set.get("lang").strip() or "und"


def _roles(adaptation_set: Element) -> tuple[str, ...]:
    roles = [role.get("value") for role in adaptation_set.every("Role") if role.get("schemeIdUri") == _ROLE_SCHEME]
    if any(each.get("schemeIdUri") == _TRICK_MODE_SCHEME for each in _properties(adaptation_set)):
        roles.append(TRICK_PLAY)
    return tuple(dict.fromkeys(filter(None, roles)))


def _kind_of(adaptation_set: Element) -> TrackKind | None:
    """What the AdaptationSet holds; None if it is nothing that is known here."""
    inner = (*adaptation_set.every("Representation"), *adaptation_set.every("ContentComponent"))
    for element in (adaptation_set, *inner):
        mime_type, codecs = element.get("mimeType").lower(), element.get("codecs")
        if mime_type in _TEXT_TYPES or codecs.startswith(_TEXT_CODECS):
            return "text"
        for said in (element.get("contentType").lower(), mime_type.partition("/")[0]):
            if said in _KINDS:
                return _KINDS[said]
    return None


def _needs_unknown(element: Element) -> bool:
    """Whether an essential property asks for what is not known here: then the element is to be ignored.

    Source: ISO/IEC 23009-1, section 5.8.4.8.
    """
    return any(
        scheme not in (*_TILE_SCHEMES, _TRICK_MODE_SCHEME) and not scheme.lower().startswith(_COLOUR_SCHEMES)
        for scheme in (each.get("schemeIdUri") for each in element.every("EssentialProperty"))
    )


def _properties(element: Element) -> Iterator[Element]:
    yield from element.every("EssentialProperty")
    yield from element.every("SupplementalProperty")


def _frame_rate(representation: Element) -> int:
    """In thousandths of a hertz, rounded, from `25` or `30000/1001`; 0 if unstated."""
    text = representation.get("frameRate")
    if not text:
        return 0
    frames_text, _, seconds_text = text.partition("/")
    frames = representation.whole_from("frameRate", frames_text)
    seconds = representation.whole_from("frameRate", seconds_text or "1")
    if seconds == 0:
        raise representation.invalid("frameRate divides by 0")
    return (frames * 1000 + seconds // 2) // seconds


def _tiles(element: Element) -> tuple[int, int] | None:
    """Columns and rows of thumbnails in each image; None if the element does not say."""
    for each in _properties(element):
        if each.get("schemeIdUri") in _TILE_SCHEMES:
            columns, _, rows = each.get("value").partition("x")
            found = each.whole_from("value", columns), each.whole_from("value", rows)
            if not (0 < found[0] <= _MAX_TILES and 0 < found[1] <= _MAX_TILES):
                raise each.invalid(f"{shown(each.get('value'))} are no columns and rows")
            return found
    return None


def _channels(element: Element) -> int:
    """How many channels of sound; 0 if the element does not say, or in a scheme that is not known here."""
    for each in element.every("AudioChannelConfiguration"):
        scheme, value = each.get("schemeIdUri"), each.get("value").strip()
        if not (value.isascii() and value.isdigit() and len(value) <= 2):
            continue
        if scheme == _CHANNEL_COUNT_SCHEME:
            return int(value)
        if scheme == _CHANNEL_LAYOUT_SCHEME and int(value) < len(_CHANNELS_OF_LAYOUT):
            return _CHANNELS_OF_LAYOUT[int(value)]
    return 0
