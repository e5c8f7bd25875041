"""Starting a system: what is looked at before, what is said when it cannot be."""

import socket
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import pytest

from matinee.clock import SystemClock
from matinee.errors import AlreadyRunning, ProcessFailed, SettingsInvalid
from matinee_local.plan import Process
from matinee_local.startup import started
from matinee_local.state import StateDir
from matinee_local.supervisor import System
from tests.matinee_local.standin import MODULE, standin

WELL = ("tests.matinee_local.standin", "--help")


def start(state: StateDir, *plan: Process, init: Sequence[str] = WELL) -> AbstractAsyncContextManager[System]:
    return started(plan, init=init, state=state, host="127.0.0.1", clock=SystemClock(), tell=lambda line: None)


async def test_the_system_runs_after_its_secrets_were_made(state: StateDir) -> None:
    async with start(state, standin("one")) as system:
        assert system.url("one").startswith("http://127.0.0.1:")
        assert "usage" in state.log("init").read_text()


async def test_nothing_is_started_without_secrets(state: StateDir) -> None:
    with pytest.raises(ProcessFailed, match=r"init failed .*: no secrets"):
        async with start(state, standin("one"), init=(MODULE, "--die", "no secrets")):
            pytest.fail("it started")
    assert not state.log("one").exists()


async def test_a_port_that_is_taken_is_named_before_anything_is_started(state: StateDir) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsInvalid, match=f"127.0.0.1:{port} cannot be listened on: Address already in use"):
            async with start(state, standin("one", port=port)):
                pytest.fail("it started")
    assert not state.log("init").exists()


async def test_a_second_system_in_the_same_state_is_refused_and_does_not_disturb_the_first(state: StateDir) -> None:
    async with start(state, standin("one")) as first:
        with pytest.raises(AlreadyRunning):
            async with start(state, standin("one")):
                pytest.fail("it started")
        assert first.children[0].launch is not None
        assert first.children[0].launch.running.returncode is None
