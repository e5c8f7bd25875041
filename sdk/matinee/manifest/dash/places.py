"""BaseURLs: the places that hold a presentation, and what of it each of them holds (ISO/IEC 23009-1, section 5.6)."""

from itertools import takewhile
from typing import NamedTuple

import msgspec

from matinee.manifest.dash.addressing import read_early_ms
from matinee.manifest.elements import Element
from matinee.manifest.presentation import BaseUrl, Period, Rendition
from matinee.manifest.references import folded, host_of, is_absolute, resolved, split_origin

MAX_PLACES = 1000
"""Of a presentation."""
MAX_COMBINED = 64
"""Of one Representation: lists on every level multiply, the best are kept."""


class Place(NamedTuple):
    """One way to read a reference."""

    url: str
    service_location: str
    priority: int
    weight: int
    early_ms: int


class Reach(NamedTuple):
    """Where the references of an element are read against."""

    reference: str = ""
    """Folded so far: relative to each of `places`."""
    early_ms: int = 0
    """What the BaseURLs in `reference` add to those of the places."""
    places: tuple[Place, ...] | None = None
    """None: those of the MPD."""


class Places:
    """All places of one presentation, as its elements name them."""

    def __init__(self, mpd: Element, *, url: str) -> None:
        own_folder = Place(resolved(".", url=url, at=mpd), host_of(url), 1, 1, 0)
        self._of_mpd = _combined(mpd.every("BaseURL"), onto=(own_folder._replace(url=url),)) or (own_folder,)
        self._mpd = mpd
        self._names: dict[tuple[str, str], str] = {}
        self._taken: dict[str, int] = {}
        """Names, and the last number that was added to each."""
        self._base_urls: list[BaseUrl] = []
        self._names_of_mpd = tuple(self._named(place) for place in self._of_mpd)

    def below(self, element: Element, reach: Reach) -> Reach:
        """What holds within `element`, a child of that with `reach`. Raises ManifestInvalid, FormatUnsupported."""
        base_urls = element.every("BaseURL")
        if not base_urls:
            return reach
        if reach.places is None and len(base_urls) == 1 and not base_urls[0].get("serviceLocation"):
            reference = folded(base_urls[0].text, onto=reach.reference, at=base_urls[0])
            if not is_absolute(reference):
                return Reach(reference, reach.early_ms + read_early_ms(base_urls[0]))
        whole = (_onto(place, reach, at=element) for place in self._of_mpd) if reach.places is None else reach.places
        return Reach(places=_combined(base_urls, onto=tuple(whole)))

    def reference(self, reach: Reach) -> tuple[str, tuple[str, ...], int]:
        """The reference that is relative to all places of `reach`, their names, and how early they have segments.

        No names: those of the MPD.
        """
        if reach.places is None:
            return reach.reference, (), reach.early_ms + min(place.early_ms for place in self._of_mpd)
        shared = _shared_end([place.url for place in reach.places])
        bases = [place._replace(url=place.url.removesuffix(shared)) for place in reach.places]
        return shared, tuple(map(self._named, bases)), min(place.early_ms for place in bases)

    def settle(self, periods: tuple[Period, ...]) -> tuple[tuple[BaseUrl, ...], tuple[Period, ...]]:
        """The places that are used, best first; the periods, with renditions that name theirs if not all have all."""
        best_first = tuple(sorted(self._base_urls, key=lambda base_url: base_url.priority))
        if len(best_first) == len(self._names_of_mpd):
            return best_first, periods
        named = tuple(_with_places(period, otherwise=self._names_of_mpd) for period in periods)
        used = {name for period in named for track in period.tracks for it in track.renditions for name in it.places}
        return tuple(base_url for base_url in best_first if base_url.service_location in used), named

    def _named(self, place: Place) -> str:
        """The name of the place in the presentation: its own, numbered if another before has it already.

        Places fail one by one, not by name.
        """
        key = place.url, place.service_location
        if key in self._names:
            return self._names[key]
        if len(self._base_urls) == MAX_PLACES:
            raise self._mpd.invalid(f"it names more than {MAX_PLACES} places")
        name = place.service_location
        while name in self._taken:
            self._taken[place.service_location] += 1
            name = f"{place.service_location} ({self._taken[place.service_location]})"
        self._taken[name] = 1
        self._names[key] = name
        self._base_urls.append(
            BaseUrl(url=place.url, service_location=name, priority=place.priority, weight=place.weight)
        )
        return name


def _combined(base_urls: list[Element], *, onto: tuple[Place, ...]) -> tuple[Place, ...]:
    """Each of `base_urls` read against each place of `onto`, best first; what the one does not say, the other does."""
    combined: dict[str, Place] = {}
    for place in onto:
        for element in base_urls[:MAX_COMBINED]:
            found = _read(element, onto=place)
            combined.setdefault(found.url, found)
    best_first = sorted(combined.values(), key=lambda place: place.priority)
    return tuple(best_first[:MAX_COMBINED])


def _read(element: Element, *, onto: Place) -> Place:
    url = resolved(element.text, url=onto.url, at=element)
    is_elsewhere = host_of(url) != host_of(onto.url)
    priority, weight = element.foreign("priority"), element.foreign("weight")
    return Place(
        url=url,
        service_location=element.get("serviceLocation") or (host_of(url) if is_elsewhere else onto.service_location),
        priority=element.whole_from("priority", priority) if priority else onto.priority,
        weight=element.whole_from("weight", weight) if weight else onto.weight,
        early_ms=onto.early_ms + read_early_ms(element),
    )


def _onto(place: Place, reach: Reach, *, at: Element) -> Place:
    """What `reach` has folded, unfolded at `place`."""
    url = resolved(reach.reference, url=place.url, at=at)
    return place._replace(url=url, early_ms=place.early_ms + reach.early_ms)


def _shared_end(urls: list[str]) -> str:
    """What the paths of all have in common at their end, in whole parts; it can be removed from all."""
    ends = [path.lstrip("/").split("/") for _, path in map(split_origin, urls)]
    if any("?" in url or "#" in url for url in urls):
        return ""
    backwards = zip(*(reversed(end) for end in ends), strict=False)
    shared = [parts[0] for parts in takewhile(lambda parts: len(set(parts)) == 1, backwards)]
    return "/".join(reversed(shared))


def _with_places(period: Period, *, otherwise: tuple[str, ...]) -> Period:
    def named(rendition: Rendition) -> Rendition:
        return rendition if rendition.places else msgspec.structs.replace(rendition, places=otherwise)

    tracks = tuple(
        msgspec.structs.replace(track, renditions=tuple(map(named, track.renditions))) for track in period.tracks
    )
    return msgspec.structs.replace(period, tracks=tracks)
