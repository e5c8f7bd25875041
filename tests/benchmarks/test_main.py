from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.bars import at_most, keep, kept
from tests.support.reports import report


def test_one_trial_is_held_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hour", "--smoke", "--json", str(tmp_path)]) == 0
    assert kept("hour", tmp_path) is not None
    assert "an hour of playback" in capsys.readouterr().out


def test_the_table_shows_what_was_measured_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(report("storm", at_most("requests", 3, bar=4, number=7)), tmp_path)
    assert main(["--table", "--json", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "requests" in told
    assert "1 of 1 clauses hold." in told


def test_several_have_a_process_each(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["hour", "hour", "--smoke", "--json", str(tmp_path)]) == 0
    assert kept("hour", tmp_path) is not None
    assert capfd.readouterr().out.count("hour: an hour of playback on virtual time") == 2


def test_an_unknown_trial_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nothing"])
    assert "no such trial: 'nothing'" in capsys.readouterr().err
