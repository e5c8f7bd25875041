"""The real system, once for all tests that only use it; it starts when the first of them does."""

from collections.abc import Iterator

import pytest

from matinee.wire.title import TitleIndex
from matinee_local.state import StateDir
from tests.support.system import House, copied, make_state, opened


@pytest.fixture(scope="session")
def made_state(tmp_path_factory: pytest.TempPathFactory) -> tuple[StateDir, TitleIndex]:
    """One title, encoded; to be copied, since nothing may run in it."""
    state = StateDir(tmp_path_factory.mktemp("evening") / "made")
    return state, make_state(state)


@pytest.fixture(scope="session")
def house(made_state: tuple[StateDir, TitleIndex], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Five processes. Whoever breaks something in it mends it."""
    made, title = made_state
    with opened(copied(made, tmp_path_factory.mktemp("house") / "state"), title) as house:
        yield house


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden logs anew instead of comparing")


@pytest.fixture
def update_golden(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-golden"))
