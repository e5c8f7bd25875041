"""Pathways: where a session asks for steering, and the places it fetches from, best first."""

from collections.abc import Iterable

from matinee.manifest.pathways import ranked, with_clones
from matinee.manifest.presentation import BaseUrl, Steering
from matinee.wire.steering import Heard, PathwayClone, SteeringDocument, question_url

MOST_PLACES = 100
"""Kept beside those of the manifest; beyond it those named longest ago are forgotten."""


class Pathways:
    """The places of the manifest, steered by the last document."""

    def __init__(self, places: Iterable[BaseUrl] = (), *, steering_url: str = "") -> None:
        self.steering_url: str = steering_url
        """Where to ask the next time; empty if nobody gives advice."""
        self.places: dict[str, BaseUrl] = {it.service_location: it for it in places}
        """By name, best first."""
        self._known = tuple(self.places.values())
        self._clones: tuple[PathwayClone, ...] = ()
        self._priority: tuple[str, ...] = ()
        self._configured: Steering = Steering(url=steering_url)

    @property
    def bases(self) -> dict[str, str]:
        """Of each clone the place of the manifest whose media it holds."""
        return {name: place.clone_of for name, place in self.places.items() if place.clone_of}

    def configure(self, places: Iterable[BaseUrl], steering: Steering | None) -> None:
        """The manifest is here, or here again: what the last document said of its places still holds.

        A `steering` that is new replaces where to ask, one that is gone ends the asking.
        """
        self._known = tuple(places)
        told = steering or Steering(url="")
        if told.url != self._configured.url:
            self.steering_url = told.url
        if told.default_service_location != self._configured.default_service_location:
            self._priority = self._priority or tuple(told.default_service_location.split())
        self._configured = told
        self._settle()

    def question(self, heard: Iterable[Heard]) -> str:
        """The URL to ask, saying what was heard from whom since the last time."""
        return question_url(self.steering_url, dialect=self._configured.dialect, heard=heard)

    def take(self, document: SteeringDocument, *, asked: str) -> None:
        """Its order, its clones (those of the document before are void) and its folders hold from now on.

        `asked`: the `steering_url` it was asked of. An answer of one that was replaced meanwhile changes nothing.
        """
        if asked != self.steering_url:
            return
        self.steering_url = document.reload_uri or self.steering_url
        self._priority, self._clones = document.pathway_priority, document.pathway_clones
        fresh = [BaseUrl(url=it.url, service_location=it.appliance) for it in document.oca_urls]
        if fresh:
            named = {it.service_location for it in fresh}
            kept = [it for it in self._known if it.service_location not in named]
            self._known = tuple(fresh + kept)[:MOST_PLACES]
        self._settle()

    def _settle(self) -> None:
        steered = ranked(with_clones(self._known, self._clones), self._priority)
        self.places = {it.service_location: it for it in steered}
