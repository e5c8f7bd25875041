"""Placement: what an appliance should hold, where it gets it, and when it may."""

from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from matinee.wire.ids import ApplianceId, TitleId

MinuteOfDay = Annotated[int, Meta(ge=0, le=1440)]
"""Minutes after midnight, as clocks on the wall show them; 1440 is the midnight at the end."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """An appliance that another one fills from."""

    name: ApplianceId
    base_url: str
    """Without a final `/`."""


class FillWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of each day in which the network has room. `until` is left out; one that is not later is the next day's."""

    from_minute: MinuteOfDay = 120
    until_minute: MinuteOfDay = 360
    zone: str = ""
    """IANA name, as `Europe/Berlin`; empty: the zone in which the appliance stands."""


class PlacedTitle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One title that should be whole on the shelf."""

    title_id: TitleId
    size_bytes: int = 0
    """Of all its files; 0 if nobody knows."""
    index_sha256: str = ""
    """Of its `title.json`, which is fetched again when it is another; empty: asked for now and then."""
    released_wall_ms: int = 0
    """No viewer gets it before."""
    is_urgent: bool = False
    """No window is waited for: nothing nearby has it, or an operator says so."""
    holders: tuple[ApplianceId, ...] = ()
    """Peers that should hold it too, among `Placement.peers`."""


class Placement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that one appliance is told of what it should hold."""

    titles: tuple[PlacedTitle, ...]
    """What matters most first."""
    windows: tuple[FillWindow, ...] = ()
    """When titles that are not urgent are filled; none: at any time."""
    rate_kbps: int = 0
    """Of what comes from parents, all fills of the appliance together; 0: as fast as it goes."""
    peers: tuple[Source, ...] = ()
    """The others of its cluster, by name: between them bytes cost nothing."""
    parents: tuple[Source, ...] = ()
    """Whom to ask for what the cluster lacks, the nearest first; none: the parent that its settings name."""


def placement_digest(placement: Placement) -> str:
    """What stands for it in heartbeats."""
    return sha256(msgspec.json.encode(placement)).hexdigest()[:32]
