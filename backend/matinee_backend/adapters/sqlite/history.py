"""HistoryStore in SQLite."""

from sqlite3 import Connection

from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.records import DAY_MS, DailyViewers, Watched

_WATCHED = "SELECT profile_id, title_id, position_ms, watched_wall_ms, is_completed FROM history"


class SqliteHistory:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, watched: Watched) -> None:
        row = (
            watched.profile_id,
            watched.title_id,
            watched.position_ms,
            watched.watched_wall_ms,
            watched.is_completed,
        )
        viewer = (watched.watched_wall_ms // DAY_MS, watched.title_id, watched.country, watched.profile_id)

        def change(connection: Connection) -> None:
            connection.execute("INSERT OR IGNORE INTO viewers VALUES (?, ?, ?, ?)", viewer)
            connection.execute(
                "INSERT INTO history VALUES (?, ?, ?, ?, ?) ON CONFLICT (profile_id, title_id) DO UPDATE SET"
                " position_ms = excluded.position_ms, watched_wall_ms = excluded.watched_wall_ms,"
                " is_completed = excluded.is_completed WHERE excluded.watched_wall_ms >= history.watched_wall_ms",
                row,
            )

        await self._database.write(change)

    async def watched(self, profile_id: str, title_id: str) -> Watched | None:
        def query(connection: Connection) -> Watched | None:
            row = connection.execute(f"{_WATCHED} WHERE profile_id = ? AND title_id = ?", (profile_id, title_id))
            return next(map(_watched, row), None)

        return await self._database.read(query)

    async def recent(self, profile_id: str, *, limit: int) -> tuple[Watched, ...]:
        def query(connection: Connection) -> tuple[Watched, ...]:
            rows = connection.execute(
                f"{_WATCHED} WHERE profile_id = ? ORDER BY watched_wall_ms DESC, title_id LIMIT ?", (profile_id, limit)
            )
            return tuple(map(_watched, rows))

        return await self._database.read(query)

    async def daily_viewers(self, since_day: int) -> tuple[DailyViewers, ...]:
        def query(connection: Connection) -> tuple[DailyViewers, ...]:
            rows = connection.execute(
                "SELECT day, title_id, country, COUNT(*) FROM viewers WHERE day >= ? GROUP BY day, title_id, country",
                (since_day,),
            )
            return tuple(DailyViewers(day=day, title_id=it, country=at, viewers=many) for day, it, at, many in rows)

        return await self._database.read(query)

    async def forget_days(self, before_day: int) -> None:
        def change(connection: Connection) -> None:
            connection.execute("DELETE FROM viewers WHERE day < ?", (before_day,))

        await self._database.write(change)


def _watched(row: tuple[str, str, int, int, int]) -> Watched:
    return Watched(
        profile_id=row[0], title_id=row[1], position_ms=row[2], watched_wall_ms=row[3], is_completed=bool(row[4])
    )
