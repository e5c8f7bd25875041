"""What a batch holds, and what an event means for the stores: history, and the stream that it keeps or ends."""

from typing import NamedTuple

import msgspec

from matinee.errors import RequestInvalid
from matinee.wire.ids import OpaqueId, WallMs
from matinee.wire.telemetry import (
    MAX_BATCH_EVENTS,
    SCHEMA,
    PlayEnded,
    PlayheadMoved,
    RefusedEvent,
    TelemetryEvent,
    UnreadBatch,
    read_event,
)
from matinee_backend.records import Watched

SHORTEST_WAIT_MS, LONGEST_WAIT_MS = 1_000, 30_000


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one request told, as the log keeps it: with who told it, from where, and when it was heard."""

    account_id: OpaqueId
    heard_wall_ms: WallMs
    site: str = ""
    """Whose network it came from: the site that announces the address. The address itself is not kept."""
    events: tuple[TelemetryEvent, ...]
    dropped: int = 0
    """Events that the device lost before."""
    dropped_id: str = ""
    """The name of that count: it too counts once."""


class KeepStream(msgspec.Struct, frozen=True, kw_only=True):
    session_id: str
    until_wall_ms: int


class EndStream(msgspec.Struct, frozen=True, kw_only=True):
    session_id: str


Consequence = Watched | KeepStream | EndStream


class TelemetryIds(msgspec.Struct, frozen=True, kw_only=True):
    """Of a `Told`, what it takes to know its events again."""

    account_id: str
    events: tuple["EventId", ...]
    dropped_id: str = ""


class EventId(msgspec.Struct, frozen=True, kw_only=True):
    event_id: str = msgspec.field(name="id", default="")


class ReadBatch(NamedTuple):
    events: tuple[TelemetryEvent, ...]
    refused: tuple[RefusedEvent, ...]
    dropped: int
    dropped_id: str


_READ_BATCH = msgspec.json.Decoder(UnreadBatch)
_ENCODER = msgspec.json.Encoder()


def read_batch(body: bytes) -> ReadBatch:
    """The events that are some, and for each that is none why.

    Raises RequestInvalid for what is no batch, one of another schema, and more events than one may hold.
    """
    try:
        batch = _READ_BATCH.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestInvalid(f"The body is no batch of events: {error}.") from error
    if batch.schema != SCHEMA:
        raise RequestInvalid(f"A batch of schema {batch.schema}; {SCHEMA} is read.", schema=SCHEMA)
    if len(batch.events) > MAX_BATCH_EVENTS:
        what = f"A batch of {len(batch.events)} events; at most {MAX_BATCH_EVENTS} are read."
        raise RequestInvalid(what, max_events=MAX_BATCH_EVENTS)
    read = [read_event(raw) for raw in batch.events]
    return ReadBatch(
        tuple(it for it in read if not isinstance(it, RefusedEvent)),
        tuple(it for it in read if isinstance(it, RefusedEvent)),
        batch.dropped,
        batch.dropped_id,
    )


def log_value(told: Told) -> bytes:
    """As the log keeps it; `Told` reads it again."""
    return _ENCODER.encode(told)


def drain_ms(waiting_bytes: int, *, bytes_per_s: int) -> int:
    """When the log will have taken what waits, at the rate at which it took the last; within sensible bounds."""
    return min(LONGEST_WAIT_MS, max(SHORTEST_WAIT_MS, waiting_bytes * 1000 // max(1, bytes_per_s)))


def consequences(told: Told, *, lease_ms: int) -> tuple[Consequence, ...]:
    """What follows from the events, in their order; nothing from most. Told twice, they have the same consequences."""
    return tuple(it for event in told.events for it in _consequences(event, told.heard_wall_ms, lease_ms=lease_ms))


def _consequences(event: TelemetryEvent, heard_wall_ms: int, *, lease_ms: int) -> tuple[Consequence, ...]:
    match event:
        case PlayheadMoved(session_id=session_id):
            keep = KeepStream(session_id=session_id, until_wall_ms=heard_wall_ms + lease_ms)
            return keep, *_watched(event, heard_wall_ms, is_completed=False)
        case PlayEnded(session_id=session_id, completed=is_completed):
            return EndStream(session_id=session_id), *_watched(event, heard_wall_ms, is_completed=is_completed)
        case _:
            return ()


def _watched(event: PlayheadMoved | PlayEnded, heard_wall_ms: int, *, is_completed: bool) -> tuple[Watched, ...]:
    if not event.profile_id or not event.title_id:
        return ()
    return (
        Watched(
            profile_id=event.profile_id,
            title_id=event.title_id,
            position_ms=max(0, event.position_ms),
            # A device whose clock is ahead would otherwise win over every later write.
            watched_wall_ms=min(event.ts, heard_wall_ms),
            is_completed=is_completed,
        ),
    )
