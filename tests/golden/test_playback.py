"""Golden evenings: the real player decides in virtual time, millisecond for millisecond, as it did before.

A change that is meant is written down by `pytest tests/golden --update-golden`, and read in the diff.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from matinee.testing.log import assert_golden
from tests.support.evenings import EVENINGS, Evening, spent

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "playback"


@pytest.mark.parametrize("name", EVENINGS)
def test_an_evening_goes_as_it_always_went(name: str, update_golden: bool) -> None:
    assert_golden(spent(EVENINGS[name]).log, FOLDER / f"{name}.jsonl", update=update_golden)


def test_the_same_evening_twice_in_one_process_is_the_same() -> None:
    evening = EVENINGS["all-away"]
    assert spent(evening).log == spent(evening).log


@pytest.mark.parametrize("hash_seed", ["0", "1", "4711"])
def test_no_hash_seed_changes_an_evening(hash_seed: str) -> None:
    program = "import sys; from tests.support.evenings import *; sys.stdout.write(spent(EVENINGS['all-away']).log)"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "sdk"), str(ROOT))), "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert told.stdout == (FOLDER / "all-away.jsonl").read_bytes()


def test_an_hour_is_played_to_its_end() -> None:
    report = spent(Evening(), duration_ms=3_600_000).report
    assert (report.ended, report.played_ms, report.stalls) == (True, 3_600_000, 0)


def test_every_log_has_its_evening() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(EVENINGS)
