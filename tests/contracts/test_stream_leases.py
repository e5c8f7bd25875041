"""StreamLeases: no limit is passed, whoever keeps them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee_backend.adapters.memory import MemoryLeases
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.adapters.sqlite.leases import SqliteLeases
from matinee_backend.ports import StreamLeases
from matinee_backend.records import StreamLease


@pytest.fixture(params=["memory", "sqlite"])
async def leases(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StreamLeases]:
    if request.param == "memory":
        yield MemoryLeases()
        return
    database = Database(tmp_path / "matinee.sqlite")
    yield SqliteLeases(database)
    await database.close()


def lease(session_id: str, *, device_id: str | None = None, account_id: str = "a", until: int = 100) -> StreamLease:
    return StreamLease(
        account_id=account_id,
        session_id=session_id,
        device_id=device_id or f"device of {session_id}",
        title_id="sintel",
        expires_wall_ms=until,
    )


async def sessions(leases: StreamLeases, *, wall_ms: int = 0, account_id: str = "a") -> list[str]:
    return [each.session_id for each in await leases.in_use(account_id, wall_ms=wall_ms)]


async def test_a_stream_beyond_the_limit_is_refused(leases: StreamLeases) -> None:
    assert await leases.acquire(lease("s1"), limit=2, wall_ms=0)
    assert await leases.acquire(lease("s2"), limit=2, wall_ms=0)
    assert not await leases.acquire(lease("s3"), limit=2, wall_ms=0)
    assert await leases.in_use("a", wall_ms=0) == (lease("s1"), lease("s2"))


async def test_another_account_has_its_own_limit(leases: StreamLeases) -> None:
    assert await leases.acquire(lease("s1"), limit=1, wall_ms=0)
    assert await leases.acquire(lease("s2", account_id="b"), limit=1, wall_ms=0)


async def test_an_expired_lease_no_longer_counts(leases: StreamLeases) -> None:
    await leases.acquire(lease("s1", until=100), limit=1, wall_ms=0)
    assert not await leases.acquire(lease("s2", until=199), limit=1, wall_ms=99)
    assert await leases.acquire(lease("s2", until=200), limit=1, wall_ms=100)
    assert await sessions(leases, wall_ms=100) == ["s2"]


async def test_a_device_that_plays_anew_takes_the_place_of_its_last_stream(leases: StreamLeases) -> None:
    await leases.acquire(lease("s1", device_id="tv"), limit=1, wall_ms=0)
    assert await leases.acquire(lease("s2", device_id="tv"), limit=1, wall_ms=0)
    assert await sessions(leases) == ["s2"]


async def test_a_refused_device_keeps_nothing(leases: StreamLeases) -> None:
    await leases.acquire(lease("s1"), limit=1, wall_ms=0)
    await leases.acquire(lease("s2"), limit=1, wall_ms=0)
    assert await sessions(leases) == ["s1"]


async def test_a_renewed_lease_lives_on_and_never_shrinks(leases: StreamLeases) -> None:
    await leases.acquire(lease("s1", until=100), limit=1, wall_ms=0)
    assert await leases.renew("s1", account_id="a", expires_wall_ms=300)
    assert await leases.renew("s1", account_id="a", expires_wall_ms=200)
    assert await sessions(leases, wall_ms=299) == ["s1"]
    assert await sessions(leases, wall_ms=300) == []


async def test_a_stranger_neither_renews_nor_releases(leases: StreamLeases) -> None:
    await leases.acquire(lease("s1", until=100), limit=1, wall_ms=0)
    assert not await leases.renew("s1", account_id="b", expires_wall_ms=300)
    await leases.release("s1", account_id="b")
    assert await sessions(leases, wall_ms=99) == ["s1"]
    assert await sessions(leases, wall_ms=100) == []


async def test_a_released_lease_makes_room_at_once(leases: StreamLeases) -> None:
    await leases.acquire(lease("s1"), limit=1, wall_ms=0)
    await leases.release("s1", account_id="a")
    await leases.release("s1", account_id="a")
    assert not await leases.renew("s1", account_id="a", expires_wall_ms=300)
    assert await leases.acquire(lease("s2"), limit=1, wall_ms=0)


async def test_of_many_that_race_only_as_many_as_allowed_begin(leases: StreamLeases) -> None:
    won = await asyncio.gather(*(leases.acquire(lease(f"s{n}"), limit=3, wall_ms=0) for n in range(20)))
    assert sum(won) == 3
    assert len(await sessions(leases)) == 3


async def test_processes_that_race_pass_no_limit(tmp_path: Path) -> None:
    databases = [Database(tmp_path / "matinee.sqlite") for _ in range(4)]
    racing = [SqliteLeases(database) for database in databases]
    won = await asyncio.gather(
        *(racing[number % 4].acquire(lease(f"s{number}"), limit=2, wall_ms=0) for number in range(24))
    )
    assert sum(won) == 2
    for database in databases:
        await database.close()
