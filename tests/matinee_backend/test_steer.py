"""`matinee steer --explain` against a running control plane."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from matinee.errors import ServiceUnavailable, SettingsInvalid, TokenInvalid
from matinee_backend.__main__ import main
from matinee_backend.steer import steer
from tests.matinee_backend.test___main__ import serving
from tests.support.control_plane import heartbeat


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The URL of a control plane that has heard isp-a, which holds sintel; and its state folder."""
    state = tmp_path_factory.mktemp("control")
    assert main(["init", "--state", str(state)]) == 0
    with serving(state, "--only", "steering") as (url, _):
        token = (state / "secrets/tokens/isp-a.control").read_text()
        answer = httpx2.post(
            f"{url}/v1/appliances/isp-a/heartbeat",
            content=msgspec.json.encode(heartbeat("isp-a", titles=("sintel",))),
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        assert answer.status_code == 200
        yield url, state


def asked(control: tuple[str, Path], *more: str, title: str = "sintel") -> list[str]:
    url, state = control
    return ["--explain", "--client", "10.1.2.3", "--title", title, "--server", url, "--state", str(state), *more]


def test_it_prints_who_would_serve_and_why(control: tuple[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert steer(asked(control)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "sintel for 10.1.2.3, announced by nobody"
    assert "isp-a" in lines[2]


def test_programs_get_json_and_nobody_to_serve_is_a_failure(
    control: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert steer(asked(control, "--json", title="other")) == 1
    explained = json.loads(capsys.readouterr().out)
    assert explained["places"] == []
    assert explained["left_out"][0]["name"] == "isp-a"


def test_what_is_wrong_is_a_typed_error(control: tuple[str, Path], tmp_path: Path) -> None:
    url, _ = control
    with pytest.raises(SettingsInvalid):
        steer(asked((url, tmp_path)))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/operator.token").write_text("forged")
    with pytest.raises(TokenInvalid):
        steer(asked((url, tmp_path)))
    with pytest.raises(ServiceUnavailable):
        steer(asked(("http://127.0.0.1:1", tmp_path)))
