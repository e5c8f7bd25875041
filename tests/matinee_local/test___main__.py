"""`matinee up`, `status` and `down`, with the real system: five programs on loopback."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from matinee.clock import SystemClock
from matinee_local.processes import is_alive, wait_gone
from matinee_local.record import read_record
from matinee_local.state import StateDir
from matinee_local.status import SystemStatus

EVERYBODY = ["control-plane", "origin", "exchange", "isp-a", "isp-b"]


def matinee(command: str, state: StateDir, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "matinee", command, "--state", str(state.root), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[StateDir]:
    """A state directory of which nothing runs on after the test."""
    state = StateDir(tmp_path / "state")
    yield state
    matinee("down", state)


def seen(state: StateDir) -> SystemStatus:
    return msgspec.json.decode(matinee("status", state, "--json").stdout, type=SystemStatus)


async def test_a_system_goes_on_in_the_background_until_it_is_told_to_stop(house: StateDir) -> None:
    started = matinee("up", house, "--port", "0", "--detach")
    assert (started.returncode, started.stderr) == (0, "")
    assert started.stdout.splitlines()[-1] == "The system is up."
    status = seen(house)
    assert status.is_healthy
    assert [it.name for it in status.processes] == EVERYBODY
    record = read_record(house)
    assert record is not None
    assert matinee("status", house).returncode == 0
    assert matinee("down", house).stdout == f"Stopped: {', '.join(EVERYBODY)}.\n"
    assert [entry.name for entry in record.entries if is_alive(entry.process)] == []
    assert not is_alive(record.supervisor)
    again = matinee("status", house)
    assert (again.returncode, again.stdout) == (
        1,
        f"Nothing runs in {house.root}. Start it with `matinee up`.\n",
    )


async def test_what_a_killed_supervisor_leaves_is_gone_and_the_state_survives(house: StateDir) -> None:
    assert matinee("up", house, "--port", "0", "--detach").returncode == 0
    secret = (house.secrets / "signing.key").read_bytes()
    record = read_record(house)
    assert record is not None
    os.kill(record.supervisor.pid, signal.SIGKILL)
    clock = SystemClock()
    for entry in record.entries:
        assert await wait_gone(entry.process, by_ms=clock.now_ms() + 30_000, clock=clock), entry.name
    assert not seen(house).is_healthy
    assert matinee("up", house, "--port", "0", "--detach").returncode == 0
    assert seen(house).is_healthy
    assert (house.secrets / "signing.key").read_bytes() == secret


def test_a_second_system_in_the_same_state_is_refused_in_one_line(house: StateDir) -> None:
    assert matinee("up", house, "--port", "0", "--detach").returncode == 0
    refused = matinee("up", house, "--port", "0", "--detach")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"matinee up: Another `matinee up` runs in {house.root}.")
    assert refused.stderr.count("\n") == 1
    assert seen(house).is_healthy


def test_a_port_that_is_taken_is_named_in_one_line(house: StateDir) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = matinee("up", house, "--port", port)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"matinee up: 127.0.0.1:{port} cannot be listened on: Address already in use.")
    assert refused.stderr.count("\n") == 1


def test_a_port_that_is_none_is_refused(house: StateDir) -> None:
    assert matinee("up", house, "--port", "70000").returncode == 2


def test_there_may_be_nothing_to_stop(house: StateDir) -> None:
    assert matinee("down", house).stdout == f"Nothing runs in {house.root}.\n"
