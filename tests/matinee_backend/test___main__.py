"""The program: a real process, its ready file, its death, and its state after it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from matinee.crypto.agreement import AgreementKey
from matinee.wire.steering import shelf_digest
from matinee.wire.title import TitleIndex
from matinee_backend.__main__ import main

DEVICE = {"name": "Television", "agreement_key": AgreementKey.generate().public}


@contextmanager
def serving(state: Path, *more: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The URL and the process of a control plane that listens; it is dead at the end."""
    ready = state / "run" / "control.json"
    argv = [sys.executable, "-m", "matinee_backend", "serve", "--state", str(state), "--port", "0"]
    with subprocess.Popen([*argv, "--ready-file", str(ready), *more], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert "control listens on" in process.stderr.readline()
            yield json.loads(ready.read_text())["url"], process
        finally:
            process.kill()


def log_in(url: str, state: Path) -> dict[str, Any]:
    demo = json.loads((state / "secrets" / "demo-account.json").read_text())
    login: dict[str, Any] = httpx2.post(f"{url}/v1/login", json={**demo, "device": DEVICE}, timeout=20).json()
    return login


def test_what_was_acknowledged_is_still_there_after_a_kill(tmp_path: Path) -> None:
    assert main(["init", "--state", str(tmp_path)]) == 0
    with serving(tmp_path) as (url, process):
        login = log_in(url, tmp_path)
        headers = {"Authorization": f"Bearer {login['access_token']}"}
        stall = {"type": "StallEnded", "id": "e1", "session_id": "s1", "ts": 1, "stall_ms": 5}
        told = httpx2.post(f"{url}/v1/telemetry", json={"events": [stall]}, headers=headers, timeout=20)
        assert told.status_code == 202
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
    with serving(tmp_path) as (url, process):
        assert httpx2.get(f"{url}/healthz", timeout=20).json() == {"status": "ok"}
        assert httpx2.get(f"{url}/v1/profiles", headers=headers, timeout=20).status_code == 200
        assert log_in(url, tmp_path)["device_id"] == login["device_id"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert b"StallEnded" in next((tmp_path / "control" / "events").glob("*.events")).read_bytes()


def test_services_in_processes_of_their_own_share_the_stores(tmp_path: Path) -> None:
    main(["init", "--state", str(tmp_path)])
    index = TitleIndex(title_id="sintel", name="Sintel", duration_ms=1_000, ladder=())
    (tmp_path / "media" / "sintel").mkdir()
    (tmp_path / "media" / "sintel" / "title.json").write_bytes(msgspec.json.encode(index))
    token = (tmp_path / "secrets" / "tokens" / "exchange.control").read_text()
    beat = {"appliance": "exchange", "kind": "exchange", "base_url": "http://e.example", "shelf": shelf_digest(())}
    headers = {"Authorization": f"Bearer {token}"}
    with serving(tmp_path, "--only", "ingest"), serving(tmp_path, "--only", "steering") as (url, _):
        heartbeat_url, placed, tries = f"{url}/v1/appliances/exchange/heartbeat", None, 0
        while placed != ["sintel"] and tries < 2_000:
            reply = httpx2.post(heartbeat_url, json=beat, headers=headers, timeout=20).json()
            placed, tries = [title["title_id"] for title in reply["placement"]["titles"]], tries + 1
        assert httpx2.post(f"{url}/v1/login", json={}, timeout=20).status_code == 404
    assert placed == ["sintel"]


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--state", str(tmp_path / "nothing")]) == 1
    assert main(["init", "--state", str(tmp_path), "--appliances", "Bad Name"]) == 1
    assert main(["serve", "--state", str(tmp_path), "--only", "nonsense"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "matinee-backend serve",
        "matinee-backend init",
        "matinee-backend serve",
    ]


def test_an_account_is_added_from_standard_input(tmp_path: Path) -> None:
    main(["init", "--state", str(tmp_path)])
    argv = [sys.executable, "-m", "matinee_backend", "account", "add", "ada@matinee.example", "--state", str(tmp_path)]
    added = subprocess.run(argv, input="long enough\n", text=True, capture_output=True, check=True, timeout=60)
    assert added.stdout == "ada@matinee.example can log in\n"
    again = subprocess.run(argv, input="long enough\n", text=True, capture_output=True, check=False, timeout=60)
    assert again.returncode == 1
    assert again.stderr.startswith("matinee-backend account: There is an account ada@matinee.example already.")


def test_a_device_is_revoked_and_taken_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "--state", str(tmp_path)])
    assert main(["revoke", "device", "d1", "--state", str(tmp_path)]) == 0
    assert main(["revoke", "device", "d1", "--undo", "--state", str(tmp_path)]) == 0
    said = capsys.readouterr().out.splitlines()[-2:]
    assert said == ["the device d1 gets no license", "the device d1 gets licenses again"]
