"""StreamLeases in SQLite: one transaction counts and takes, so that no limit is passed whatever races."""

from sqlite3 import Connection

from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.records import StreamLease


class SqliteLeases:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def acquire(self, lease: StreamLease, *, limit: int, wall_ms: int) -> bool:
        def change(connection: Connection) -> bool:
            (others,) = connection.execute(
                "SELECT COUNT(*) FROM stream_leases WHERE account_id = ? AND device_id != ? AND expires_wall_ms > ?",
                (lease.account_id, lease.device_id, wall_ms),
            ).fetchone()
            if others >= limit:
                return False
            connection.execute(
                "DELETE FROM stream_leases WHERE account_id = ? AND (device_id = ? OR expires_wall_ms <= ?)",
                (lease.account_id, lease.device_id, wall_ms),
            )
            connection.execute(
                "INSERT INTO stream_leases VALUES (?, ?, ?, ?, ?)",
                (lease.account_id, lease.session_id, lease.device_id, lease.title_id, lease.expires_wall_ms),
            )
            return True

        return await self._database.write(change)

    async def renew(self, session_id: str, *, account_id: str, expires_wall_ms: int) -> bool:
        def change(connection: Connection) -> bool:
            done = connection.execute(
                "UPDATE stream_leases SET expires_wall_ms = MAX(expires_wall_ms, ?)"
                " WHERE account_id = ? AND session_id = ?",
                (expires_wall_ms, account_id, session_id),
            )
            return done.rowcount == 1

        return await self._database.write(change)

    async def release(self, session_id: str, *, account_id: str) -> None:
        def change(connection: Connection) -> None:
            connection.execute(
                "DELETE FROM stream_leases WHERE account_id = ? AND session_id = ?", (account_id, session_id)
            )

        await self._database.write(change)

    async def in_use(self, account_id: str, *, wall_ms: int) -> tuple[StreamLease, ...]:
        def query(connection: Connection) -> tuple[StreamLease, ...]:
            rows = connection.execute(
                "SELECT session_id, device_id, title_id, expires_wall_ms FROM stream_leases"
                " WHERE account_id = ? AND expires_wall_ms > ? ORDER BY session_id",
                (account_id, wall_ms),
            )
            return tuple(
                StreamLease(
                    account_id=account_id, session_id=row[0], device_id=row[1], title_id=row[2], expires_wall_ms=row[3]
                )
                for row in rows
            )

        return await self._database.read(query)
