"""A state directory of its own for every test."""

from pathlib import Path

import pytest

from matinee_local.state import StateDir


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    made = StateDir(tmp_path / "state")
    made.prepare()
    return made
