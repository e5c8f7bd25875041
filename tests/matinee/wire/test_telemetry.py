"""Telemetry as it travels."""

import msgspec
import pytest

from matinee.wire.telemetry import (
    MAX_EVENT_BYTES,
    SCHEMA,
    RefusedEvent,
    StallEnded,
    TelemetryAnswer,
    TelemetryBatch,
    UnreadBatch,
    read_event,
)

STALL = StallEnded(event_id="e1", session_id="s1", ts=900, stall_ms=5)


def test_an_event_is_named_by_its_id_and_type() -> None:
    told = msgspec.json.decode(msgspec.json.encode(STALL))
    assert (told["id"], told["type"], told["ts"]) == ("e1", "StallEnded", 900)


def test_a_batch_says_its_schema() -> None:
    assert msgspec.json.decode(msgspec.json.encode(TelemetryBatch(events=())))["schema"] == SCHEMA


def test_a_batch_can_be_read_event_by_event() -> None:
    batch = msgspec.json.encode({"events": [STALL, {"type": "OfTomorrow", "id": "e2"}], "dropped": 3})
    unread = msgspec.json.decode(batch, type=UnreadBatch)
    assert [read_event(event) for event in unread.events] == [STALL, RefusedEvent(event_id="e2", reason="unreadable")]
    assert unread.dropped == 3


@pytest.mark.parametrize(
    "told",
    [b"{", b"[]", b'"\xff"', b"{}", b'{"id":"no id!","type":"StallEnded"}', b"[" * 4_000],
)
def test_what_is_no_event_is_refused_without_a_name(told: bytes) -> None:
    assert read_event(told) == RefusedEvent(event_id="", reason="unreadable")


@pytest.mark.parametrize("fact", [{"stall_ms": -1}, {"ts": -1}, {"session_id": "a b"}, {"stall_ms": "5"}])
def test_a_value_out_of_its_range_is_refused(fact: dict[str, object]) -> None:
    told = msgspec.to_builtins(STALL) | fact
    assert read_event(msgspec.json.encode(told)) == RefusedEvent(event_id="e1", reason="unreadable")


def test_an_event_is_bounded() -> None:
    told = msgspec.json.encode({"id": "e9", "type": "ErrorShown", "filling": "x" * MAX_EVENT_BYTES})
    assert read_event(told) == RefusedEvent(event_id="e9", reason="too-large")


def test_the_answer_names_what_it_refuses() -> None:
    answer = TelemetryAnswer(accepted=1, refused=(RefusedEvent(event_id="e2", reason="too-late"),))
    assert msgspec.json.decode(msgspec.json.encode(answer)) == {
        "accepted": 1,
        "refused": [{"id": "e2", "reason": "too-late"}],
    }
