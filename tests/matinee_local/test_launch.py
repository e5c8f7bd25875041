"""Launching: a log of what was said, and an error that quotes it."""

import asyncio
import json
import sys

import pytest

from matinee.clock import SystemClock
from matinee.errors import ProcessFailed
from matinee_local.launch import how_it_ended, launch, run_before_us, run_to_end
from matinee_local.processes import identify, is_alive
from matinee_local.state import StateDir
from tests.matinee_local.standin import MODULE

PYTHON = (sys.executable, "-m")


async def test_what_a_process_says_stands_in_its_log(state: StateDir) -> None:
    launched = await launch((sys.executable, "-c", "print('out'); raise SystemExit('err')"), log=state.log("it"))
    assert await launched.running.wait() == 1
    assert state.log("it").read_text().split() == ["out", "err"]


async def test_a_process_is_out_of_reach_of_the_terminals_signals(state: StateDir) -> None:
    code = "import os; print(os.getsid(0) == os.getpid())"
    await (await launch((sys.executable, "-c", code), log=state.log("it"))).running.wait()
    assert state.log("it").read_text() == "True\n"


async def test_a_module_that_ends_badly_is_quoted(state: StateDir) -> None:
    with pytest.raises(ProcessFailed, match=r"init failed \(status 3\): no room \(.*init.log\)\. Read its log\."):
        await run_to_end((*PYTHON, MODULE, "--die", "no room"), name="init", log=state.log("init"), deadline_ms=30_000)


async def test_a_module_that_does_not_end_in_time_is_ended(state: StateDir) -> None:
    with pytest.raises(ProcessFailed, match="init did not end within 0 s: it said nothing"):
        await run_to_end((*PYTHON, "timeit", "-n", "1", "input"), name="init", log=state.log("init"), deadline_ms=1)


async def test_words_of_an_earlier_run_are_not_quoted(state: StateDir) -> None:
    state.log("init").write_text("earlier\n")
    with pytest.raises(ProcessFailed, match="it said nothing"):
        await run_to_end((*PYTHON, MODULE, "--die", " "), name="init", log=state.log("init"), deadline_ms=30_000)


def test_an_end_by_a_signal_is_named() -> None:
    assert (how_it_ended(2), how_it_ended(-9)) == ("status 2", "killed by SIGKILL")


@pytest.mark.parametrize("is_interactive", [True, False])
async def test_the_status_of_what_runs_before_us_is_told(is_interactive: bool) -> None:
    assert await run_before_us((MODULE, "--die", "words"), is_interactive=is_interactive) == 3


@pytest.mark.parametrize("is_interactive", [True, False])
async def test_what_runs_before_us_ends_when_we_are_cancelled(state: StateDir, is_interactive: bool) -> None:
    ready_file = state.ready_file("it")
    work = run_before_us((MODULE, "--ready-file", str(ready_file)), is_interactive=is_interactive)
    clock = SystemClock()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        while not ready_file.exists():
            await clock.wait_until(clock.now_ms() + 10)
        identity = identify(json.loads(ready_file.read_text())["pid"])
        assert identity is not None
        task.cancel()
    assert not is_alive(identity)
