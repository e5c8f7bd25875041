"""Telemetry: what players tell, one Struct for each kind of event, batched, and what the collector answers.

Nothing here names a title or a person, or says where something lies: ids only, and `title_id`, `profile_id` and
`appliance` only where the player may tell them (`matinee.policy.settings.TelemetrySettings`).
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from matinee.wire.ids import OpaqueId, WallMs

SCHEMA = 1
"""Another number means that a field means something else. A field or a kind more is no other schema."""
MAX_BATCH_EVENTS = 500
MAX_BATCH_BYTES = 256 << 10
"""Of a batch as JSON, before it is packed."""
MAX_EVENT_BYTES = 4 << 10
"""Of one event as JSON."""

Span = Annotated[int, Meta(ge=0, le=1 << 53)]
"""A length of time in milliseconds, a rate or a count."""
Name = Annotated[str, Meta(max_length=128)]
"""A code, an id of somebody else's, a word of a closed vocabulary; empty if it is not told."""


class _Told(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=lambda name: name):
    """What every event says."""

    event_id: OpaqueId = msgspec.field(name="id")
    """Unique: the same event told twice counts once."""
    session_id: OpaqueId
    """Of one press of play; the next has another."""
    ts: WallMs
    """When it happened, by the device's clock."""
    position_ms: int = 0


class PlayStarted(_Told, frozen=True, kw_only=True):
    """Play was pressed."""

    title_id: Name = ""
    profile_id: Name = ""


class FirstFrameShown(_Told, frozen=True, kw_only=True):
    startup_ms: Span


class PlayheadMoved(_Told, frozen=True, kw_only=True):
    """The heartbeat: every ten seconds of play. Viewing history and resume points come from it."""

    title_id: Name = ""
    profile_id: Name = ""
    bitrate_kbps: Span = 0
    buffer_ms: Span = 0
    appliance: Name = ""


class StallBegan(_Told, frozen=True, kw_only=True):
    """The media ran out while the viewer wanted to play."""

    appliance: Name = ""
    """Who delivered last."""


class StallEnded(_Told, frozen=True, kw_only=True):
    stall_ms: Span


class RungSwitched(_Told, frozen=True, kw_only=True):
    from_kbps: Span
    to_kbps: Span


class ApplianceFailed(_Told, frozen=True, kw_only=True):
    appliance: Name
    to_appliance: Name
    reason: Name


class ErrorShown(_Told, frozen=True, kw_only=True):
    code: Name
    """As of `matinee.errors`."""


class Sought(_Told, frozen=True, kw_only=True):
    """The viewer went elsewhere, or was moved; `position_ms` is where he was."""

    to_ms: int
    is_asked: bool = True
    """False: what lay there was gone, or live was too far away."""


class AdReached(_Told, frozen=True, kw_only=True):
    """The viewer came to a break that the title announces (SCTE 35)."""

    ad_id: Name
    """As the title names the break."""
    duration_ms: Span = 0
    """0 if it is not announced."""


class PlayEnded(_Told, frozen=True, kw_only=True):
    """The session is over, for whatever reason."""

    title_id: Name = ""
    played_ms: Span
    stalls: Span
    stall_ms: Span
    mean_bitrate_kbps: Span
    completed: bool
    profile_id: Name = ""


TelemetryEvent = (
    PlayStarted
    | FirstFrameShown
    | PlayheadMoved
    | StallBegan
    | StallEnded
    | RungSwitched
    | ApplianceFailed
    | ErrorShown
    | Sought
    | AdReached
    | PlayEnded
)


class _Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What every batch says besides its events."""

    schema: int = SCHEMA
    dropped: Span = 0
    """Events that were lost to a bound of the sender, and were not told of in an accepted batch."""
    dropped_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,64}$(?!\n)")] = ""
    """The name of that count: told again by the same name it counts once. Empty if nothing was lost."""


class TelemetryBatch(_Counted, frozen=True, kw_only=True):
    events: tuple[TelemetryEvent, ...]


class UnreadBatch(_Counted, frozen=True, kw_only=True):
    """The same with its events as bytes: one that cannot be read is refused alone, by `read_event`."""

    events: tuple[msgspec.Raw, ...]


RefusalReason = Literal["unreadable", "too-large", "too-late", "foreign"]
"""No event of this schema; larger than `MAX_EVENT_BYTES`; older than the collector keeps; of a session of somebody
else. Whoever reads them must expect others."""


class RefusedEvent(msgspec.Struct, frozen=True, kw_only=True):
    event_id: str = msgspec.field(name="id")
    """Empty if it has none that can be read."""
    reason: str
    """A `RefusalReason`, or one of tomorrow."""


class TelemetryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the collector made of a batch (202): everything is either in its log or refused for good."""

    accepted: int
    """Those that it had already are among them."""
    refused: tuple[RefusedEvent, ...] = ()


class _Named(msgspec.Struct, frozen=True):
    event_id: OpaqueId = msgspec.field(name="id", default="")


_READ_EVENT = msgspec.json.Decoder(TelemetryEvent)


def read_event(told: bytes | msgspec.Raw) -> TelemetryEvent | RefusedEvent:
    """The event, or why it is none. Never raises."""
    if memoryview(told).nbytes > MAX_EVENT_BYTES:
        return RefusedEvent(event_id=_id_of(told), reason="too-large")
    try:
        event: TelemetryEvent = _READ_EVENT.decode(told)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return RefusedEvent(event_id=_id_of(told), reason="unreadable")
    return event


def _id_of(told: bytes | msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(told, type=_Named).event_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
