from pathlib import Path

from benchmarks.bars import at_least, at_most, forget, keep, kept
from tests.support.reports import report


def test_a_bar_that_is_just_met_holds() -> None:
    assert at_most("waits", 250, bar=250).holds
    assert at_least("quality", 0.92, bar=0.92).holds


def test_a_bar_that_is_missed_does_not() -> None:
    assert not at_most("waits", 250.1, bar=250).holds
    assert not at_least("quality", 0.919, bar=0.92).holds


def test_what_is_kept_is_read_as_it_was(tmp_path: Path) -> None:
    written = report("storm", at_most("waits", 3, bar=4, number=7, unit="s"))
    keep(written, tmp_path / "results")
    assert kept("storm", tmp_path / "results") == written


def test_what_was_never_measured_is_not_there(tmp_path: Path) -> None:
    assert kept("storm", tmp_path) is None


def test_what_is_measured_anew_is_forgotten_first(tmp_path: Path) -> None:
    keep(report("storm"), tmp_path)
    forget("storm", tmp_path)
    forget("hour", tmp_path)
    assert kept("storm", tmp_path) is None
