"""Transactions are there whole or not at all, for several processes, and errors have names of ours."""

import sqlite3
from pathlib import Path

import pytest

from matinee.errors import StorageFull
from matinee_edge.database import Database

ADD = "INSERT INTO placed VALUES ('heat', 1)"
COUNT = "SELECT count(*) FROM placed"


def test_what_is_committed_is_seen_by_whoever_else_uses_it(tmp_path: Path) -> None:
    first, second = Database(tmp_path / "db"), Database(tmp_path / "db")
    with first.changing() as db:
        db.execute(ADD)
        assert second.one(COUNT) == (0,)
    assert second.one(COUNT) == first.one(COUNT) == (1,)


def test_a_change_that_fails_in_its_middle_has_not_happened(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    with pytest.raises(ZeroDivisionError), database.changing() as db:
        db.execute(ADD)
        raise ZeroDivisionError
    assert database.one(COUNT) == (0,)
    with database.changing() as db:
        db.execute(ADD)
    assert database.one(COUNT) == (1,)


def test_a_database_that_has_no_more_room_says_so_and_stays_as_it_was(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    with database.changing() as db:
        db.execute(ADD)
    with pytest.raises(StorageFull), database.changing() as db:
        db.execute("PRAGMA max_page_count = 1")
        db.executemany("INSERT INTO placed VALUES (?, 1)", ((f"{number:0100}",) for number in range(100_000)))
    assert database.one(COUNT) == (1,)


def test_what_is_folded_needs_no_log_any_more(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    with database.changing() as db:
        db.execute(ADD)
    before = (tmp_path / "db").stat().st_size
    database.fold()
    assert (tmp_path / "db").stat().st_size > before
    assert database.one(COUNT) == (1,)


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"garbage" * 1_000)
    with pytest.raises(sqlite3.DatabaseError):
        Database(tmp_path / "x")
