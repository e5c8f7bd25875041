"""Processes: identity beyond their number, and an end that leaves nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from matinee.clock import SystemClock
from matinee_local.processes import ProcessId, end, identify, is_alive, wait_gone

WAITS = "import sys; print(flush=True); sys.stdin.read()"
STUBBORN = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS
CLOCK = SystemClock()


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def start(code: str, started: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """A process that leads its own group and has said a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    started.append(process)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def identity(process: subprocess.Popen[bytes]) -> ProcessId:
    found = identify(process.pid)
    assert found is not None
    return found


def test_a_process_is_itself_as_long_as_it_lives() -> None:
    this = identify(os.getpid())
    assert this is not None
    assert this == identify(os.getpid())
    assert is_alive(this)


def test_a_number_without_a_process_is_nobody() -> None:
    assert identify(2**30) is None


def test_a_zombie_is_gone(started: list[subprocess.Popen[bytes]]) -> None:
    process = start("print()", started)
    known = identify(process.pid)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert identify(process.pid) is None
    assert known is None or not is_alive(known)


async def test_another_process_of_the_same_number_is_left_alone(started: list[subprocess.Popen[bytes]]) -> None:
    process = start(WAITS, started)
    earlier = ProcessId(process.pid, "in another life")
    assert not is_alive(earlier)
    await end(earlier, grace_ms=1000, clock=CLOCK)
    assert process.poll() is None


async def test_a_process_that_obeys_ends_by_sigterm(started: list[subprocess.Popen[bytes]]) -> None:
    process = start(WAITS, started)
    await end(identity(process), grace_ms=10_000, clock=CLOCK)
    assert process.wait() == -signal.SIGTERM


async def test_a_process_that_does_not_obey_ends_by_sigkill(started: list[subprocess.Popen[bytes]]) -> None:
    process = start(STUBBORN, started)
    await end(identity(process), grace_ms=50, clock=CLOCK)
    assert process.wait() == -signal.SIGKILL


async def test_what_the_leader_started_ends_with_it(started: list[subprocess.Popen[bytes]]) -> None:
    process = start(
        "import subprocess, sys; it = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE);"
        "print(flush=True); print(it.pid, flush=True); sys.stdin.read()",
        started,
    )
    assert process.stdout is not None
    grandchild = identify(int(process.stdout.readline()))
    assert grandchild is not None
    await end(identity(process), grace_ms=10_000, clock=CLOCK)
    assert await wait_gone(grandchild, by_ms=CLOCK.now_ms() + 10_000, clock=CLOCK)


async def test_waiting_for_an_end_that_does_not_come_ends_at_its_deadline() -> None:
    this = identify(os.getpid())
    assert this is not None
    assert not await wait_gone(this, by_ms=CLOCK.now_ms() + 50, clock=CLOCK)
