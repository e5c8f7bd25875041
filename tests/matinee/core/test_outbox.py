"""Telemetry on its way."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.core.outbox import FLUSH_EVERY_MS, MOST_BYTES, MOST_EVENTS, Outbox
from matinee.policy.settings import RetrySettings
from matinee.wire.telemetry import (
    MAX_BATCH_BYTES,
    MAX_BATCH_EVENTS,
    MAX_EVENT_BYTES,
    ErrorShown,
    PlayheadMoved,
    StallEnded,
    UnreadBatch,
    read_event,
)

AWAY = "http-503"


def outbox(*, seed: int = 1, now_ms: int = 0, ledger: bytes = b"") -> Outbox:
    retry = RetrySettings(first_ms=500, cap_ms=8_000, hint_cap_ms=300_000)
    return Outbox(retry, seed=seed, now_ms=now_ms, ledger=ledger)


def put(it: Outbox, numbers: range) -> None:
    for number in numbers:
        it.put(StallEnded(event_id=f"e{number}", session_id="s", ts=0, stall_ms=number))


def numbers(batch: UnreadBatch | None) -> list[int]:
    assert batch is not None
    events = [read_event(event) for event in batch.events]
    return [event.stall_ms for event in events if isinstance(event, StallEnded)]


def ids(batch: UnreadBatch | None) -> list[str]:
    assert batch is not None
    return [read_event(event).event_id for event in batch.events]


def dropped(batch: UnreadBatch | None) -> int:
    assert batch is not None
    return batch.dropped


def test_events_go_in_order_and_in_batches_of_a_bound() -> None:
    it = outbox()
    put(it, range(MAX_BATCH_EVENTS + 1))
    assert numbers(it.batch()) == list(range(MAX_BATCH_EVENTS))
    it.accepted(now_ms=0)
    assert numbers(it.batch()) == [MAX_BATCH_EVENTS]
    it.accepted(now_ms=0)
    assert it.batch() is None


def test_errors_go_before_heartbeats_and_heartbeats_are_dropped_first() -> None:
    it = outbox()
    it.put(PlayheadMoved(event_id="h1", session_id="s", ts=0))
    it.put(PlayheadMoved(event_id="h2", session_id="s", ts=0))
    put(it, range(MOST_EVENTS - 2))
    it.put(ErrorShown(event_id="x", session_id="s", ts=0, code="media-corrupt"))
    batch = it.batch()
    assert (ids(batch)[:2], dropped(batch)) == (["x", "e0"], 1)
    it.accepted(now_ms=0)
    assert ids(it.batch())[-1] == "h2"


def test_beyond_the_bound_the_oldest_are_dropped_and_counted() -> None:
    it = outbox()
    put(it, range(MOST_EVENTS + 3))
    batch = it.batch()
    assert (numbers(batch)[0], dropped(batch)) == (3, 3)


def test_bytes_are_bounded_in_all_and_in_a_batch() -> None:
    it, filling = outbox(), "x" * (MAX_EVENT_BYTES - 200)
    made = MOST_BYTES // MAX_EVENT_BYTES * 2
    for number in range(made):
        it.put(ErrorShown(event_id=f"e{number}", session_id="s", ts=0, code=filling))
    assert len(it) < made
    batch = it.batch()
    assert MAX_BATCH_BYTES * 9 // 10 < len(msgspec.json.encode(batch)) <= MAX_BATCH_BYTES
    assert dropped(batch) == made - len(it)


def test_an_event_that_no_collector_would_take_is_dropped_at_once() -> None:
    it = outbox()
    it.put(ErrorShown(event_id="e", session_id="s", ts=0, code="x" * MAX_EVENT_BYTES))
    batch = it.batch()
    assert (ids(batch), dropped(batch)) == ([], 1)


def test_a_postponed_batch_returns_to_the_front() -> None:
    it = outbox()
    put(it, range(3))
    it.batch()
    put(it, range(3, 5))
    it.postponed(AWAY, now_ms=0)
    assert numbers(it.batch()) == [0, 1, 2, 3, 4]


def test_what_is_under_way_is_not_dropped() -> None:
    it = outbox()
    put(it, range(MOST_EVENTS))
    it.batch()
    put(it, range(MOST_EVENTS, MOST_EVENTS + 400))
    it.postponed(AWAY, now_ms=0)
    batch = it.batch()
    assert (numbers(batch), dropped(batch)) == (list(range(MAX_BATCH_EVENTS)), 400)


def test_a_count_of_drops_keeps_its_name_until_it_is_heard() -> None:
    it = outbox()
    put(it, range(MOST_EVENTS + 3))
    first = it.batch()
    it.postponed(AWAY, now_ms=0)
    put(it, range(MOST_EVENTS + 3, MOST_EVENTS + 5))
    again = it.batch()
    assert first is not None
    assert again is not None
    assert (again.dropped, again.dropped_id) == (3, first.dropped_id)
    it.accepted(now_ms=0)
    later = it.batch()
    assert later is not None
    assert (later.dropped, later.dropped_id != first.dropped_id) == (2, True)


def test_what_the_collector_refuses_is_counted_and_not_sent_again() -> None:
    it = outbox()
    put(it, range(3))
    it.batch()
    it.accepted(["e1", "of somebody else"], now_ms=0)
    assert (it.refusals, it.dropped, it.batch()) == (1, 0, None)


def test_a_batch_that_cannot_be_read_is_lost_and_the_next_one_says_so() -> None:
    it = outbox()
    put(it, range(3))
    it.batch()
    it.rejected(now_ms=0)
    put(it, range(3, 4))
    batch = it.batch()
    assert (numbers(batch), dropped(batch)) == ([3], 3)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("acpr"), st.integers(0, 900), st.integers(0, 900)), max_size=6))
def test_every_event_is_accepted_or_counted_as_dropped_whoever_dies_when(rounds: list[tuple[str, int, int]]) -> None:
    it, ledger, made, accepted, counts = outbox(), b"", 0, list[int](), dict[str, int]()
    for outcome, before, meanwhile in [*rounds, *[("a", 0, 0)] * 4]:
        put(it, range(made, made + before))
        batch = it.batch()
        put(it, range(made + before, made + before + meanwhile))
        made += before + meanwhile
        if outcome in "ac" and batch is not None:
            accepted += numbers(batch)
            counts[batch.dropped_id] = batch.dropped
        ledger += it.unsaved()
        if outcome == "a":
            it.accepted(now_ms=0)
        elif outcome == "c":  # The process is killed before it hears that the batch was accepted.
            it = outbox(seed=made, ledger=ledger)
            ledger = it.saved()
        elif outcome == "p":
            it.postponed(AWAY, now_ms=0)
        else:
            it.rejected(now_ms=0)
    assert len(set(accepted)) + sum(counts.values()) >= made
    if all(outcome != "c" for outcome, *_ in rounds):
        assert len(accepted) + sum(counts.values()) == made


def test_what_was_written_down_is_where_another_process_goes_on() -> None:
    it = outbox()
    put(it, range(MOST_EVENTS + 3))
    told = it.batch()
    put(it, range(MOST_EVENTS + 3, MOST_EVENTS + 4))
    heir = outbox(seed=9, ledger=it.unsaved())
    assert heir.batch() == told
    heir.accepted(now_ms=0)
    rest = heir.batch()
    assert (len(numbers(rest)), dropped(rest)) == (MOST_EVENTS - MAX_BATCH_EVENTS, 1)


def test_what_takes_the_place_of_the_ledger_says_the_same() -> None:
    it = outbox()
    put(it, range(MOST_EVENTS + 3))
    told = it.batch()
    assert outbox(seed=9, ledger=it.saved()).batch() == told
    assert it.unsaved() == b""


def test_an_outbox_with_nothing_to_tell_leaves_nothing() -> None:
    it = outbox()
    put(it, range(3))
    it.batch()
    it.accepted(now_ms=0)
    assert (it.is_empty, it.saved()) == (True, b"")


def test_a_collector_that_is_gone_for_good_closes_it() -> None:
    it = outbox()
    put(it, range(3))
    it.batch()
    put(it, range(3, 5))
    it.close()
    put(it, range(5, 7))
    assert (it.is_closed, len(it), it.saved()) == (True, 0, b"")
    assert it.batch() is None


@given(st.integers(0, 2**64 - 1))
def test_batches_are_spread_so_that_players_do_not_report_together(seed: int) -> None:
    it = outbox(seed=seed, now_ms=100)
    assert FLUSH_EVERY_MS <= it.due_ms - 100 < 2 * FLUSH_EVERY_MS
    it.accepted(now_ms=9_000)
    assert FLUSH_EVERY_MS <= it.due_ms - 9_000 < 2 * FLUSH_EVERY_MS


@given(st.integers(0, 2**64 - 1))
def test_the_collectors_wish_is_a_floor_up_to_its_cap(seed: int) -> None:
    it = outbox(seed=seed)
    it.postponed(AWAY, now_ms=0, hint_ms=20_000)
    assert 20_000 <= it.due_ms < 20_500
    it.postponed(AWAY, now_ms=0, hint_ms=10**9)
    assert 300_000 <= it.due_ms < 301_000


@pytest.mark.parametrize("reason", ["http-503", "reset", "unreachable"])
def test_an_accepted_batch_ends_the_backing_off(reason: str) -> None:
    it = outbox(seed=3)
    for _ in range(9):
        it.postponed(reason, now_ms=0)
    it.accepted(now_ms=0)
    it.postponed(reason, now_ms=0)
    assert it.due_ms < 500


def test_it_knows_whether_the_collector_was_away() -> None:
    it = outbox()
    assert not it.is_backing_off
    it.postponed(AWAY, now_ms=0)
    assert it.is_backing_off
