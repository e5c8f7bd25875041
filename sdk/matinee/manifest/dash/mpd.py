"""DASH: a Media Presentation Description (ISO/IEC 23009-1) read into a `Presentation`: the MPD and its periods.

What a viewer could not notice is left out: properties that are only supplemental, kinds of media that nothing here
plays, metrics.
"""

from collections.abc import Iterator
from itertools import zip_longest

from matinee.errors import FormatUnsupported
from matinee.manifest.dash.adaptation import read_tracks
from matinee.manifest.dash.addressing import Ledger, Span
from matinee.manifest.dash.events import read_events
from matinee.manifest.dash.live import read_live
from matinee.manifest.dash.places import Places
from matinee.manifest.durations import duration_ms
from matinee.manifest.elements import Element, read_elements, shown
from matinee.manifest.presentation import Period, Presentation, Steering
from matinee.manifest.protection import read_clearkey_url
from matinee.manifest.references import local, resolved

MAX_PERIODS = 5_000


def read_dash(document: bytes, *, url: str) -> Presentation:
    """The presentation that `document`, fetched from the absolute `url`, describes.

    Raises: ManifestInvalid for what breaks the format or exceeds its bounds, FormatUnsupported for what is
    well-formed but not played, as remote elements.
    """
    return read_mpd(read_elements(document), url=url)


def read_mpd(mpd: Element, *, url: str) -> Presentation:
    """As `read_dash`, of a tree that was read before, or patched."""
    if mpd.name != "MPD":
        raise mpd.invalid(f"the root is {shown(mpd.name)}, not MPD")
    is_live = mpd.get("type", "static") == "dynamic"
    elements = local(mpd, "Period")
    if not elements:
        raise mpd.invalid("it has no Period")
    if len(elements) > MAX_PERIODS:
        raise mpd.invalid(f"it has more than {MAX_PERIODS} periods")
    places = Places(mpd, url=url)
    read = _read_periods(mpd, elements, places=places, is_live=is_live)
    if not read:
        raise FormatUnsupported("The manifest offers neither video nor audio that is played here.")
    base_urls, periods = places.settle(read)
    return Presentation(
        duration_ms=_duration_ms(periods, is_live=is_live),
        base_urls=base_urls,
        periods=periods,
        live=read_live(mpd, url=url) if is_live else None,
        steering=_read_steering(mpd, url=url),
        clearkey_license_url=read_clearkey_url(_protected(elements), url=url),
    )


def _read_periods(mpd: Element, elements: list[Element], *, places: Places, is_live: bool) -> tuple[Period, ...]:
    """Those with video or audio."""
    ledger, read = Ledger(), dict[str, Period]()
    for element, span in _spans(mpd, elements, is_live=is_live):
        if span.end_ms is not None and span.end_ms <= span.start_ms:
            continue
        tracks = read_tracks(element, span=span, places=places, ledger=ledger)
        if not any(track.kind in ("video", "audio") for track in tracks):
            continue
        period_id = element.get("id") or f"@{span.start_ms}"
        if period_id in read:
            raise element.invalid("two Periods share an id")
        events = read_events(element, start_ms=span.start_ms)
        read[period_id] = Period(
            period_id=period_id, start_ms=span.start_ms, end_ms=span.end_ms, tracks=tracks, events=events
        )
    return tuple(read.values())


def _spans(mpd: Element, elements: list[Element], *, is_live: bool) -> Iterator[tuple[Element, Span]]:
    """Where each period lies, of as many as it is known of. A whole title is moved so that it begins at 0."""
    starts_ms = _starts_ms(elements, is_live=is_live)
    zero_ms = starts_ms[0] if starts_ms and not is_live else 0
    whole_ms = duration_ms(mpd, "mediaPresentationDuration") or None
    for element, start_ms, following_ms in zip_longest(elements[: len(starts_ms)], starts_ms, starts_ms[1:]):
        length_ms = duration_ms(element, "duration")
        own_end_ms = None if length_ms is None else start_ms + length_ms
        known_ms = [end_ms for end_ms in (own_end_ms, following_ms) if end_ms is not None]
        end_ms = min(known_ms) if known_ms else whole_ms
        yield (
            element,
            Span(start_ms=start_ms - zero_ms, end_ms=None if end_ms is None else end_ms - zero_ms, is_live=is_live),
        )


def _starts_ms(elements: list[Element], *, is_live: bool) -> list[int]:
    """When each period starts, up to the first of which nobody knows (ISO/IEC 23009-1, section 5.3.2.1).

    That one and those after it are available early: they are not played yet.
    """
    starts_ms: list[int] = []
    next_ms = None if is_live else 0
    for element in elements:
        start_ms = duration_ms(element, "start")
        start_ms = next_ms if start_ms is None else start_ms
        if start_ms is None:
            break
        if starts_ms and start_ms < starts_ms[-1]:
            raise element.invalid("it starts before the period before it")
        starts_ms.append(start_ms)
        length_ms = duration_ms(element, "duration")
        next_ms = None if length_ms is None else start_ms + length_ms
    return starts_ms


def _duration_ms(periods: tuple[Period, ...], *, is_live: bool) -> int | None:
    last = periods[-1]
    if last.end_ms is not None or is_live:
        return last.end_ms
    renditions = [rendition for track in last.tracks for rendition in track.renditions]
    if any(rendition.index for rendition in renditions):
        return None
    return max(rendition.segments[-1].end_ms for rendition in renditions)


def _read_steering(mpd: Element, *, url: str) -> Steering | None:
    """The first that says where."""
    for parent in (mpd, *mpd.every("ServiceDescription")):
        for element in parent.every("ContentSteering"):
            if element.text:
                return Steering(
                    url=resolved(element.text, url=url, at=element),
                    default_service_location=element.get("defaultServiceLocation"),
                    query_before_start=element.get("queryBeforeStart") in ("true", "1"),
                )
    return None


def _protected(periods: list[Element]) -> Iterator[Element]:
    for period in periods:
        for adaptation_set in period.every("AdaptationSet"):
            yield adaptation_set
            yield from adaptation_set.every("Representation")
