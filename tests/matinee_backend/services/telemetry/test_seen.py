"""The memory of events."""

from matinee_backend.services.telemetry.seen import Seen


def test_an_event_is_new_once() -> None:
    seen = Seen(most=10, within_ms=1_000)
    assert seen.notes("a", "e1", wall_ms=0)
    assert not seen.notes("a", "e1", wall_ms=0)
    assert seen.notes("b", "e1", wall_ms=0), "ids are the account's own"


def test_an_event_that_was_not_kept_is_new_again() -> None:
    seen = Seen(most=1, within_ms=1_000)
    seen.notes("a", "e1", wall_ms=0)
    seen.notes("a", "e2", wall_ms=0)
    for event_id in ("e1", "e2"):
        seen.forgets("a", event_id)
        assert seen.notes("a", event_id, wall_ms=0)


def test_events_are_remembered_as_long_as_is_said_and_not_for_ever() -> None:
    seen = Seen(most=1_000, within_ms=100)
    for wall_ms in range(0, 1_000, 10):
        assert seen.notes("a", f"e{wall_ms}", wall_ms=wall_ms)
        recent = range(max(0, wall_ms - 90), wall_ms + 1, 10)
        assert not any(seen.notes("a", f"e{it}", wall_ms=wall_ms) for it in recent)
    assert len(seen) <= 20


def test_memory_is_bounded_and_the_latest_stay() -> None:
    seen = Seen(most=50, within_ms=1_000_000)
    for number in range(1_000):
        seen.notes("a", f"e{number}", wall_ms=0)
    assert len(seen) <= 100
    assert not any(seen.notes("a", f"e{number}", wall_ms=0) for number in range(950, 1_000))
