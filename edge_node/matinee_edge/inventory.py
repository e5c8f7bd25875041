"""The inventory: which objects a shelf holds, when each was checked, and how often it was asked for."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from matinee_edge.database import Database
from matinee_edge.eviction import ONE_REQUEST, Known, decayed

ABSENT, HERE, IN_DOUBT = range(3)
COMPLETE = 1
"""Of the database's `user_version`: it knows all that lies on the disk."""

_RANK = """
    (SELECT min(rank) FROM refs JOIN titles USING (title) JOIN placed USING (title_id)
     WHERE refs.object = objects.object)
"""


class Resident(NamedTuple):
    """An object that is on the shelf."""

    sha256: str
    size_bytes: int
    known: Known


class Checked(NamedTuple):
    """When an object was last compared with its hash."""

    sha256: str
    checked_wall_ms: int


class Inventory:
    """Every change of it is one transaction. Raises StorageFull when it cannot be written or read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def is_complete(self) -> bool:
        """Whether it knows all that lies on the disk: a new one does not."""
        row = self._database.one("PRAGMA user_version")
        return row is not None and row[0] == COMPLETE

    def rebuild(self, found: Iterable[tuple[str, int]]) -> None:
        """These objects, hashes and sizes, are here and no others; none of them counts as checked."""
        with self._database.changing() as db:
            db.execute("UPDATE objects SET state = ?", (ABSENT,))
            db.executemany(
                "INSERT INTO objects (sha256, size_bytes, state) VALUES (?, ?, 1) ON CONFLICT (sha256)"
                " DO UPDATE SET size_bytes = excluded.size_bytes, state = 1",
                ((bytes.fromhex(sha256), size_bytes) for sha256, size_bytes in found),
            )
            db.execute(
                "UPDATE totals SET used_bytes = (SELECT coalesce(sum(size_bytes), 0) FROM objects WHERE state = 1)"
            )
            db.execute(f"PRAGMA user_version = {COMPLETE}")

    def doubt(self, sha256: str) -> None:
        """What is done with the object's file now may be cut short."""
        with self._database.changing() as db:
            raw = bytes.fromhex(sha256)
            db.execute("INSERT OR IGNORE INTO objects (sha256, size_bytes) VALUES (?, 0)", (raw,))
            _move(db, raw, state=IN_DOUBT)

    def settle(self, sha256: str, *, size_bytes: int | None, checked_wall_ms: int = 0) -> None:
        """The object is here with that size, compared with its hash at that time; or it is not (None)."""
        raw = bytes.fromhex(sha256)
        with self._database.changing() as db:
            _move(db, raw, state=ABSENT)  # what is taken off the totals is what was put on them
            if size_bytes is None:
                db.execute(
                    "DELETE FROM objects WHERE sha256 = ? AND NOT EXISTS"
                    " (SELECT 1 FROM refs WHERE refs.object = objects.object)",
                    (raw,),
                )
                return
            db.execute(
                "INSERT INTO objects (sha256, size_bytes, checked_wall_ms) VALUES (?, ?, ?) ON CONFLICT (sha256)"
                " DO UPDATE SET size_bytes = excluded.size_bytes, checked_wall_ms = excluded.checked_wall_ms",
                (raw, size_bytes, checked_wall_ms),
            )
            _move(db, raw, state=HERE)

    def in_doubt(self) -> list[str]:
        """The objects whose files somebody was about to move."""
        return [raw.hex() for (raw,) in self._database.all("SELECT sha256 FROM objects WHERE state = 2")]

    def is_here(self, sha256: str) -> bool:
        return (
            self._database.one("SELECT 1 FROM objects WHERE sha256 = ? AND state = 1", bytes.fromhex(sha256))
            is not None
        )

    def here(self) -> dict[str, int]:
        """The size of each object that is on the shelf, by its hash."""
        return {
            raw.hex(): size
            for raw, size in self._database.all("SELECT sha256, size_bytes FROM objects WHERE state = 1")
        }

    @property
    def used_bytes(self) -> int:
        """Of all objects that are here."""
        [(used_bytes,)] = self._database.all("SELECT used_bytes FROM totals")
        return int(used_bytes)

    def count(self, requests: Mapping[str, int], *, wall_ms: int) -> None:
        """So many more requests for each hash."""
        with self._database.changing() as db:
            for sha256, more in requests.items():
                raw = bytes.fromhex(sha256)
                row = db.execute("SELECT requests, asked_wall_ms FROM objects WHERE sha256 = ?", (raw,)).fetchone()
                if row is not None:
                    total = decayed(row[0], since_wall_ms=row[1], wall_ms=wall_ms) + more * ONE_REQUEST
                    db.execute(
                        "UPDATE objects SET requests = ?, asked_wall_ms = ? WHERE sha256 = ?", (total, wall_ms, raw)
                    )

    def known(self, sha256: str) -> Known:
        """What is known of the object, be it here or not."""
        row = self._database.one(
            f"SELECT {_RANK}, requests, asked_wall_ms FROM objects WHERE sha256 = ?", bytes.fromhex(sha256)
        )
        return Known(*row) if row is not None else Known(None, 0, 0)

    def sample(self, count: int, *, draw: int) -> list[Resident]:
        """So many objects that are here, or all; any run of neighbors by hash is as good as a random choice.

        `draw`: 30 uniform bits.
        """
        query = (
            f"SELECT sha256, size_bytes, {_RANK}, requests, asked_wall_ms FROM objects"
            " WHERE state = 1 AND sha256 {} ? ORDER BY sha256 LIMIT ?"
        )
        begin = (draw << 2 & 0xFFFFFFFF).to_bytes(4, "big")
        rows = self._database.all(query.format(">="), begin, count)
        if len(rows) < count:
            rows += self._database.all(query.format("<"), begin, count - len(rows))
        return [Resident(raw.hex(), size_bytes, Known(*known)) for raw, size_bytes, *known in rows]

    def oldest_checked(self) -> Checked | None:
        """The object that is here and was compared with its hash the longest ago."""
        row = self._database.one(
            "SELECT sha256, checked_wall_ms FROM objects WHERE state = 1 ORDER BY checked_wall_ms LIMIT 1"
        )
        return Checked(row[0].hex(), row[1]) if row is not None else None

    def mark_checked(self, sha256: str, *, wall_ms: int) -> None:
        with self._database.changing() as db:
            db.execute("UPDATE objects SET checked_wall_ms = ? WHERE sha256 = ?", (wall_ms, bytes.fromhex(sha256)))


def _move(db: sqlite3.Connection, raw: bytes, *, state: int) -> None:
    """The object is in that state, and what is counted by state is right."""
    row = db.execute("SELECT object, size_bytes, state FROM objects WHERE sha256 = ?", (raw,)).fetchone()
    if row is None:
        return
    each, size_bytes, before = row
    change = (state == HERE) - (before == HERE)
    db.execute("UPDATE objects SET state = ? WHERE object = ?", (state, each))
    if change:
        db.execute("UPDATE totals SET used_bytes = used_bytes + ?", (change * size_bytes,))
        db.execute(
            "UPDATE titles SET lacking = lacking - ? WHERE title IN (SELECT title FROM refs WHERE object = ?)",
            (change, each),
        )
