"""Telemetry on its way."""

from hypothesis import given
from hypothesis import strategies as st

from matinee.core.outbox import FLUSH_EVERY_MS, MOST_EVENTS, Outbox
from matinee.policy.settings import RetrySettings
from matinee.wire.telemetry import MAX_BATCH_EVENTS, StallEnded, TelemetryBatch


def outbox(*, seed: int = 1, now_ms: int = 0) -> Outbox:
    return Outbox(RetrySettings(first_ms=500, cap_ms=8_000, hint_cap_ms=300_000), seed=seed, now_ms=now_ms)


def put(it: Outbox, numbers: range) -> None:
    for number in numbers:
        it.put(StallEnded(event_id=f"e{number}", session_id="s", ts=0, stall_ms=number))


def numbers(batch: TelemetryBatch | None) -> list[int]:
    assert batch is not None
    return [event.stall_ms for event in batch.events if isinstance(event, StallEnded)]


def test_events_go_in_order_and_in_batches_of_a_bound() -> None:
    it = outbox()
    put(it, range(MAX_BATCH_EVENTS + 1))
    assert numbers(it.batch()) == list(range(MAX_BATCH_EVENTS))
    it.accepted(now_ms=0)
    assert numbers(it.batch()) == [MAX_BATCH_EVENTS]
    it.accepted(now_ms=0)
    assert it.batch() is None


def test_beyond_the_bound_the_oldest_are_dropped_and_counted() -> None:
    it = outbox()
    put(it, range(MOST_EVENTS + 3))
    batch = it.batch()
    assert batch is not None
    assert (numbers(batch)[0], batch.dropped) == (3, 3)


def test_a_refused_batch_returns_to_the_front() -> None:
    it = outbox()
    put(it, range(3))
    it.batch()
    put(it, range(3, 5))
    it.refused(now_ms=0)
    assert numbers(it.batch()) == [0, 1, 2, 3, 4]


def test_where_there_is_no_room_for_a_refused_batch_its_oldest_are_dropped() -> None:
    it = outbox()
    put(it, range(MOST_EVENTS))
    it.batch()
    put(it, range(MOST_EVENTS, MOST_EVENTS + 400))
    it.refused(now_ms=0)
    batch = it.batch()
    assert batch is not None
    assert (numbers(batch)[0], batch.dropped) == (400, 400)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 900), st.integers(0, 900)), max_size=20))
def test_every_event_is_accepted_once_or_counted_as_dropped(rounds: list[tuple[bool, int, int]]) -> None:
    it, made, accepted, dropped = outbox(), 0, list[int](), 0
    for is_accepted, before, meanwhile in [*rounds, *[(True, 0, 0)] * 4]:
        put(it, range(made, made + before))
        batch = it.batch()
        put(it, range(made + before, made + before + meanwhile))
        made += before + meanwhile
        if not is_accepted:
            it.refused(now_ms=0)
            continue
        it.accepted(now_ms=0)
        accepted += numbers(batch) if batch else []
        dropped += batch.dropped if batch else 0
    assert accepted == sorted(set(accepted))
    assert len(accepted) + dropped == made


def test_a_collector_that_is_gone_for_good_closes_it() -> None:
    it = outbox()
    put(it, range(3))
    it.batch()
    put(it, range(3, 5))
    it.refused(now_ms=0, for_good=True)
    put(it, range(5, 7))
    assert it.is_closed
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
    it.refused(now_ms=0, hint_ms=20_000)
    assert 20_000 <= it.due_ms < 20_500
    it.refused(now_ms=0, hint_ms=10**9)
    assert 300_000 <= it.due_ms < 301_000


def test_an_accepted_batch_ends_the_backing_off() -> None:
    it = outbox(seed=3)
    for _ in range(9):
        it.refused(now_ms=0)
    it.accepted(now_ms=0)
    it.refused(now_ms=0)
    assert it.due_ms < 500
