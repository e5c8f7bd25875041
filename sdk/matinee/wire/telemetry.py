"""Telemetry: what players tell, one Struct for each kind of event, batched."""

import msgspec

from matinee.wire.ids import OpaqueId, WallMs


class _Told(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=lambda name: name):
    """What every event says."""

    event_id: OpaqueId
    """Unique: the same event told twice counts once."""
    session_id: OpaqueId
    ts: WallMs
    position_ms: int = 0


class PlayStarted(_Told, frozen=True, kw_only=True):
    title_id: str
    profile_id: str = ""


class FirstFrameShown(_Told, frozen=True, kw_only=True):
    startup_ms: int


class PlayheadMoved(_Told, frozen=True, kw_only=True):
    """The heartbeat: every ten seconds of play. Viewing history and resume points come from it."""

    title_id: str
    profile_id: str = ""
    bitrate_kbps: int = 0
    buffer_ms: int = 0
    appliance: str = ""


class StallEnded(_Told, frozen=True, kw_only=True):
    stall_ms: int


class RungSwitched(_Told, frozen=True, kw_only=True):
    from_kbps: int
    to_kbps: int


class ApplianceFailed(_Told, frozen=True, kw_only=True):
    appliance: str
    to_appliance: str
    reason: str


class ErrorShown(_Told, frozen=True, kw_only=True):
    code: str


class PlayEnded(_Told, frozen=True, kw_only=True):
    title_id: str
    played_ms: int
    stalls: int
    stall_ms: int
    mean_bitrate_kbps: int
    completed: bool
    profile_id: str = ""


TelemetryEvent = (
    PlayStarted | FirstFrameShown | PlayheadMoved | StallEnded | RungSwitched | ApplianceFailed | ErrorShown | PlayEnded
)

MAX_BATCH_EVENTS = 500


class TelemetryBatch(msgspec.Struct, frozen=True, kw_only=True):
    events: tuple[TelemetryEvent, ...]
    dropped: int = 0
    """Events lost to the bound of the sender's queue since its last accepted batch."""
