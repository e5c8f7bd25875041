"""`matinee top` against a running control plane."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from matinee.errors import TokenInvalid
from matinee_backend.__main__ import main
from matinee_backend.top import top
from tests.matinee_backend.test___main__ import serving


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    state = tmp_path_factory.mktemp("control")
    assert main(["init", "--state", str(state)]) == 0
    with serving(state, "--only", "quality") as (url, _):
        yield ["--server", url, "--state", str(state)]


def test_it_shows_how_viewers_fare_once_where_nobody_watches(
    control: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert top(control) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("matinee top  the last 5 minutes  no storm")
    assert "\x1b" not in shown


def test_programs_get_json(control: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert top([*control, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["storm"]["is_on"] is False


def test_only_an_operator_may_look(control: list[str], tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/operator.token").write_text("forged")
    with pytest.raises(TokenInvalid):
        top([*control[:2], "--state", str(tmp_path)])
