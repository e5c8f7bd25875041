from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.trials import TRIALS, Trial, hold

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@pytest.mark.parametrize("trial", TRIALS.values(), ids=lambda trial: trial.name)
def test_a_trial_can_be_held_and_stands_in_the_page(trial: Trial) -> None:
    assert callable(import_module(trial.module).measured)
    assert f"python -m benchmarks {trial.name}" in PAGE.read_text()


def test_a_report_says_what_was_measured_and_on_what() -> None:
    report = hold(TRIALS["hour"], is_smoke=True)
    assert (report.name, report.is_smoke, report.skipped) == ("hour", True, "")
    assert [clause.unit for clause in report.clauses] == ["s"]
    assert report.machine.cores >= 1
