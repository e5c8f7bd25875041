"""What an event means for the stores: history, and the stream that it keeps or ends."""

import msgspec

from matinee.errors import RequestInvalid
from matinee.wire.ids import OpaqueId, WallMs
from matinee.wire.telemetry import (
    MAX_BATCH_EVENTS,
    PlayEnded,
    PlayheadMoved,
    TelemetryBatch,
    TelemetryEvent,
)
from matinee_backend.records import Watched


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the log keeps it: with who told it, and when it was heard."""

    account_id: OpaqueId
    heard_wall_ms: WallMs
    event: TelemetryEvent


class KeepStream(msgspec.Struct, frozen=True, kw_only=True):
    session_id: str
    until_wall_ms: int


class EndStream(msgspec.Struct, frozen=True, kw_only=True):
    session_id: str


Consequence = Watched | KeepStream | EndStream


def check_batch(batch: TelemetryBatch) -> None:
    """Raises RequestInvalid for more events than a batch may hold."""
    if len(batch.events) > MAX_BATCH_EVENTS:
        what = f"A batch of {len(batch.events)} events; at most {MAX_BATCH_EVENTS} are read."
        raise RequestInvalid(what, max_events=MAX_BATCH_EVENTS)


def log_values(batch: TelemetryBatch, *, account_id: str, wall_ms: int) -> list[bytes]:
    """What the log keeps of the batch, in its order."""
    return [
        msgspec.json.encode(Told(account_id=account_id, heard_wall_ms=wall_ms, event=event)) for event in batch.events
    ]


def consequences(told: Told, *, lease_ms: int) -> tuple[Consequence, ...]:
    """What follows from the event; nothing from most. The same event told twice has the same consequences."""
    match told.event:
        case PlayheadMoved(session_id=session_id):
            keep = KeepStream(session_id=session_id, until_wall_ms=told.heard_wall_ms + lease_ms)
            return keep, *_watched(told, told.event, is_completed=False)
        case PlayEnded(session_id=session_id, completed=is_completed):
            return EndStream(session_id=session_id), *_watched(told, told.event, is_completed=is_completed)
        case _:
            return ()


def _watched(told: Told, event: PlayheadMoved | PlayEnded, *, is_completed: bool) -> tuple[Watched, ...]:
    if not event.profile_id:
        return ()
    # A device whose clock is ahead would otherwise win over every later write.
    wall_ms = min(event.ts, told.heard_wall_ms)
    return (
        Watched(
            profile_id=event.profile_id,
            title_id=event.title_id,
            position_ms=max(0, event.position_ms),
            watched_wall_ms=wall_ms,
            is_completed=is_completed,
        ),
    )
