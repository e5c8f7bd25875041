"""MemberStore in SQLite."""

import sqlite3
from collections.abc import Mapping
from sqlite3 import Connection

import msgspec

from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.records import Account, Device

_ACCOUNT = "SELECT account_id, email, password_hash, plan, country, is_active FROM accounts"
_DEVICE = "SELECT device_id, account_id, name, agreement_key, registered_wall_ms, signing_key FROM devices"


class SqliteMembers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put_account(self, account: Account) -> bool:
        row = (
            account.account_id,
            account.email,
            account.password_hash,
            account.plan,
            account.country,
            account.is_active,
        )

        def change(connection: Connection) -> bool:
            try:
                connection.execute(
                    "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account_id) DO UPDATE SET"
                    " email = excluded.email, password_hash = excluded.password_hash, plan = excluded.plan,"
                    " country = excluded.country, is_active = excluded.is_active",
                    row,
                )
            except sqlite3.IntegrityError:
                return False
            return True

        return await self._database.write(change)

    async def account(self, account_id: str) -> Account | None:
        return await self._database.read(lambda connection: _account(connection, "account_id", account_id))

    async def account_of(self, email: str) -> Account | None:
        return await self._database.read(lambda connection: _account(connection, "email", email))

    async def put_profile(self, profile_id: str, *, account_id: str, name: str) -> None:
        def change(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO profiles VALUES (?, ?, ?)"
                " ON CONFLICT (account_id, profile_id) DO UPDATE SET name = excluded.name",
                (account_id, profile_id, name),
            )

        await self._database.write(change)

    async def profiles(self, account_id: str) -> Mapping[str, str]:
        def query(connection: Connection) -> dict[str, str]:
            rows = connection.execute(
                "SELECT profile_id, name FROM profiles WHERE account_id = ? ORDER BY rowid", (account_id,)
            )
            return dict(rows.fetchall())

        return await self._database.read(query)

    async def register_device(self, device: Device, *, keep: int) -> Device:
        def change(connection: Connection) -> Device:
            own = _devices(connection, device.account_id)
            known = next((other for other in own if other.agreement_key == device.agreement_key), None)
            if known is not None and device.signing_key and not known.signing_key:
                connection.execute(
                    "UPDATE devices SET signing_key = ? WHERE device_id = ?", (device.signing_key, known.device_id)
                )
                return msgspec.structs.replace(known, signing_key=device.signing_key)
            if known is not None:
                return known
            for surplus in own[: max(0, len(own) + 1 - keep)]:
                connection.execute("DELETE FROM devices WHERE device_id = ?", (surplus.device_id,))
            connection.execute(
                "INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?)",
                (
                    device.device_id,
                    device.account_id,
                    device.name,
                    device.agreement_key,
                    device.registered_wall_ms,
                    device.signing_key,
                ),
            )
            return device

        return await self._database.write(change)

    async def device(self, device_id: str) -> Device | None:
        def query(connection: Connection) -> Device | None:
            row = connection.execute(f"{_DEVICE} WHERE device_id = ?", (device_id,)).fetchone()
            return None if row is None else _device(row)

        return await self._database.read(query)

    async def devices(self, account_id: str) -> tuple[Device, ...]:
        return await self._database.read(lambda connection: _devices(connection, account_id))


def _account(connection: Connection, column: str, value: str) -> Account | None:
    row = connection.execute(f"{_ACCOUNT} WHERE {column} = ?", (value,)).fetchone()
    if row is None:
        return None
    return Account(
        account_id=row[0], email=row[1], password_hash=row[2], plan=row[3], country=row[4], is_active=bool(row[5])
    )


def _devices(connection: Connection, account_id: str) -> tuple[Device, ...]:
    rows = connection.execute(f"{_DEVICE} WHERE account_id = ? ORDER BY registered_wall_ms, device_id", (account_id,))
    return tuple(_device(row) for row in rows)


def _device(row: tuple[str, str, str, str, int, str]) -> Device:
    return Device(
        device_id=row[0],
        account_id=row[1],
        name=row[2],
        agreement_key=row[3],
        registered_wall_ms=row[4],
        signing_key=row[5],
    )
