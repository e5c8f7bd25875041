"""What an event means for the stores."""

import msgspec
import pytest

from matinee.errors import RequestInvalid
from matinee.wire.telemetry import (
    MAX_BATCH_EVENTS,
    PlayEnded,
    PlayheadMoved,
    StallEnded,
    TelemetryEvent,
)
from matinee_backend.records import Watched
from matinee_backend.services.telemetry.rules import (
    LONGEST_WAIT_MS,
    SHORTEST_WAIT_MS,
    EndStream,
    KeepStream,
    TelemetryIds,
    Told,
    consequences,
    drain_ms,
    log_value,
    read_batch,
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
    return consequences(Told(account_id="a", heard_wall_ms=1_000, events=(event,)), lease_ms=50)


def watched(*, at: int = 900, done: bool = False) -> Watched:
    return Watched(profile_id="p", title_id="sintel", position_ms=40, watched_wall_ms=at, is_completed=done)


def test_a_playhead_that_moves_keeps_the_stream_and_becomes_history() -> None:
    assert follow(moved()) == (KeepStream(session_id="s1", until_wall_ms=1_050), watched())


def test_a_device_whose_clock_is_ahead_does_not_write_into_the_future() -> None:
    assert watched(at=1_000) in follow(moved(ts=9_999))


def test_a_play_that_names_no_profile_or_no_title_has_no_history() -> None:
    for event in (moved(profile_id=""), msgspec.structs.replace(moved(), title_id="")):
        assert follow(event) == (KeepStream(session_id="s1", until_wall_ms=1_050),)


@pytest.mark.parametrize("completed", [True, False])
def test_the_end_frees_the_stream_and_says_whether_it_was_the_titles(completed: bool) -> None:
    assert follow(ended(completed=completed)) == (EndStream(session_id="s1"), watched(done=completed))


def test_nothing_follows_from_other_events() -> None:
    assert follow(STALL) == ()


def test_what_follows_from_many_follows_in_their_order() -> None:
    told = Told(account_id="a", heard_wall_ms=1_000, events=(moved(), STALL, ended(completed=True)))
    kinds = [type(it) for it in consequences(told, lease_ms=50)]
    assert kinds == [KeepStream, Watched, EndStream, Watched]


def test_the_log_keeps_what_a_request_told() -> None:
    told = Told(account_id="a", heard_wall_ms=7, site="isp", events=(STALL, moved()), dropped=3)
    assert msgspec.json.decode(log_value(told), type=Told) == told
    ids = msgspec.json.decode(log_value(told), type=TelemetryIds)
    assert (ids.account_id, [it.event_id for it in ids.events]) == ("a", ["e1", "e2"])


def test_each_event_of_a_batch_stands_or_falls_alone() -> None:
    good, other = msgspec.json.encode(STALL), msgspec.json.encode(moved())
    unknown, half, nameless = b'{"type":"New","id":"n"}', b'{"type":"StallEnded","id":"h"}', b'{"id":7}'
    batch = read_batch(
        b'{"dropped":2,"dropped_id":"d","events":[%s]}' % b",".join((good, unknown, half, nameless, b"[]", other))
    )
    assert batch.events == (STALL, moved())
    assert [it.event_id for it in batch.refused] == ["n", "h", "", ""]
    assert {it.reason for it in batch.refused} == {"unreadable"}
    assert (batch.dropped, batch.dropped_id) == (2, "d")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"events":1}',
        b'{"events":[],"dropped":-1}',
        b'{"schema":2,"events":[]}',
        b'{"events":["\xff"',
    ],
)
def test_what_is_no_batch_is_refused_whole(body: bytes) -> None:
    with pytest.raises(RequestInvalid):
        read_batch(body)


def test_a_batch_is_bounded() -> None:
    events = [STALL] * (MAX_BATCH_EVENTS + 1)
    assert len(read_batch(msgspec.json.encode({"events": events[1:]})).events) == MAX_BATCH_EVENTS
    with pytest.raises(RequestInvalid):
        read_batch(msgspec.json.encode({"events": events}))


@pytest.mark.parametrize(
    ("waiting_bytes", "bytes_per_s", "wait_ms"),
    [(10, 0, 10_000), (10_000, 1_000, 10_000), (10, 1_000, SHORTEST_WAIT_MS), (10_000_000, 10, LONGEST_WAIT_MS)],
)
def test_whoever_must_wait_comes_back_when_the_backlog_is_gone(
    waiting_bytes: int, bytes_per_s: int, wait_ms: int
) -> None:
    assert drain_ms(waiting_bytes, bytes_per_s=bytes_per_s) == wait_ms
