"""Which appliances serve a session, best first."""

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

from matinee.errors import RequestInvalid
from matinee.wire.play import OcaUrl
from matinee.wire.steering import Heartbeat
from matinee_backend.records import HeardAppliance

NEAREST_FIRST = ("isp", "exchange", "origin")
"""Kinds of appliance by their distance from the viewer."""


class MediaToken(NamedTuple):
    """What appliances let a session in by."""

    text: str
    exp_wall_ms: int


def check_heartbeat(heartbeat: Heartbeat, *, appliance_id: str) -> None:
    """Raises RequestInvalid for a heartbeat of another appliance, an unknown kind, or an address without use."""
    if heartbeat.appliance != appliance_id:
        raise RequestInvalid(f"A heartbeat of {heartbeat.appliance} told as that of {appliance_id}.")
    if heartbeat.kind not in NEAREST_FIRST:
        raise RequestInvalid(f"{heartbeat.kind} is no kind of appliance: {', '.join(NEAREST_FIRST)}.")
    url = urlsplit(heartbeat.base_url)
    if url.scheme not in ("http", "https") or not url.netloc or url.query or heartbeat.base_url.endswith("/"):
        raise RequestInvalid("The base URL of an appliance is http(s), without query and final slash.")


def heard(heartbeat: Heartbeat) -> HeardAppliance:
    """What the directory keeps of it."""
    return HeardAppliance(
        appliance=heartbeat.appliance,
        kind=heartbeat.kind,
        base_url=heartbeat.base_url,
        titles=frozenset(heartbeat.titles),
        connections=heartbeat.connections,
        is_draining=heartbeat.draining,
    )


def ranked(
    appliances: Iterable[HeardAppliance], *, title_id: str, session_id: str, load_step: int
) -> tuple[HeardAppliance, ...]:
    """Those that hold the title whole and want clients: the nearest kind first, of a kind the least loaded.

    Among equals (within `load_step` connections) each session has its own order and keeps it, so that the
    sessions of a failed appliance spread over the others. The origin is named only if nobody else can serve.
    """
    holding = [appliance for appliance in appliances if title_id in appliance.titles and not appliance.is_draining]
    serving = [appliance for appliance in holding if appliance.kind != "origin"] or holding

    def order(appliance: HeardAppliance) -> tuple[int, int, bytes]:
        own = sha256(f"{session_id}:{appliance.appliance}".encode()).digest()
        return NEAREST_FIRST.index(appliance.kind), appliance.connections // load_step, own

    return tuple(sorted(serving, key=order))


def oca_urls(appliances: Iterable[HeardAppliance], *, title_id: str, token: MediaToken) -> tuple[OcaUrl, ...]:
    """The title's folder on each, in the same order."""
    return tuple(
        OcaUrl(
            appliance=appliance.appliance,
            url=f"{appliance.base_url}/t/{token.text}/titles/{title_id}/",
            exp_wall_ms=token.exp_wall_ms,
        )
        for appliance in appliances
    )


def steering_url(public_url: str, *, session_id: str, token: str) -> str:
    """Complete: any player that knows content steering can follow it. The media token is its ticket here too."""
    return f"{public_url}/v1/steering/{session_id}?token={token}"
