"""Files that are whole or not there, and a full disk."""

import os
from pathlib import Path

import pytest

from matinee.errors import StorageFull
from matinee.files import needing_room, sync_folder, sync_tree, write_whole


def test_a_file_is_written_whole_with_its_mode(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "secret", b"abc", mode=0o600)
    assert (tmp_path / "new" / "secret").read_bytes() == b"abc"
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(StorageFull, match=str(tmp_path)), needing_room(tmp_path), open("/dev/full", "wb") as full:
        os.write(full.fileno(), b"a")


def test_other_errors_stay_themselves(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), needing_room(tmp_path):
        (tmp_path / "absent").read_bytes()


def test_what_is_synced_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"c")
    sync_tree(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "absent")
