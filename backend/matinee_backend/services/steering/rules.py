"""What is said between steering and others: heartbeats in, lists out."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from matinee.errors import RequestInvalid
from matinee.wire.play import OcaUrl
from matinee.wire.steering import Heartbeat, PathwayClone, UriReplacement, shelf_digest
from matinee_backend.records import HeardAppliance
from matinee_backend.services.steering.ranking import Placed

KINDS = ("isp", "exchange", "origin")


class MediaToken(NamedTuple):
    """What appliances let a session in by."""

    text: str
    exp_wall_ms: int


def check_heartbeat(heartbeat: Heartbeat, *, appliance_id: str) -> None:
    """Raises RequestInvalid for a heartbeat of another appliance, an unknown kind, or an address without use."""
    if heartbeat.appliance != appliance_id:
        raise RequestInvalid(f"A heartbeat of {heartbeat.appliance} told as that of {appliance_id}.")
    if heartbeat.titles is not None and shelf_digest(heartbeat.titles) != heartbeat.shelf:
        raise RequestInvalid("The digest of the shelf is not that of its titles.")
    if heartbeat.kind not in KINDS:
        raise RequestInvalid(f"{heartbeat.kind} is no kind of appliance: {', '.join(KINDS)}.")
    url = urlsplit(heartbeat.base_url)
    if url.scheme not in ("http", "https") or not url.netloc or url.query or heartbeat.base_url.endswith("/"):
        raise RequestInvalid("The base URL of an appliance is http(s), without query and final slash.")


def heard(heartbeat: Heartbeat, *, wall_ms: int) -> HeardAppliance:
    """What the directory keeps of it."""
    return HeardAppliance(
        appliance=heartbeat.appliance,
        kind=heartbeat.kind,
        base_url=heartbeat.base_url,
        shelf=heartbeat.shelf,
        used=heartbeat.used,
        is_draining=heartbeat.draining,
        heard_wall_ms=wall_ms,
    )


def oca_urls(places: Iterable[Placed], *, title_id: str, token: MediaToken) -> tuple[OcaUrl, ...]:
    """The title's folder at each, in the same order."""
    return tuple(
        OcaUrl(
            appliance=it.name,
            url=f"{it.base_url}/t/{token.text}/titles/{title_id}/",
            exp_wall_ms=token.exp_wall_ms,
        )
        for it in places
    )


def clones(urls: Iterable[OcaUrl], *, base: str) -> tuple[PathwayClone, ...]:
    """Every other place as a clone of `base`, for players that know only the standard.

    The host is all that differs: the token in the path is good at every place. A place below a path of its own, or
    with another scheme, cannot be said so, and is left out.
    """
    split = {it.appliance: urlsplit(it.url) for it in urls}
    if base not in split:
        return ()
    return tuple(
        PathwayClone(base_id=base, pathway_id=name, replacement=UriReplacement(host=url.netloc))
        for name, url in split.items()
        if name != base and (url.scheme, url.path) == (split[base].scheme, split[base].path)
    )
