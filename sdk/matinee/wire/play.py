"""Press play: one request, and everything a player needs until the end."""

import msgspec

from matinee.wire.ids import ApplianceId, OpaqueId, TitleId, WallMs
from matinee.wire.title import Rung


class PlayRequest(msgspec.Struct, frozen=True, kw_only=True):
    title_id: TitleId
    device_id: OpaqueId
    profile_id: OpaqueId


class OcaUrl(msgspec.Struct, frozen=True, kw_only=True):
    """One appliance that holds the title."""

    appliance: ApplianceId
    url: str
    """The title's folder there, media token in the path, with a final `/`: manifest and segments lie below it."""
    exp_wall_ms: WallMs = 0
    """When that token ends: the player asks steering for another before; 0 if it has no end."""


class PlayReply(msgspec.Struct, frozen=True, kw_only=True):
    session_id: OpaqueId
    title_id: TitleId
    name: str
    manifest_url: str
    """The DASH manifest on the first appliance of the list."""
    license: str
    """A signed `matinee.wire.license.License`; empty for a clear title."""
    oca_urls: tuple[OcaUrl, ...]
    """Best first; at least one."""
    bitrate_ladder: tuple[Rung, ...]
    steering_url: str
    telemetry_url: str
    resume_ms: int = 0
    """Where the profile left the title."""
    credit: str = ""
