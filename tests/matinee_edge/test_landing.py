"""A draft: the listed bytes or none, readable while it grows."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from matinee.errors import MediaCorrupt, StorageFull
from matinee.wire.title import MediaFile
from matinee_edge.landing import Landing, landing_in, landing_in_memory

CONTENT = b"segment" * 1_000
FILE = MediaFile(path="1.m4s", size_bytes=len(CONTENT), sha256=sha256(CONTENT).hexdigest())


@pytest.fixture(params=["disk", "memory"])
def landing(request: pytest.FixtureRequest, tmp_path: Path) -> Landing:
    return landing_in(tmp_path / "drafts", FILE) if request.param == "disk" else landing_in_memory(FILE)


def test_what_was_written_can_be_read_before_the_end(landing: Landing) -> None:
    landing.write(CONTENT[:4_000])
    assert landing.got_bytes == 4_000
    assert os.pread(landing.descriptor, 4_000, 0) == CONTENT[:4_000]
    landing.write(CONTENT[4_000:])
    landing.verify()
    assert os.pread(landing.descriptor, len(CONTENT), 0) == CONTENT


@pytest.mark.parametrize("spoilt", [CONTENT[:-1], CONTENT + b"x", bytes([CONTENT[0] ^ 1]) + CONTENT[1:], b""])
def test_other_bytes_than_the_listed_ones_are_corrupt(landing: Landing, spoilt: bytes) -> None:
    with pytest.raises(MediaCorrupt):
        landing.write(spoilt)
        landing.verify()


def test_a_discarded_draft_leaves_nothing_behind(tmp_path: Path) -> None:
    landing = landing_in(tmp_path / "drafts", FILE)
    landing.write(CONTENT)
    landing.discard()
    assert list((tmp_path / "drafts").iterdir()) == []
    assert os.pread(landing.descriptor, 7, 0) == b"segment"


def test_a_file_for_which_there_is_no_room_is_refused_before_its_first_byte(tmp_path: Path) -> None:
    endless = MediaFile(path="1.m4s", size_bytes=1 << 62, sha256="")
    with pytest.raises(StorageFull):
        landing_in(tmp_path / "drafts", endless)
    assert list((tmp_path / "drafts").iterdir()) == []
