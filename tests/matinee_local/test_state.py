"""The state directory: who may hold it, what it says when it cannot be used, how its logs stay bounded."""

import os
from pathlib import Path

import pytest

from matinee.errors import AlreadyRunning, SettingsInvalid
from matinee_local.state import StateDir, last_line, open_log


def test_a_second_holder_is_told_that_the_first_runs(state: StateDir) -> None:
    with state.held("up"), pytest.raises(AlreadyRunning, match="Another `matinee up` runs in"), state.held("up"):
        pytest.fail("held twice")


def test_what_was_let_go_can_be_held_again(state: StateDir) -> None:
    with state.held("up"):
        pass
    with state.held("up"):
        pass


def test_two_purposes_do_not_meet(state: StateDir) -> None:
    with state.held("up"), state.held("demo"):
        pass


def test_a_file_in_the_place_of_the_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(SettingsInvalid, match="taken cannot be written"):
        StateDir(tmp_path / "taken").prepare()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(SettingsInvalid, match=r"locked.* cannot be written: Permission denied"):
        StateDir(locked).prepare()


def test_a_long_log_is_set_aside_when_it_is_opened_and_only_one_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "isp-a.log"
    for words in (b"first ", b"second", b"third "):
        with open_log(log, max_bytes=5) as output:
            output.write(words)
    assert log.read_bytes() == b"third "
    assert sorted(path.name for path in tmp_path.iterdir()) == ["isp-a.log", "isp-a.log.1"]
    assert (tmp_path / "isp-a.log.1").read_bytes() == b"second"


def test_a_short_log_is_continued(tmp_path: Path) -> None:
    log = tmp_path / "isp-a.log"
    for words in (b"first\n", b"second\n"):
        with open_log(log) as output:
            output.write(words)
    assert log.read_bytes() == b"first\nsecond\n"


def test_the_last_line_is_the_last_that_says_something(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\ntwo\n\n \n")
    assert last_line(log) == "two"


def test_the_last_line_of_an_earlier_run_is_not_quoted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    assert last_line(log, since_bytes=log.stat().st_size) == ""
