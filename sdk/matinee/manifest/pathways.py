"""Pathways: the places that a steering document makes of those that a manifest names, and their order (HLS, DASH)."""

from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit, urlunsplit

import msgspec

from matinee.manifest.presentation import BaseUrl
from matinee.wire.steering import PathwayClone, UriReplacement, with_parameters


def with_clones(places: Sequence[BaseUrl], clones: Iterable[PathwayClone]) -> tuple[BaseUrl, ...]:
    """`places`, and behind them their clones in the order in which they are told.

    A clone may be the base of a later one. One whose base is unknown, or whose name is taken, is left out
    (draft-pantos-content-steering-01, section 5).
    """
    by_name = {it.service_location: it for it in places}
    for clone in clones:
        base = by_name.get(clone.base_id)
        if base is None or clone.pathway_id in by_name:
            continue
        by_name[clone.pathway_id] = msgspec.structs.replace(
            base,
            service_location=clone.pathway_id,
            url=_at_host(base.url, clone.replacement.host),
            query=with_parameters(base.query, _parameters(clone.replacement)),
            clone_of=base.clone_of or base.service_location,
        )
    return tuple(by_name.values())


def ranked(places: Iterable[BaseUrl], priority: Iterable[str]) -> tuple[BaseUrl, ...]:
    """Those that `priority` names first, in its order; behind them the others in theirs. Unknown names are passed over.

    The others stay, as the last resort: a place that nobody recommends is better than none.
    """
    by_name = {it.service_location: it for it in places}
    named = {name: by_name[name] for name in priority if name in by_name}
    return tuple((named | by_name).values())


def request_url(place: BaseUrl, reference: str) -> str:
    """Where `reference` is fetched at that place."""
    url = urljoin(place.url, reference)
    if not place.query:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=with_parameters(parts.query, place.query.split("&"))))


def _at_host(url: str, host: str) -> str:
    """The same at another host; the port stays unless `host` brings its own."""
    if not host:
        return url
    parts = urlsplit(url)
    has_port = ":" in host.rpartition("]")[2]
    port = "" if has_port or parts.port is None else f":{parts.port}"
    return urlunsplit(parts._replace(netloc=host + port))


def _parameters(replacement: UriReplacement) -> list[str]:
    """By name, as the draft orders them."""
    return [f"{name}={value}" for name, value in sorted(replacement.params.items())]
