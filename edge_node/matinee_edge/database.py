"""The database of a shelf: SQLite in WAL mode.

A transaction is there whole or not at all whenever the process is killed, several processes may use one database, and
that of a shelf of eight million files opens at once, where a walk over them takes minutes. The file system remains the
truth about what is here, since only it knows after a power cut: an object is put in doubt before its file is renamed or
unlinked and settled afterwards, so that a start looks at the few in doubt; whoever finds a file missing says so; and a
database that is lost or rotten is made anew from what lies on the disk.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matinee.errors import StorageFull

BUSY_S = 5.0
"""How long another process may hold it."""

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    object INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    checked_wall_ms INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    asked_wall_ms INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS here_by_hash ON objects (sha256) WHERE state = 1;
CREATE INDEX IF NOT EXISTS here_by_check ON objects (checked_wall_ms) WHERE state = 1;
CREATE INDEX IF NOT EXISTS in_doubt ON objects (object) WHERE state = 2;
CREATE TABLE IF NOT EXISTS titles (
    title INTEGER PRIMARY KEY,
    title_id TEXT NOT NULL UNIQUE,
    index_sha256 TEXT NOT NULL,
    objects INTEGER NOT NULL,
    lacking INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS refs (object INTEGER, title INTEGER, PRIMARY KEY (object, title)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refs_of_title ON refs (title);
CREATE TABLE IF NOT EXISTS placed (title_id TEXT PRIMARY KEY, rank INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totals (used_bytes INTEGER NOT NULL);
INSERT INTO totals SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM totals);
"""


class Database:
    """May be used from several threads: one reads and one writes at a time."""

    def __init__(self, path: Path) -> None:
        """Raises sqlite3.DatabaseError if the file is there and no database; StorageFull."""
        self._reading, self._writing = threading.Lock(), threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        with _told():
            # A reader of its own never waits for a long transaction, such as that of a title with 16,000 files.
            self._connections = [
                sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False) for _ in range(3)
            ]
            self._db, self._reader, self._folder = self._connections
            self._db.execute("PRAGMA journal_mode = WAL")
            # A kill loses nothing; a power cut may lose the last transactions, and the file system knows better.
            self._db.execute("PRAGMA synchronous = NORMAL")
            # Folding waits for the disk: that is left to `fold`, in a thread.
            self._db.execute("PRAGMA wal_autocheckpoint = 0")
            self._db.executescript(_TABLES)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Nothing of it is used again."""
        for connection in self._connections:
            connection.close()

    def one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        """The first row. Raises StorageFull."""
        rows = self.all(query, *values)
        return rows[0] if rows else None

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Every row. Raises StorageFull."""
        with self._reading, _told():
            return self._reader.execute(query, values).fetchall()

    def fold(self) -> None:
        """What stands in the write-ahead log stands in the file too, but for what is being used. Raises StorageFull.

        To be called now and then, by one thread of its own; neither readers nor writers wait for it.
        """
        with _told():
            self._folder.execute("PRAGMA wal_checkpoint(PASSIVE)")

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction. Raises StorageFull; then nothing has changed."""
        with self._writing, _told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


@contextmanager
def _told() -> Iterator[None]:
    """What SQLite refuses, said as an error of ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        # Full, read-only, or held by another process for too long. A file that is no database is another error.
        raise StorageFull(f"The shelf's database cannot be written: {error}.") from error
