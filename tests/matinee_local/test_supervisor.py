"""The supervisor: started in order, kept running, gone afterwards."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

import pytest

from matinee.clock import SystemClock
from matinee.errors import ProcessFailed, RequestInvalid
from matinee_local.plan import Process, UrlOf
from matinee_local.processes import ProcessId, identify, is_alive, wait_gone
from matinee_local.record import Entry, Record, read_record, write_record
from matinee_local.state import StateDir
from matinee_local.supervisor import SupervisorSettings, System, running_system, stop_recorded
from tests.matinee_local.standin import document_at, standin

CLOCK = SystemClock()
SETTINGS = SupervisorSettings(restart_first_ms=1)
DEADLINE_MS = 30_000

PROGRAM = """
import asyncio, sys
from pathlib import Path
from matinee.clock import SystemClock
from matinee_local.state import StateDir
from matinee_local.supervisor import SupervisorSettings, running_system
from tests.matinee_local.standin import document_at, standin

async def main():
    async with running_system(
        [standin("one")], state=StateDir(Path(sys.argv[1])), host="127.0.0.1", clock=SystemClock(),
        tell=lambda line: None, settings=SupervisorSettings(),
    ):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


class Told:
    """What a supervisor says, and a way to wait for it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)

    async def wait(self, words: str) -> str:
        by_ms = CLOCK.now_ms() + DEADLINE_MS
        while not (said := [line for line in self.lines if words in line]):
            assert CLOCK.now_ms() < by_ms, self.lines
            await CLOCK.wait_until(CLOCK.now_ms() + 10)
        return said[0]


def system(
    state: StateDir, plan: Sequence[Process], told: Told, settings: SupervisorSettings = SETTINGS
) -> AbstractAsyncContextManager[System]:
    return running_system(plan, state=state, host="127.0.0.1", clock=CLOCK, tell=told, settings=settings)


async def told_by(url: str) -> dict[str, object]:
    return await document_at(f"{url}/v1/status")


def identities(running: System) -> list[ProcessId]:
    return [child.identity for child in running.children if child.identity is not None]


async def test_a_process_is_told_the_urls_of_those_before_it(state: StateDir) -> None:
    plan = [standin("one"), standin("two", "--parent", UrlOf("one"))]
    async with system(state, plan, Told()) as running:
        assert (await told_by(running.url("two")))["parent"] == running.url("one")


async def test_nothing_is_left_afterwards(state: StateDir) -> None:
    async with system(state, [standin("one"), standin("two")], Told()) as running:
        alive = identities(running)
        assert [is_alive(it) for it in alive] == [True, True]
    assert [is_alive(it) for it in alive] == [False, False]
    assert [path.name for path in state.run.iterdir()] == []


async def test_nothing_is_left_when_the_block_fails_and_the_error_is_its_own(state: StateDir) -> None:
    alive: list[ProcessId] = []

    async def fail_inside() -> None:
        async with system(state, [standin("one")], Told()) as running:
            alive.extend(identities(running))
            raise RequestInvalid("It.")

    with pytest.raises(RequestInvalid):
        await fail_inside()
    assert [is_alive(it) for it in alive] == [False]


async def test_nothing_is_left_when_it_is_cancelled(state: StateDir) -> None:
    started: asyncio.Future[list[ProcessId]] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        async with system(state, [standin("one")], Told()) as running:
            started.set_result(identities(running))
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(work())
        alive = await started
        task.cancel()
    assert not is_alive(alive[0])


async def test_one_that_dies_at_its_start_is_quoted_and_the_others_end(state: StateDir) -> None:
    told = Told()
    with pytest.raises(ProcessFailed, match=r"two ended at its start: no such key \(.*two.log\)"):
        async with system(state, [standin("one"), standin("two", "--die", "no such key")], told):
            pytest.fail("it started")
    assert [line.partition(" is up")[0] for line in told.lines] == ["one"]
    assert list(state.run.iterdir()) == []


@pytest.mark.parametrize("fault", ["--mute", "--ill"])
async def test_one_that_does_not_become_healthy_fails_at_its_deadline(state: StateDir, fault: str) -> None:
    settings = SupervisorSettings(start_deadline_ms=1_000)
    with pytest.raises(ProcessFailed, match="one is not healthy after 1 s"):
        async with system(state, [standin("one", fault)], Told(), settings):
            pytest.fail("it started")


async def test_one_that_crashes_is_started_again_at_the_same_address(state: StateDir) -> None:
    told = Told()
    async with system(state, [standin("one")], told) as running:
        before, url = identities(running), running.url("one")
        os.kill(running.children[0].pid, signal.SIGKILL)
        assert await told.wait("ended") == "one ended (killed by SIGKILL); it is started again in 1 ms."
        assert await told.wait("up again") == f"one is up again: {url}"
        assert identities(running) != before
        assert (await told_by(url))["titles"] == ["a-title"]
        record = read_record(state)
        assert record is not None
        assert [entry.process for entry in record.entries] == identities(running)


async def test_one_that_cannot_start_again_is_tried_again_ever_more_slowly(state: StateDir) -> None:
    told = Told()
    async with system(state, [standin("one")], told) as running:
        # Its port is taken by the time it is started again.
        os.kill(running.children[0].pid, signal.SIGSTOP)
        port = urlsplit(running.url("one")).port
        state.ready_file("one").unlink()
        child = running.children[0]
        child.process = standin("one", "--die", "not again", port=port or 0)
        os.kill(child.pid, signal.SIGKILL)
        await told.wait("again in 4 ms")
    delays = [line.split()[-2] for line in told.lines if "again in" in line]
    assert delays[:3] == ["1", "2", "4"]
    assert any("one ended at its start: not again" in line for line in told.lines)


async def test_one_that_was_struck_stays_down(state: StateDir) -> None:
    told = Told()
    async with system(state, [standin("one"), standin("two")], told) as running:
        struck, other = identities(running)
        running.strike("one")
        assert await wait_gone(struck, by_ms=CLOCK.now_ms() + DEADLINE_MS, clock=CLOCK)
        # The other one crashes later and is back: so this one would have been, too.
        os.kill(other.pid, signal.SIGKILL)
        await told.wait("two is up again")
        assert not any(line.startswith("one ended") for line in told.lines)


async def test_the_children_of_a_supervisor_that_was_killed_do_not_linger(state: StateDir) -> None:
    supervisor = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, str(state.root), stdout=PIPE)
    assert supervisor.stdout is not None
    await asyncio.wait_for(supervisor.stdout.readline(), DEADLINE_MS / 1000)
    record = read_record(state)
    assert record is not None
    supervisor.kill()
    await supervisor.wait()
    assert await wait_gone(record.entries[0].process, by_ms=CLOCK.now_ms() + DEADLINE_MS, clock=CLOCK)


async def test_what_an_earlier_supervisor_left_behind_is_ended_before_the_start(state: StateDir) -> None:
    async with system(state, [standin("one")], Told()) as left_behind:
        record = read_record(state)
        assert record is not None
        left_behind.children[0].is_kept = False
        async with system(state, [standin("one")], Told()) as running:
            assert not is_alive(record.entries[0].process)
            assert is_alive(identities(running)[0])


async def test_a_recorded_system_without_its_supervisor_is_stopped(state: StateDir) -> None:
    async with system(state, [standin("one")], Told()) as running:
        running.children[0].is_kept = False
        record = read_record(state)
        assert record is not None
        write_record(state, Record(supervisor=ProcessId(os.getpid(), "long gone"), entries=record.entries))
        assert await stop_recorded(state, clock=CLOCK, settings=SETTINGS) == ("one",)
        assert not is_alive(record.entries[0].process)
        assert read_record(state) is None


async def test_a_stranger_who_has_the_number_of_a_recorded_process_is_left_alone(state: StateDir) -> None:
    this = identify(os.getpid())
    assert this is not None
    stranger = ProcessId(this.pid, "another birth")
    entry = Entry(name="one", process=stranger, url="", started_wall_ms=0)
    write_record(state, Record(supervisor=stranger, entries=(entry,)))
    assert await stop_recorded(state, clock=CLOCK, settings=SETTINGS) == ("one",)
    assert is_alive(this)


async def test_there_may_be_nothing_to_stop(state: StateDir) -> None:
    assert await stop_recorded(state, clock=CLOCK, settings=SETTINGS) == ()
