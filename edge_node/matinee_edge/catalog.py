"""The catalog: which titles a shelf knows, which objects each needs, how many of them lack, and its rank."""

import sqlite3
from collections.abc import Iterable, Sequence

from matinee_edge.database import Database
from matinee_edge.inventory import ABSENT
from matinee_edge.listing import Listing


class Catalog:
    """Every change of it is one transaction. Raises StorageFull when it cannot be written or read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def index_hash(self, title_id: str) -> str | None:
        """Of the title's index; None if the title is not known."""
        row = self._database.one("SELECT index_sha256 FROM titles WHERE title_id = ?", title_id)
        return row[0] if row is not None else None

    def index_hashes(self) -> dict[str, str]:
        """By title id."""
        return dict(self._database.all("SELECT title_id, index_sha256 FROM titles"))

    def progress(self) -> dict[str, tuple[int, int]]:
        """For each title: how many of its objects are here, and how many it has."""
        rows = self._database.all("SELECT title_id, objects - lacking, objects FROM titles ORDER BY title_id")
        return {title_id: (here, objects) for title_id, here, objects in rows}

    def empty_titles(self) -> list[str]:
        """Titles of which nothing is here any more."""
        return [title_id for (title_id,) in self._database.all("SELECT title_id FROM titles WHERE lacking = objects")]

    def hashes_here(self, title_id: str) -> frozenset[str]:
        """Those of the title's objects that are on the shelf."""
        rows = self._database.all(
            "SELECT sha256 FROM titles JOIN refs USING (title) JOIN objects USING (object)"
            " WHERE title_id = ? AND state = 1",
            title_id,
        )
        return frozenset(raw.hex() for (raw,) in rows)

    def titles_of(self, sha256: str) -> list[str]:
        """Whose file it is."""
        rows = self._database.all(
            "SELECT title_id FROM objects JOIN refs USING (object) JOIN titles USING (title) WHERE sha256 = ?",
            bytes.fromhex(sha256),
        )
        return [title_id for (title_id,) in rows]

    def adopt(self, listing: Listing) -> list[str]:
        """The title consists of what is listed. The hashes that no title needs any more."""
        sizes = {bytes.fromhex(file.sha256): file.size_bytes for file in listing.files.values()}
        with self._database.changing() as db:
            orphans = _unlisted(db, listing.title_id)
            db.executemany("INSERT OR IGNORE INTO objects (sha256, size_bytes) VALUES (?, ?)", sizes.items())
            db.execute(
                "INSERT INTO titles (title_id, index_sha256, objects, lacking) VALUES (?, ?, ?, 0)",
                (listing.title_id, listing.index.sha256, len(sizes)),
            )
            [(title,)] = db.execute("SELECT last_insert_rowid()").fetchall()
            db.executemany(
                "INSERT INTO refs SELECT object, ? FROM objects WHERE sha256 = ?", [(title, raw) for raw in sizes]
            )
            db.execute(
                "UPDATE titles SET lacking = (SELECT count(*) FROM refs JOIN objects USING (object)"
                " WHERE refs.title = titles.title AND state != 1) WHERE title = ?",
                (title,),
            )
            return _still_orphans(db, orphans)

    def forget(self, title_id: str) -> list[str]:
        """The title is not known. The hashes that no title needs any more."""
        with self._database.changing() as db:
            return _still_orphans(db, _unlisted(db, title_id))

    def place(self, title_ids: Sequence[str]) -> None:
        """These titles are wanted here, the first most."""
        with self._database.changing() as db:
            db.execute("DELETE FROM placed")
            db.executemany(
                "INSERT OR IGNORE INTO placed VALUES (?, ?)", [(each, n) for n, each in enumerate(title_ids)]
            )


def _unlisted(db: sqlite3.Connection, title_id: str) -> list[int]:
    """The title and its references are gone; the objects that it referred to."""
    row = db.execute("SELECT title FROM titles WHERE title_id = ?", (title_id,)).fetchone()
    if row is None:
        return []
    objects = [each for (each,) in db.execute("SELECT object FROM refs WHERE title = ?", row)]
    db.execute("DELETE FROM refs WHERE title = ?", row)
    db.execute("DELETE FROM titles WHERE title = ?", row)
    return objects


def _still_orphans(db: sqlite3.Connection, objects: Iterable[int]) -> list[str]:
    """Of the objects that nobody refers to, the hashes of those that have a file; the others are forgotten."""
    orphans = []
    for each in objects:
        row = db.execute(
            "SELECT sha256, state FROM objects WHERE object = ? AND NOT EXISTS (SELECT 1 FROM refs WHERE object = ?)",
            (each, each),
        ).fetchone()
        if row is not None and row[1] == ABSENT:
            db.execute("DELETE FROM objects WHERE object = ?", (each,))
        elif row is not None:
            orphans.append(row[0].hex())
    return orphans
