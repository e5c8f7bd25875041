"""What every port on SQLite keeps: a broken file is a store that is away, and it may come back."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from matinee.errors import ServiceUnavailable
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.adapters.sqlite.titles import SqliteTitles
from tests.support.control_plane import catalog_title


async def test_a_file_that_cannot_be_opened_says_when_to_come_back_and_heals(tmp_path: Path) -> None:
    path = tmp_path / "matinee.sqlite"
    path.mkdir()
    database = Database(path)
    titles = SqliteTitles(database)
    with pytest.raises(ServiceUnavailable) as refused:
        await titles.title("a")
    assert refused.value.retry_after_ms is not None
    path.rmdir()
    await titles.put(catalog_title("a"))
    assert await titles.title("a") == catalog_title("a")
    await database.close()


async def test_a_garbled_file_is_a_store_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "matinee.sqlite").write_bytes(b"not a database, and long enough to be read as one" * 40)
    database = Database(tmp_path / "matinee.sqlite")
    with pytest.raises(ServiceUnavailable):
        await SqliteTitles(database).titles()
    await database.close()


async def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "matinee.sqlite")
    titles = SqliteTitles(database)
    await titles.put(catalog_title("a"))

    def failing(connection: object) -> None:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await database.write(failing)
    assert await titles.title("a") == catalog_title("a")
    await titles.put(catalog_title("b"))
    await database.close()


async def test_a_new_file_that_another_process_is_opening_is_waited_for(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "matinee.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    database = Database(tmp_path / "matinee.sqlite")
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(SqliteTitles(database).titles())
        # Time enough to give up at once; the database itself waits for longer.
        await asyncio.wait({asked}, timeout=0.1)
        other.execute("COMMIT")
    assert asked.result() == ()
    other.close()
    await database.close()
