"""Launching: a log of what was said, and an error that quotes it."""

import sys

import pytest
from tests.matinee_local.standin import MODULE

from matinee.errors import ProcessFailed
from matinee_local.launch import how_it_ended, launch, run_module
from matinee_local.state import StateDir


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
        await run_module((MODULE, "--die", "no room"), name="init", log=state.log("init"), deadline_ms=30_000)


async def test_a_module_that_does_not_end_in_time_is_ended(state: StateDir) -> None:
    with pytest.raises(ProcessFailed, match="init did not end within 0 s: it said nothing"):
        await run_module(("timeit", "-n", "1", "input"), name="init", log=state.log("init"), deadline_ms=1)


async def test_words_of_an_earlier_run_are_not_quoted(state: StateDir) -> None:
    state.log("init").write_text("earlier\n")
    with pytest.raises(ProcessFailed, match="it said nothing"):
        await run_module((MODULE, "--die", " "), name="init", log=state.log("init"), deadline_ms=30_000)


def test_an_end_by_a_signal_is_named() -> None:
    assert (how_it_ended(2), how_it_ended(-9)) == ("status 2", "killed by SIGKILL")
