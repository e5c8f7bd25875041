"""Steering: which appliance next (DASH content steering), and what appliances say of themselves."""

import msgspec

from matinee.wire.ids import ApplianceId, TitleId
from matinee.wire.play import OcaUrl


class SteeringDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A content steering manifest (ETSI TS 103 998; RFC 8216bis section 7): the names on the wire are theirs."""

    version: int = msgspec.field(name="VERSION", default=1)
    ttl_s: int = msgspec.field(name="TTL", default=300)
    """Whole seconds, as the standard has it: the one quantity here that is not in milliseconds."""
    reload_uri: str = msgspec.field(name="RELOAD-URI", default="")
    pathway_priority: tuple[str, ...] = msgspec.field(name="PATHWAY-PRIORITY", default=())
    """Appliance ids, best first."""
    oca_urls: tuple[OcaUrl, ...] = msgspec.field(name="OCA-URLS", default=())
    """Our extension, which other players ignore: the same appliances with fresh media tokens."""


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """What an appliance says of itself every few seconds. Silence for `HEARTBEAT_EXPIRY_MS` takes it off every list."""

    appliance: ApplianceId
    kind: str
    """`origin`, `exchange` or `isp`."""
    base_url: str
    """Where clients reach it, without a final `/`."""
    titles: tuple[TitleId, ...]
    """Titles that are whole on its shelf."""
    bytes_sent: int = 0
    """Since it started."""
    connections: int = 0
    errors: int = 0
    """Answers of 5xx since it started."""
    draining: bool = False
    """It finishes what it is sending and wants no new clients."""


HEARTBEAT_EVERY_MS = 2_000
HEARTBEAT_EXPIRY_MS = 7_000


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """What an appliance should hold: the answer to its heartbeat."""

    titles: tuple[TitleId, ...]
