"""PlanStore in SQLite."""

from sqlite3 import Connection

import msgspec

from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.records import GroupPlan


class SqlitePlans:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, plan: GroupPlan) -> None:
        row = (plan.group, msgspec.json.encode(plan))

        def change(connection: Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO plans VALUES (?, ?)", row)

        await self._database.write(change)

    async def plan(self, group: str) -> GroupPlan | None:
        def query(connection: Connection) -> GroupPlan | None:
            row = connection.execute("SELECT plan FROM plans WHERE group_name = ?", (group,)).fetchone()
            return msgspec.json.decode(row[0], type=GroupPlan) if row is not None else None

        return await self._database.read(query)
