"""DASH: a Media Presentation Description (ISO/IEC 23009-1) read into a `Presentation`.

Static presentations of one period. What a viewer could not notice is left out: properties that are only
supplemental, kinds of media that nothing here plays, metrics, events.
"""

from collections.abc import Iterator

import msgspec

from matinee.errors import FormatUnsupported
from matinee.manifest.addressing import Addressee, Budget, read_segments
from matinee.manifest.durations import duration_ms
from matinee.manifest.elements import Element, read_elements, shown
from matinee.manifest.presentation import BaseUrl, Period, Presentation, Rendition, Steering, Track, TrackKind
from matinee.manifest.protection import read_clearkey_url, read_key_ids
from matinee.manifest.references import folded, host_of, resolved

TRICK_PLAY = "trick-play"
"""The role of tracks for fast seeking: never chosen for normal play."""
MAX_ADAPTATION_SETS = 500

_ROLE_SCHEME = "urn:mpeg:dash:role:2011"
_TRICK_MODE_SCHEME = "http://dashif.org/guidelines/trickmode"
_TILE_SCHEMES = ("http://dashif.org/thumbnail_tile", "http://dashif.org/guidelines/thumbnail_tile")
"""DASH-IF Interoperability Points 4.3, sections 3.2.9 and 6.2.6; the shorter URI is the one in its examples."""
_COLOUR_SCHEMES = "urn:mpeg:mpegb:cicp:"
_RESOLVE_TO_ZERO = "urn:mpeg:dash:resolve-to-zero:2013"
_TEXT_TYPES = ("text/vtt", "application/ttml+xml", "application/x-subrip")
_TEXT_CODECS = ("stpp", "wvtt")
_KINDS: dict[str, TrackKind] = {"video": "video", "audio": "audio", "text": "text", "image": "image"}
_MAX_TILES = 100


def read_dash(document: bytes, *, url: str) -> Presentation:
    """The presentation that `document`, fetched from the absolute `url`, describes.

    BaseURLs of the MPD itself become `base_urls` (without any: the manifest's own folder); those below it are
    folded into the paths, the first of each level.
    Raises: ManifestInvalid for what breaks the format or exceeds its bounds, FormatUnsupported for what is
    well-formed but not played: live presentations, more than one period, remote elements, files that need their
    index read.
    """
    mpd = read_elements(document)
    if mpd.name != "MPD":
        raise mpd.invalid(f"the root is {shown(mpd.name)}, not MPD")
    if mpd.get("type", "static") != "static":
        raise FormatUnsupported(
            f"The manifest is of a live presentation (type={shown(mpd.get('type'))}); titles that are whole are played."
        )
    _refuse_remote(mpd)
    period = _only_period(mpd)
    period_ms = _period_ms(mpd, period)
    tracks = _read_tracks(period, period_ms=period_ms)
    if not any(track.kind in ("video", "audio") for track in tracks):
        raise FormatUnsupported("The manifest offers neither video nor audio that is played here.")
    protected = [element for each in period.every("AdaptationSet") for element in (each, *each.every("Representation"))]
    return Presentation(
        duration_ms=period_ms or _end_ms(tracks),
        base_urls=_read_base_urls(mpd, url=url),
        periods=(Period(period_id=period.get("id", "0"), end_ms=period_ms, tracks=tracks),),
        steering=_read_steering(mpd, url=url),
        clearkey_license_url=read_clearkey_url(protected, url=url),
    )


def _refuse_remote(element: Element) -> None:
    for children in element.children.values():
        for child in children:
            if child.foreign("href") not in ("", _RESOLVE_TO_ZERO):
                raise FormatUnsupported(f"The {child.name} at line {child.line} lies in another document (XLink).")
            _refuse_remote(child)


def _only_period(mpd: Element) -> Element:
    periods = [period for period in mpd.every("Period") if not period.foreign("href")]
    if not periods:
        raise mpd.invalid("it has no Period")
    if len(periods) > 1:
        raise FormatUnsupported(f"The manifest has {len(periods)} periods; one is played.", periods=len(periods))
    return periods[0]


def _period_ms(mpd: Element, period: Element) -> int | None:
    """How long the period lasts; None if only its segments say so."""
    own_ms = duration_ms(period, "duration")
    if own_ms is not None:
        return own_ms or None
    whole_ms = duration_ms(mpd, "mediaPresentationDuration")
    if whole_ms is None:
        return None
    return max(0, whole_ms - (duration_ms(period, "start") or 0)) or None


def _end_ms(tracks: tuple[Track, ...]) -> int:
    return max(
        rendition.segments[-1].start_ms + rendition.segments[-1].duration_ms
        for track in tracks
        for rendition in track.renditions
    )


def _read_base_urls(mpd: Element, *, url: str) -> tuple[BaseUrl, ...]:
    found: list[BaseUrl] = []
    for element in mpd.every("BaseURL"):
        place = resolved(element.text, url=url, at=element)
        found.append(
            BaseUrl(
                url=place,
                service_location=_unused(element.get("serviceLocation") or host_of(place), among=found),
                priority=element.whole_from("priority", element.foreign("priority") or "1"),
                weight=element.whole_from("weight", element.foreign("weight") or "1"),
            )
        )
    own_folder = BaseUrl(url=resolved(".", url=url, at=mpd), service_location=host_of(url))
    return tuple(sorted(found, key=lambda base_url: base_url.priority)) or (own_folder,)


def _unused(name: str, *, among: list[BaseUrl]) -> str:
    """`name`, numbered if a place before has it already: places fail one by one, not by name."""
    taken = {base_url.service_location for base_url in among}
    numbered = (f"{name} ({number})" for number in range(2, len(among) + 2))
    return name if name not in taken else next(it for it in numbered if it not in taken)


def _read_steering(mpd: Element, *, url: str) -> Steering | None:
    for parent in (mpd, *mpd.every("ServiceDescription")):
        for element in parent.every("ContentSteering"):
            if element.text:
                return Steering(
                    url=resolved(element.text, url=url, at=element),
                    default_service_location=element.get("defaultServiceLocation"),
                    query_before_start=element.get("queryBeforeStart") in ("true", "1"),
                )
    return None


def _read_tracks(period: Element, *, period_ms: int | None) -> tuple[Track, ...]:
    if len(period.every("AdaptationSet")) > MAX_ADAPTATION_SETS:
        raise period.invalid(f"it has more than {MAX_ADAPTATION_SETS} AdaptationSets")
    budget = Budget()
    base = _reference(period, onto="")
    taken: set[str] = set()
    tracks: list[Track] = []
    for adaptation_set in period.every("AdaptationSet"):
        kind = _kind_of(adaptation_set)
        if kind is None or _needs_unknown(adaptation_set):
            continue
        renditions = tuple(
            _read_rendition((period, adaptation_set, element), kind=kind, base=base, period_ms=period_ms, budget=budget)
            for element in adaptation_set.every("Representation")
            if not _needs_unknown(element)
        )
        if renditions:
            track_id = _track_id(adaptation_set, kind=kind, taken=taken)
            taken.add(track_id)
            tracks.append(_track(adaptation_set, track_id=track_id, kind=kind, renditions=renditions))
    return tuple(tracks)


def _track(adaptation_set: Element, *, track_id: str, kind: TrackKind, renditions: tuple[Rendition, ...]) -> Track:
    if len({rendition.rendition_id for rendition in renditions}) < len(renditions):
        raise adaptation_set.invalid("two Representations share an id")
    label = adaptation_set.first("Label")
    return Track(
        track_id=track_id,
        kind=kind,
        renditions=tuple(sorted(renditions, key=lambda rendition: (rendition.bitrate_kbps, rendition.height))),
        language=_language(adaptation_set),
        label=label.text if label else "",
        roles=_roles(adaptation_set),
        key_ids=read_key_ids((adaptation_set, *adaptation_set.every("Representation"))),
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


def _read_rendition(
    levels: tuple[Element, Element, Element], *, kind: TrackKind, base: str, period_ms: int | None, budget: Budget
) -> Rendition:
    _, adaptation_set, representation = levels
    own = msgspec.structs.replace(
        representation, attributes=_common(adaptation_set.attributes) | representation.attributes
    )
    rendition_id, bandwidth = own.get("id"), own.whole("bandwidth", 0)
    if not rendition_id:
        raise own.invalid("it has no id")
    addressee = Addressee(
        element=own,
        kind=kind,
        representation_id=rendition_id,
        bandwidth=bandwidth,
        reference=_reference(representation, onto=_reference(adaptation_set, onto=base)),
        period_ms=period_ms,
        budget=budget,
    )
    columns, rows = _tiles(adaptation_set, representation)
    return Rendition(
        rendition_id=rendition_id,
        bitrate_kbps=max(1, (bandwidth + 500) // 1000),
        mime_type=own.get("mimeType") or f"{kind}/mp4",
        codecs=own.get("codecs"),
        width=own.whole("width", 0),
        height=own.whole("height", 0),
        frame_rate_millihertz=_frame_rate(own),
        segments=read_segments(levels, of=addressee),
        tile_columns=columns,
        tile_rows=rows,
    )


def _common(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes that an AdaptationSet hands down to its Representations."""
    return {
        name: attributes[name] for name in ("mimeType", "codecs", "width", "height", "frameRate") if name in attributes
    }


def _reference(element: Element, *, onto: str) -> str:
    base_url = element.first("BaseURL")
    return onto if base_url is None else folded(base_url.text, onto=onto, at=base_url)


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


def _tiles(*elements: Element) -> tuple[int, int]:
    """Columns and rows of thumbnails in each image."""
    for each in (tiles for element in elements for tiles in _properties(element)):
        if each.get("schemeIdUri") in _TILE_SCHEMES:
            columns, _, rows = each.get("value").partition("x")
            found = each.whole_from("value", columns), each.whole_from("value", rows)
            if not (0 < found[0] <= _MAX_TILES and 0 < found[1] <= _MAX_TILES):
                raise each.invalid(f"{shown(each.get('value'))} are no columns and rows")
            return found
    return 1, 1
