"""ApplianceDirectory in SQLite."""

from collections.abc import Sequence
from sqlite3 import Connection

import msgspec

from matinee.wire.steering import Announcement
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.records import HeardAppliance


class SqliteAppliances:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def hear(self, appliance: HeardAppliance) -> None:
        row = (appliance.appliance, appliance.heard_wall_ms, msgspec.json.encode(appliance))
        await self._put("INSERT OR REPLACE INTO appliances VALUES (?, ?, ?)", row)

    async def heard_since(self, wall_ms: int) -> tuple[HeardAppliance, ...]:
        def query(connection: Connection) -> tuple[HeardAppliance, ...]:
            rows = connection.execute(
                "SELECT said FROM appliances WHERE heard_wall_ms >= ? ORDER BY appliance", (wall_ms,)
            )
            return tuple(msgspec.json.decode(said, type=HeardAppliance) for (said,) in rows)

        return await self._database.read(query)

    async def keep_shelf(self, digest: str, titles: Sequence[str]) -> None:
        await self._put("INSERT OR REPLACE INTO shelves VALUES (?, ?)", (digest, msgspec.json.encode(tuple(titles))))

    async def shelf(self, digest: str) -> tuple[str, ...] | None:
        def query(connection: Connection) -> tuple[str, ...] | None:
            row = connection.execute("SELECT titles FROM shelves WHERE digest = ?", (digest,)).fetchone()
            return None if row is None else msgspec.json.decode(row[0], type=tuple[str, ...])

        return await self._database.read(query)

    async def announce(self, place: Announcement) -> None:
        row = (place.appliance, msgspec.json.encode(place))
        await self._put("INSERT OR REPLACE INTO announcements (appliance, said) VALUES (?, ?)", row)

    async def announced_since(self, revision: int) -> tuple[int, tuple[Announcement, ...]]:
        def query(connection: Connection) -> tuple[int, tuple[Announcement, ...]]:
            rows = connection.execute(
                "SELECT revision, said FROM announcements WHERE revision > ? ORDER BY revision", (revision,)
            ).fetchall()
            places = tuple(msgspec.json.decode(said, type=Announcement) for _, said in rows)
            return (rows[-1][0] if rows else revision), places

        return await self._database.read(query)

    async def _put(self, statement: str, row: tuple[str | int | bytes, ...]) -> None:
        def change(connection: Connection) -> None:
            connection.execute(statement, row)

        await self._database.write(change)
