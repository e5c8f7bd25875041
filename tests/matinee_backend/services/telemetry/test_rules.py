"""What an event means for the stores."""

import msgspec
import pytest

from matinee.errors import RequestInvalid
from matinee.wire.telemetry import (
    MAX_BATCH_EVENTS,
    PlayEnded,
    PlayheadMoved,
    StallEnded,
    TelemetryBatch,
    TelemetryEvent,
)
from matinee_backend.records import Watched
from matinee_backend.services.telemetry.rules import (
    EndStream,
    KeepStream,
    Told,
    check_batch,
    consequences,
    log_values,
)

STALL = StallEnded(event_id="e1", session_id="s1", ts=900, stall_ms=5)


def moved(*, ts: int = 900, profile_id: str = "p") -> PlayheadMoved:
    return PlayheadMoved(
        event_id="e2", session_id="s1", ts=ts, position_ms=40, title_id="sintel", profile_id=profile_id
    )


def ended(*, completed: bool) -> PlayEnded:
    return PlayEnded(
        event_id="e3",
        session_id="s1",
        ts=900,
        position_ms=40,
        title_id="sintel",
        profile_id="p",
        played_ms=40,
        stalls=0,
        stall_ms=0,
        mean_bitrate_kbps=1,
        completed=completed,
    )


def follow(event: TelemetryEvent) -> tuple[object, ...]:
    return consequences(Told(account_id="a", heard_wall_ms=1_000, event=event), lease_ms=50)


def watched(*, at: int = 900, done: bool = False) -> Watched:
    return Watched(profile_id="p", title_id="sintel", position_ms=40, watched_wall_ms=at, is_completed=done)


def test_a_playhead_that_moves_keeps_the_stream_and_becomes_history() -> None:
    assert follow(moved()) == (KeepStream(session_id="s1", until_wall_ms=1_050), watched())


def test_a_device_whose_clock_is_ahead_does_not_write_into_the_future() -> None:
    assert watched(at=1_000) in follow(moved(ts=9_999))


def test_a_play_without_a_profile_has_no_history() -> None:
    assert follow(moved(profile_id="")) == (KeepStream(session_id="s1", until_wall_ms=1_050),)


@pytest.mark.parametrize("completed", [True, False])
def test_the_end_frees_the_stream_and_says_whether_it_was_the_titles(completed: bool) -> None:
    assert follow(ended(completed=completed)) == (EndStream(session_id="s1"), watched(done=completed))


def test_nothing_follows_from_other_events() -> None:
    assert follow(STALL) == ()


def test_the_log_keeps_each_event_with_who_told_it() -> None:
    values = log_values(TelemetryBatch(events=(STALL, moved())), account_id="a", wall_ms=7)
    assert [msgspec.json.decode(value, type=Told) for value in values] == [
        Told(account_id="a", heard_wall_ms=7, event=STALL),
        Told(account_id="a", heard_wall_ms=7, event=moved()),
    ]


def test_a_batch_is_bounded() -> None:
    check_batch(TelemetryBatch(events=(STALL,) * MAX_BATCH_EVENTS))
    with pytest.raises(RequestInvalid):
        check_batch(TelemetryBatch(events=(STALL,) * (MAX_BATCH_EVENTS + 1)))
