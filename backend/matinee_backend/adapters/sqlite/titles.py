"""TitleStore in SQLite."""

from sqlite3 import Connection

import msgspec

from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.records import CatalogTitle


class SqliteTitles:
    """The whole catalog is decoded once for each of its revisions: it is read often and changes rarely."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._revision = -1
        self._titles: tuple[CatalogTitle, ...] = ()

    async def put(self, title: CatalogTitle) -> None:
        row = (title.index.title_id, msgspec.json.encode(title))

        def change(connection: Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO titles VALUES (?, ?)", row)
            _count_revision(connection)

        await self._database.write(change)

    async def remove(self, title_id: str) -> None:
        def change(connection: Connection) -> None:
            connection.execute("DELETE FROM titles WHERE title_id = ?", (title_id,))
            _count_revision(connection)

        await self._database.write(change)

    async def title(self, title_id: str) -> CatalogTitle | None:
        def query(connection: Connection) -> CatalogTitle | None:
            row = connection.execute("SELECT title FROM titles WHERE title_id = ?", (title_id,)).fetchone()
            return None if row is None else msgspec.json.decode(row[0], type=CatalogTitle)

        return await self._database.read(query)

    async def titles(self) -> tuple[CatalogTitle, ...]:
        return await self._database.read(self._read_all)

    def _read_all(self, connection: Connection) -> tuple[CatalogTitle, ...]:
        row = connection.execute("SELECT revision FROM revisions WHERE name = 'titles'").fetchone()
        revision = 0 if row is None else int(row[0])
        # Titles read after the revision may be newer than it, never older: the next call reads them again.
        if revision != self._revision:
            rows = connection.execute("SELECT title FROM titles ORDER BY title_id").fetchall()
            self._titles = tuple(msgspec.json.decode(title, type=CatalogTitle) for (title,) in rows)
            self._revision = revision
        return self._titles


def _count_revision(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO revisions VALUES ('titles', 1) ON CONFLICT (name) DO UPDATE SET revision = revision + 1"
    )
