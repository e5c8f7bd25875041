"""Files under their hashes: within the quota, in step with the inventory, and nothing rotten for long."""

import fcntl
import os
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest

from matinee.errors import StorageFull
from matinee.wire.title import MediaFile
from matinee_edge.database import Database
from matinee_edge.eviction import EVICTION_POLICIES
from matinee_edge.inventory import Inventory
from matinee_edge.objects import DRAFTS_NAME, Objects


def objects_in(root: Path, *, quota_bytes: int = 1 << 30, draw: int = 0) -> Objects:
    return Objects(
        root,
        Inventory(Database(root / "shelf.sqlite")),
        quota_bytes=quota_bytes,
        policy=EVICTION_POLICIES["popularity"],
        wall_ms=lambda: 1_000,
        draw=lambda: draw,
    )


def file_of(content: bytes) -> MediaFile:
    return MediaFile(path="1.m4s", size_bytes=len(content), sha256=sha256(content).hexdigest())


def put(objects: Objects, content: bytes) -> MediaFile:
    file = file_of(content)
    landing = objects.landing(file)
    landing.write(content)
    landing.verify()
    objects.put(landing)
    landing.discard()
    return file


def read(objects: Objects, file: MediaFile) -> bytes | None:
    descriptor = objects.open(file.sha256, size_bytes=file.size_bytes)
    if descriptor is None:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read()


def test_what_was_put_reads_back_also_after_a_restart(tmp_path: Path) -> None:
    file = put(objects_in(tmp_path), b"segment")
    assert read(objects_in(tmp_path), file) == b"segment"


def test_a_file_of_another_size_is_told_dropped_and_counted(tmp_path: Path) -> None:
    objects, gone = objects_in(tmp_path), list[str]()
    file = put(objects, b"segment")
    objects.on_gone(gone.extend)
    objects.path(file.sha256).write_bytes(b"seg")
    assert read(objects, file) is None
    assert not objects.path(file.sha256).exists()
    assert (gone, objects.rotten) == ([file.sha256], 1)


def test_a_file_that_vanished_is_noticed_when_it_is_asked_for(tmp_path: Path) -> None:
    objects = objects_in(tmp_path)
    file = put(objects, b"segment")
    objects.path(file.sha256).unlink()
    assert read(objects, file) is None
    assert objects_in(tmp_path)._inventory.used_bytes == 0


def test_a_link_in_place_of_an_object_is_not_followed(tmp_path: Path) -> None:
    objects = objects_in(tmp_path)
    file = put(objects, b"segment")
    (tmp_path / "secret").write_bytes(b"secrets")
    objects.path(file.sha256).unlink()
    objects.path(file.sha256).symlink_to(tmp_path / "secret")
    assert read(objects, file) is None


def test_what_is_read_here_is_compared_with_its_hash(tmp_path: Path) -> None:
    objects = objects_in(tmp_path)
    file = put(objects, b"segment")
    assert objects.read(file.sha256) == b"segment"
    objects.path(file.sha256).write_bytes(b"segmenT")
    assert objects.read(file.sha256) is None
    assert read(objects, file) is None


def test_drafts_of_a_killed_process_are_swept_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    objects = objects_in(tmp_path)
    landing = objects.landing(file_of(b"segment"))
    descriptor, name = tempfile.mkstemp(dir=tmp_path / DRAFTS_NAME)
    os.close(descriptor)
    objects_in(tmp_path)
    assert list((tmp_path / DRAFTS_NAME).iterdir()) == [landing.draft]
    assert name


@pytest.mark.parametrize("is_there", [True, False])
def test_what_was_in_doubt_when_the_process_died_is_what_the_disk_says(tmp_path: Path, is_there: bool) -> None:
    objects = objects_in(tmp_path)
    file = put(objects, b"segment")
    objects._inventory.doubt(file.sha256)
    if not is_there:
        objects.path(file.sha256).unlink()
    again = objects_in(tmp_path)
    assert again._inventory.here() == ({file.sha256: 7} if is_there else {})
    assert again._inventory.in_doubt() == []


def test_for_what_is_worth_more_others_go_and_the_quota_holds(tmp_path: Path) -> None:
    objects = objects_in(tmp_path, quota_bytes=100)
    cold, warm = put(objects, b"a" * 40), put(objects, b"b" * 40)
    new = file_of(b"c" * 40)
    objects._inventory.settle(new.sha256, size_bytes=40)
    objects._inventory.count({warm.sha256: 9, new.sha256: 1}, wall_ms=1_000)
    objects._inventory.doubt(new.sha256)
    put(objects, b"c" * 40)
    assert read(objects, cold) is None
    assert read(objects, warm) == b"b" * 40
    assert (objects.evicted, objects._inventory.used_bytes) == (1, 80)


def test_what_is_worth_no_more_than_all_that_is_here_has_no_room(tmp_path: Path) -> None:
    objects = objects_in(tmp_path, quota_bytes=100)
    old = put(objects, b"a" * 60)
    objects._inventory.count({old.sha256: 1}, wall_ms=1_000)
    with pytest.raises(StorageFull, match="worth more"):
        put(objects, b"b" * 60)
    assert read(objects, old) is not None


def test_files_that_are_landing_count_against_the_quota(tmp_path: Path) -> None:
    objects = objects_in(tmp_path, quota_bytes=100)
    landing = objects.landing(file_of(b"a" * 60))
    with pytest.raises(StorageFull):
        objects.landing(file_of(b"b" * 60))
    landing.discard()
    put(objects, b"b" * 60)


def test_a_file_larger_than_the_disk_is_refused_and_nothing_goes_for_it(tmp_path: Path) -> None:
    objects = objects_in(tmp_path, quota_bytes=1 << 62)
    file = put(objects, b"segment")
    with pytest.raises(StorageFull):
        objects.landing(MediaFile(path="x", size_bytes=1 << 50, sha256="00" * 32))
    assert list((tmp_path / DRAFTS_NAME).iterdir()) == []
    assert read(objects, file) == b"segment"


def test_a_draft_is_locked_for_as_long_as_it_is_written(tmp_path: Path) -> None:
    landing = objects_in(tmp_path).landing(file_of(b"segment"))
    assert landing.draft is not None
    with landing.draft.open("rb") as opened, pytest.raises(BlockingIOError):
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
