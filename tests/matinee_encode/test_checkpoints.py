"""Checkpoints: finished work is found again, half-written work never."""

from pathlib import Path

import pytest

from matinee.errors import ServiceUnavailable
from matinee_encode.checkpoints import Checkpoints


def test_a_draft_counts_for_nothing_until_it_is_kept(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path / "encode")
    with store.locked():
        draft = store.draft("rung-1")
        (draft / "media.mp4").write_bytes(b"film")
        assert store.find("rung-1") is None
        store.keep("rung-1", draft)
        found = store.find("rung-1")
        assert found is not None
        assert (found / "media.mp4").read_bytes() == b"film"


def test_drafts_of_an_interrupted_process_are_swept_and_finished_units_stay(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    with store.locked():
        store.keep("done", store.draft("done"))
    (tmp_path / "half.00000000.draft").mkdir()
    with store.locked():
        assert sorted(path.name for path in tmp_path.iterdir()) == ["done", "lock"]


def test_two_processes_do_not_work_in_one_state(tmp_path: Path) -> None:
    with (
        Checkpoints(tmp_path).locked(),
        pytest.raises(ServiceUnavailable, match="Another encode"),
        Checkpoints(tmp_path).locked(),
    ):
        pass


def test_a_discarded_unit_is_gone(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    with store.locked():
        store.keep("old", store.draft("old"))
        store.discard("old")
        store.discard("never there")
        assert store.find("old") is None


def test_the_film_in_the_clear_is_for_the_operator_alone(tmp_path: Path) -> None:
    with Checkpoints(tmp_path / "encode").locked():
        assert (tmp_path / "encode").stat().st_mode & 0o777 == 0o700
