"""ApplianceDirectory in SQLite."""

from sqlite3 import Connection

import msgspec

from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.records import HeardAppliance


class SqliteAppliances:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def hear(self, appliance: HeardAppliance, *, wall_ms: int) -> None:
        row = (appliance.appliance, wall_ms, msgspec.json.encode(appliance))

        def change(connection: Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO appliances VALUES (?, ?, ?)", row)

        await self._database.write(change)

    async def heard_since(self, wall_ms: int) -> tuple[HeardAppliance, ...]:
        def query(connection: Connection) -> tuple[HeardAppliance, ...]:
            rows = connection.execute(
                "SELECT said FROM appliances WHERE heard_wall_ms >= ? ORDER BY appliance", (wall_ms,)
            )
            return tuple(msgspec.json.decode(said, type=HeardAppliance) for (said,) in rows)

        return await self._database.read(query)
