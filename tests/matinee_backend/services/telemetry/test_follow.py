"""Following the event log."""

import asyncio

import pytest

from matinee.errors import ServiceUnavailable
from matinee.wire.telemetry import PlayEnded, PlayheadMoved
from matinee_backend.adapters.memory import MemoryEvents, MemoryHistory, MemoryLeases, MemoryMembers, MemoryTitles
from matinee_backend.records import StreamLease, Watched
from matinee_backend.services.telemetry.follow import Follower
from matinee_backend.services.telemetry.rules import Told, log_value
from matinee_backend.settings import StreamSettings
from tests.support.control_plane import AheadClock, catalog_title


async def follower() -> Follower:
    it = Follower(
        events=MemoryEvents(),
        history=MemoryHistory(),
        leases=MemoryLeases(),
        members=MemoryMembers(),
        titles=MemoryTitles(),
        clock=AheadClock(),
        settings=StreamSettings(lease_ms=1_000),
    )
    await it.members.put_profile("p", account_id="a", name="Ada")
    await it.titles.put(catalog_title("sintel"))
    lease = StreamLease(account_id="a", session_id="s1", device_id="d", title_id="sintel", expires_wall_ms=500)
    await it.leases.acquire(lease, limit=1, wall_ms=0)
    return it


async def tell(it: Follower, event: PlayheadMoved | PlayEnded, *, account_id: str = "a", wall_ms: int = 400) -> None:
    told = Told(account_id=account_id, heard_wall_ms=wall_ms, events=(event,))
    await it.events.append([log_value(told)], wall_ms=wall_ms)


def moved(position_ms: int = 40, *, title_id: str = "sintel", profile_id: str = "p", ts: int = 300) -> PlayheadMoved:
    return PlayheadMoved(
        event_id="e", session_id="s1", ts=ts, position_ms=position_ms, title_id=title_id, profile_id=profile_id
    )


async def test_history_and_streams_follow_what_was_told() -> None:
    it = await follower()
    await tell(it, moved(40))
    assert await it.catch_up() == 1
    assert await it.history.watched("p", "sintel") == Watched(
        profile_id="p", title_id="sintel", position_ms=40, watched_wall_ms=300
    )
    assert [lease.expires_wall_ms for lease in await it.leases.in_use("a", wall_ms=0)] == [1_400]


async def test_the_end_of_play_frees_the_stream() -> None:
    it = await follower()
    end = PlayEnded(
        event_id="e",
        session_id="s1",
        ts=1,
        title_id="sintel",
        played_ms=1,
        stalls=0,
        stall_ms=0,
        mean_bitrate_kbps=1,
        completed=True,
    )
    await tell(it, end)
    await it.catch_up()
    assert await it.leases.in_use("a", wall_ms=0) == ()


async def test_nobody_writes_into_foreign_history_or_of_titles_that_are_not_there() -> None:
    it = await follower()
    await tell(it, moved(), account_id="eve")
    await tell(it, moved(title_id="nothing"))
    assert await it.catch_up() == 2
    assert await it.history.recent("p", limit=9) == ()


async def test_what_was_followed_is_not_followed_again_and_garbage_is_passed_over() -> None:
    it = await follower()
    await it.events.append([b"of another version"], wall_ms=1)
    await tell(it, moved(40))
    assert await it.catch_up() == 2
    assert await it.events.place("history") == 2
    await tell(it, moved(50, ts=301))
    assert await it.catch_up() == 3
    seen = await it.history.watched("p", "sintel")
    assert seen is not None
    assert seen.position_ms == 50


async def test_a_store_that_was_away_is_caught_up_with_when_it_is_back() -> None:
    class OnceAway(MemoryHistory):
        was_away = False

        async def put(self, watched: Watched) -> None:
            if not self.was_away:
                self.was_away = True
                raise ServiceUnavailable("The store is away.")
            await super().put(watched)

    it = await follower()
    away = Follower(
        events=it.events,
        history=OnceAway(),
        leases=it.leases,
        members=it.members,
        titles=it.titles,
        clock=it.clock,
        settings=it.settings,
    )
    await tell(it, moved(40))
    with pytest.raises(ServiceUnavailable):
        await away.catch_up()
    assert await away.catch_up() == 1
    assert await away.history.watched("p", "sintel") is not None


async def test_a_running_follower_notices_what_is_appended() -> None:
    it, history = await follower(), ToldHistory()
    following = Follower(
        events=it.events,
        history=history,
        leases=it.leases,
        members=it.members,
        titles=it.titles,
        clock=it.clock,
        settings=it.settings,
    )
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(following.run())
        await asyncio.sleep(0)
        await tell(it, moved(40))
        await history.written.wait()
        running.cancel()
    assert await history.watched("p", "sintel") is not None


class ToldHistory(MemoryHistory):
    """Tells when something is put."""

    def __init__(self) -> None:
        super().__init__()
        self.written = asyncio.Event()

    async def put(self, watched: Watched) -> None:
        await super().put(watched)
        self.written.set()
