"""Status: what is well, what is silent, what is dead."""

import os
import signal
from contextlib import AbstractAsyncContextManager

from matinee.clock import SystemClock
from matinee_local.processes import wait_gone
from matinee_local.state import StateDir
from matinee_local.status import ProcessStatus, SystemStatus, status_table, system_status
from matinee_local.supervisor import SupervisorSettings, System, running_system
from tests.matinee_local.standin import standin

CLOCK = SystemClock()


def running(state: StateDir, *names: str) -> AbstractAsyncContextManager[System]:
    plan = [standin(name) for name in names]
    settings = SupervisorSettings()
    return running_system(plan, state=state, host="127.0.0.1", clock=CLOCK, tell=lambda line: None, settings=settings)


async def test_a_system_that_runs_is_healthy_and_says_what_its_shelves_hold(state: StateDir) -> None:
    async with running(state, "one") as system:
        seen = await system_status(state, clock=CLOCK)
        assert seen.is_healthy
        [one] = seen.processes
        assert (one.name, one.health, one.url, one.pid) == (
            "one",
            "healthy",
            system.url("one"),
            system.children[0].pid,
        )
        assert (one.titles, one.bytes_sent) == (("a-title",), 1_500_000)


async def test_a_process_that_is_stopped_is_dead_in_the_eyes_of_others(state: StateDir) -> None:
    async with running(state, "one", "two") as system:
        system.strike("one")
        identity = system.children[0].identity
        assert identity is not None
        assert await wait_gone(identity, by_ms=CLOCK.now_ms() + 30_000, clock=CLOCK)
        seen = await system_status(state, clock=CLOCK)
        assert [(it.name, it.health) for it in seen.processes] == [("one", "dead"), ("two", "healthy")]
        assert not seen.is_healthy


async def test_a_process_that_hangs_is_silent(state: StateDir) -> None:
    async with running(state, "one") as system:
        os.kill(system.children[0].pid, signal.SIGSTOP)
        seen = await system_status(state, clock=CLOCK)
        os.kill(system.children[0].pid, signal.SIGCONT)
        assert [it.health for it in seen.processes] == ["silent"]


async def test_where_nothing_runs_nothing_is_healthy(state: StateDir) -> None:
    assert not (await system_status(state, clock=CLOCK)).is_healthy


def test_the_table_says_it_in_units_for_people() -> None:
    status = SystemStatus(
        is_supervised=True,
        processes=tuple(
            ProcessStatus(
                name="isp-a",
                health="healthy",
                url="http://x",
                pid=7,
                uptime_ms=uptime_ms,
                titles=("a",),
                bytes_sent=12_345_678,
            )
            for uptime_ms in (9_000, 130_000, 4_000_000)
        ),
    )
    assert status_table(status).splitlines()[1:] == [
        "isp-a  healthy  http://x  7    9 s        1       12.3 MB",
        "isp-a  healthy  http://x  7    2 min      1       12.3 MB",
        "isp-a  healthy  http://x  7    1 h 6 min  1       12.3 MB",
    ]
