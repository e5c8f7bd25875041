"""Files that stay open: so many, so many bytes, the hottest of all."""

import os
from pathlib import Path

from matinee.wire.title import MediaFile
from matinee_edge.held import MAX_BODY_BYTES, Held, OpenFiles
from matinee_edge.listing import Listing

LISTING = Listing("heat", {}, {}, frozenset())


def held(folder: Path, name: str, *, size_bytes: int = 100) -> Held:
    (folder / name).write_bytes(name[:1].encode() * size_bytes)
    file = MediaFile(path=name, size_bytes=size_bytes, sha256=name)
    return Held(os.open(folder / name, os.O_RDONLY), file, listing=LISTING)


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_the_least_recently_asked_is_closed_when_there_are_too_many(tmp_path: Path) -> None:
    files, descriptors = OpenFiles(max_files=2, memory_bytes=0), {}
    for name in "abc":
        it = held(tmp_path, name)
        descriptors[name] = it.descriptor
        files.put(("heat", name), it)
        del it
        files.get(("heat", "a"))
    assert {name: is_open(descriptor) for name, descriptor in descriptors.items()} == {"a": True, "b": False, "c": True}
    assert len(files) == 2


def test_a_file_that_is_being_sent_stays_open_after_it_was_dropped(tmp_path: Path) -> None:
    files, it = OpenFiles(max_files=2, memory_bytes=0), held(tmp_path, "a")
    files.put(("heat", "a"), it)
    files.forget({"a"})
    assert files.get(("heat", "a")) is None
    assert os.pread(it.descriptor, 3, 0) == b"aaa"
    descriptor = it.descriptor
    del it
    assert not is_open(descriptor)


def test_a_file_that_another_process_unlinked_or_replaced_is_not_handed_out_again(tmp_path: Path) -> None:
    files = OpenFiles(max_files=8, memory_bytes=0)
    for name in "abc":
        files.put(("heat", name), held(tmp_path, name))
    (tmp_path / "a").unlink()
    (tmp_path / "c").replace(tmp_path / "b")
    files.forget_unlinked()
    assert [files.get(("heat", name)) is not None for name in "abc"] == [False, False, True]


def test_a_small_file_that_is_asked_for_again_has_its_body_in_memory(tmp_path: Path) -> None:
    files = OpenFiles(max_files=8, memory_bytes=1 << 20)
    small, large = held(tmp_path, "a"), held(tmp_path, "b", size_bytes=MAX_BODY_BYTES + 1)
    files.put(("heat", "a"), small)
    files.put(("heat", "b"), large)
    assert files.body_bytes == 0
    assert files.get(("heat", "a")) is small
    assert small.body == b"a" * 100
    assert files.get(("heat", "b")) is large
    assert large.body is None
    assert files.body_bytes == 100


def test_bodies_stay_within_their_budget_and_the_coldest_goes(tmp_path: Path) -> None:
    files = OpenFiles(max_files=8, memory_bytes=250)
    all_held = {name: held(tmp_path, name) for name in "abc"}
    for name, it in all_held.items():
        files.put(("heat", name), it)
        files.get(("heat", name))
        files.get(("heat", "a"))
    assert {name: it.body is not None for name, it in all_held.items()} == {"a": True, "b": False, "c": True}
    files.forget({"a", "c"})
    assert files.body_bytes == 0
