"""One SQLite file, used off the event loop: a thread that writes, a thread that reads."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from matinee.errors import ServiceUnavailable

ResultT = TypeVar("ResultT")
MAX_WAITING = 1_000
"""Calls that may wait for a thread; more are refused at once."""
_BUSY_MS = 2_000
_RETRY_AFTER_MS = 1_000
_SWITCHES = 5
"""Tries to bring a new file into WAL mode; of eight connections that opened 300 files at once, none needed a third."""

# Partition first, then clustering key, and no joins: the same tables hold in Cassandra.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS revisions (name TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS titles (title_id TEXT PRIMARY KEY, title BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (
    account_id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
    plan TEXT NOT NULL, country TEXT NOT NULL, is_active INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS profiles (
    account_id TEXT NOT NULL, profile_id TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (account_id, profile_id)
);
CREATE TABLE IF NOT EXISTS devices (
    device_id TEXT PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL, agreement_key TEXT NOT NULL,
    registered_wall_ms INTEGER NOT NULL, signing_key TEXT NOT NULL DEFAULT '', UNIQUE (account_id, agreement_key)
);
CREATE TABLE IF NOT EXISTS stream_leases (
    account_id TEXT NOT NULL, session_id TEXT NOT NULL, device_id TEXT NOT NULL, title_id TEXT NOT NULL,
    expires_wall_ms INTEGER NOT NULL, PRIMARY KEY (account_id, session_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS licenses (
    account_id TEXT NOT NULL, device_id TEXT NOT NULL, title_id TEXT NOT NULL, license_id TEXT NOT NULL,
    expires_wall_ms INTEGER NOT NULL, PRIMARY KEY (account_id, device_id, title_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS nonces (
    device_id TEXT NOT NULL, nonce TEXT NOT NULL, until_wall_ms INTEGER NOT NULL, PRIMARY KEY (device_id, nonce)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revocations (
    kind TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (kind, subject)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS history (
    profile_id TEXT NOT NULL, title_id TEXT NOT NULL, position_ms INTEGER NOT NULL,
    watched_wall_ms INTEGER NOT NULL, is_completed INTEGER NOT NULL, PRIMARY KEY (profile_id, title_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS history_by_time ON history (profile_id, watched_wall_ms DESC);
DROP INDEX IF EXISTS history_by_title;
CREATE TABLE IF NOT EXISTS viewers (
    day INTEGER NOT NULL, title_id TEXT NOT NULL, country TEXT NOT NULL, profile_id TEXT NOT NULL,
    PRIMARY KEY (day, title_id, country, profile_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS plans (group_name TEXT PRIMARY KEY, plan BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS appliances (
    appliance TEXT PRIMARY KEY, heard_wall_ms INTEGER NOT NULL, said BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS appliances_by_time ON appliances (heard_wall_ms);
CREATE TABLE IF NOT EXISTS shelves (digest TEXT PRIMARY KEY, titles BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS announcements (
    revision INTEGER PRIMARY KEY AUTOINCREMENT, appliance TEXT NOT NULL UNIQUE, said BLOB NOT NULL
);
"""


class Database:
    """Both threads open the file at their first call, and again after a failure."""

    def __init__(self, path: Path) -> None:
        self._reading = _Lane(path)
        self._writing = _Lane(path)

    async def read(self, query: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """What `query` returns. Raises ServiceUnavailable if the file cannot be used."""
        return await self._reading.run(query)

    async def write(self, change: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """What `change` returns, in one transaction that no other writer interleaves. Raises as `read`."""

        def in_transaction(connection: sqlite3.Connection) -> ResultT:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                return change(connection)

        return await self._writing.run(in_transaction)

    async def close(self) -> None:
        await self._reading.close()
        await self._writing.close()


class _Lane:
    """One thread and its connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")
        self._connection: sqlite3.Connection | None = None
        self._waiting = 0

    async def run(self, call: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        if self._waiting >= MAX_WAITING:
            raise ServiceUnavailable("The store has too much to do.", retry_after_ms=_RETRY_AFTER_MS)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._call, call)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    def _call(self, call: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        try:
            if self._connection is None:
                self._connection = _connect(self._path)
            return call(self._connection)
        except sqlite3.Error as error:
            self._disconnect()
            raise ServiceUnavailable(f"The store cannot be used: {error}.", retry_after_ms=_RETRY_AFTER_MS) from error

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_MS / 1000)
    try:
        # In WAL mode, NORMAL keeps every commit through the death of the process; only a power cut may take
        # the last ones (https://www.sqlite.org/pragma.html#pragma_synchronous).
        _switch_to_wal(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.executescript(_SCHEMA)
        _add_signing_keys(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _add_signing_keys(connection: sqlite3.Connection) -> None:
    """Devices have the column, in a file of before there was one too."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        if "signing_key" not in [row[1] for row in connection.execute("PRAGMA table_info(devices)")]:
            connection.execute("ALTER TABLE devices ADD COLUMN signing_key TEXT NOT NULL DEFAULT ''")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """The file is in WAL mode, and stays so. Raises sqlite3.Error if others keep it busy for too long.

    The switch itself does not wait for others who open the new file too: it reads before it writes, and SQLite never
    waits with one lock in hand for a higher one (https://www.sqlite.org/c3ref/busy_handler.html). A transaction does.
    """
    for _ in range(_SWITCHES - 1):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
