"""HistoryStore in SQLite."""

from collections.abc import Mapping
from sqlite3 import Connection

from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.records import Watched

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

        def change(connection: Connection) -> None:
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

    async def viewers_by_title(self) -> Mapping[str, int]:
        def query(connection: Connection) -> dict[str, int]:
            return dict(connection.execute("SELECT title_id, COUNT(*) FROM history GROUP BY title_id").fetchall())

        return await self._database.read(query)


def _watched(row: tuple[str, str, int, int, int]) -> Watched:
    return Watched(
        profile_id=row[0], title_id=row[1], position_ms=row[2], watched_wall_ms=row[3], is_completed=bool(row[4])
    )
