"""What survives a process."""

from pathlib import Path

import pytest

from matinee.runtime.journal import FileJournal


def test_what_was_appended_is_read_by_the_next(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "a.journal")
    journal.append(b"one ")
    journal.append(b"two")
    journal.close()
    assert FileJournal(tmp_path / "a.journal").read() == b"one two"


@pytest.mark.parametrize("data", [b"", b"new "])
def test_what_replaces_it_is_all_there_is(tmp_path: Path, data: bytes) -> None:
    journal = FileJournal(tmp_path / "a.journal")
    journal.append(b"old")
    journal.replace(data)
    journal.append(b"next")
    assert journal.read() == data + b"next"


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    journal = FileJournal(path)
    journal.replace(b"x")
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_processes_have_not_the_same_one(tmp_path: Path) -> None:
    one, other = FileJournal.in_folder(tmp_path), FileJournal.in_folder(tmp_path)
    assert one is not None
    assert other is not None
    one.append(b"one")
    assert other.read() == b""
    with pytest.raises(BlockingIOError):
        FileJournal(tmp_path / "0.journal")


def test_what_is_left_somewhere_is_taken_up_first(tmp_path: Path) -> None:
    (tmp_path / "3.journal").write_bytes(b"left")
    journal = FileJournal.in_folder(tmp_path)
    assert journal is not None
    assert journal.read() == b"left"


def test_where_nothing_can_be_written_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert FileJournal.in_folder(tmp_path / "file") is None
