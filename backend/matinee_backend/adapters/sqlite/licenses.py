"""LicenseLedger in SQLite: each promise in one transaction, so that two processes cannot both be the first."""

from sqlite3 import Connection

from matinee.wire.license import Revocable
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.records import GrantedLicense


class SqliteLicenses:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def take_nonce(self, nonce: str, *, device_id: str, until_wall_ms: int, wall_ms: int) -> bool:
        def change(connection: Connection) -> bool:
            connection.execute("DELETE FROM nonces WHERE device_id = ? AND until_wall_ms <= ?", (device_id, wall_ms))
            done = connection.execute(
                "INSERT OR IGNORE INTO nonces VALUES (?, ?, ?)", (device_id, nonce, until_wall_ms)
            )
            return done.rowcount == 1

        return await self._database.write(change)

    async def grant(self, granted: GrantedLicense, *, limit: int, wall_ms: int) -> bool:
        def change(connection: Connection) -> bool:
            (others,) = connection.execute(
                "SELECT COUNT(*) FROM licenses"
                " WHERE account_id = ? AND NOT (device_id = ? AND title_id = ?) AND expires_wall_ms > ?",
                (granted.account_id, granted.device_id, granted.title_id, wall_ms),
            ).fetchone()
            if others >= limit:
                return False
            connection.execute(
                "DELETE FROM licenses WHERE account_id = ? AND expires_wall_ms <= ?", (granted.account_id, wall_ms)
            )
            connection.execute(
                "INSERT OR REPLACE INTO licenses VALUES (?, ?, ?, ?, ?)",
                (granted.account_id, granted.device_id, granted.title_id, granted.license_id, granted.exp_wall_ms),
            )
            return True

        return await self._database.write(change)

    async def granted(self, account_id: str, *, wall_ms: int) -> tuple[GrantedLicense, ...]:
        def query(connection: Connection) -> tuple[GrantedLicense, ...]:
            rows = connection.execute(
                "SELECT license_id, device_id, title_id, expires_wall_ms FROM licenses"
                " WHERE account_id = ? AND expires_wall_ms > ? ORDER BY device_id, title_id",
                (account_id, wall_ms),
            )
            return tuple(
                GrantedLicense(
                    license_id=row[0], account_id=account_id, device_id=row[1], title_id=row[2], exp_wall_ms=row[3]
                )
                for row in rows
            )

        return await self._database.read(query)

    async def release(self, license_id: str, *, account_id: str, device_id: str) -> bool:
        def change(connection: Connection) -> bool:
            done = connection.execute(
                "DELETE FROM licenses WHERE account_id = ? AND device_id = ? AND license_id = ?",
                (account_id, device_id, license_id),
            )
            return done.rowcount == 1

        return await self._database.write(change)

    async def revoke(self, kind: Revocable, subject: str, *, is_revoked: bool) -> None:
        statement = (
            "INSERT OR IGNORE INTO revocations VALUES (?, ?)"
            if is_revoked
            else "DELETE FROM revocations WHERE kind = ? AND subject = ?"
        )
        await self._database.write(lambda connection: connection.execute(statement, (kind, subject)).rowcount)

    async def is_revoked(self, kind: Revocable, subject: str) -> bool:
        def query(connection: Connection) -> bool:
            found = connection.execute("SELECT 1 FROM revocations WHERE kind = ? AND subject = ?", (kind, subject))
            return found.fetchone() is not None

        return await self._database.read(query)
