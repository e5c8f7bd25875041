"""HistoryStore: what was watched, whoever keeps it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee_backend.adapters.memory import MemoryHistory
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.adapters.sqlite.history import SqliteHistory
from matinee_backend.ports import HistoryStore
from matinee_backend.records import DAY_MS, Watched


@pytest.fixture(params=["memory", "sqlite"])
async def history(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[HistoryStore]:
    if request.param == "memory":
        yield MemoryHistory()
        return
    database = Database(tmp_path / "matinee.sqlite")
    yield SqliteHistory(database)
    await database.close()


def watched(
    title_id: str, *, at: int, position_ms: int = 0, profile_id: str = "p", done: bool = False, country: str = ""
) -> Watched:
    return Watched(
        profile_id=profile_id,
        title_id=title_id,
        position_ms=position_ms,
        watched_wall_ms=at,
        is_completed=done,
        country=country,
    )


async def test_what_was_put_is_found(history: HistoryStore) -> None:
    await history.put(watched("a", at=1, position_ms=5, done=True))
    assert await history.watched("p", "a") == watched("a", at=1, position_ms=5, done=True)
    assert await history.watched("p", "b") is None
    assert await history.watched("q", "a") is None


async def test_the_latest_word_wins_whatever_the_order(history: HistoryStore) -> None:
    await history.put(watched("a", at=2, position_ms=20))
    await history.put(watched("a", at=1, position_ms=10))
    assert await history.watched("p", "a") == watched("a", at=2, position_ms=20)
    await history.put(watched("a", at=3, position_ms=5))
    assert await history.watched("p", "a") == watched("a", at=3, position_ms=5)


async def test_the_recent_come_latest_first(history: HistoryStore) -> None:
    for title_id, at in (("a", 1), ("b", 3), ("c", 2)):
        await history.put(watched(title_id, at=at))
    await history.put(watched("d", at=9, profile_id="other"))
    assert [each.title_id for each in await history.recent("p", limit=2)] == ["b", "c"]


async def test_a_viewer_counts_once_for_each_title_and_day(history: HistoryStore) -> None:
    for at in (DAY_MS, DAY_MS + 1, 2 * DAY_MS):
        await history.put(watched("a", at=at))
    await history.put(watched("a", at=DAY_MS, profile_id="q"))
    await history.put(watched("b", at=DAY_MS, country="FR"))
    assert await counts(history) == [("a", "", 1, 2), ("a", "", 2, 1), ("b", "FR", 1, 1)]
    assert await counts(history, since_day=2) == [("a", "", 2, 1)]


async def test_an_old_word_counts_for_its_day(history: HistoryStore) -> None:
    await history.put(watched("a", at=5 * DAY_MS))
    await history.put(watched("a", at=DAY_MS))
    assert await counts(history) == [("a", "", 1, 1), ("a", "", 5, 1)]


async def test_days_can_be_forgotten_and_what_was_watched_stays(history: HistoryStore) -> None:
    await history.put(watched("a", at=DAY_MS))
    await history.put(watched("a", at=2 * DAY_MS))
    await history.forget_days(2)
    assert await counts(history) == [("a", "", 2, 1)]
    assert await history.watched("p", "a") == watched("a", at=2 * DAY_MS)


async def test_the_country_is_counted_and_not_kept(history: HistoryStore) -> None:
    await history.put(watched("a", at=1, country="FR"))
    assert await history.watched("p", "a") == watched("a", at=1)


async def counts(history: HistoryStore, *, since_day: int = 0) -> list[tuple[str, str, int, int]]:
    found = await history.daily_viewers(since_day)
    return sorted((it.title_id, it.country, it.day, it.viewers) for it in found)
