"""The outage: it hits the appliance that is in use."""

import asyncio

from matinee.clock import SystemClock
from matinee_local.outage import in_use, strike_in_use
from matinee_local.state import StateDir
from matinee_local.supervisor import SupervisorSettings, running_system
from tests.matinee_local.standin import document_at, standin


def test_the_one_in_use_is_the_one_that_was_asked_most_since() -> None:
    before = {"isp-a": 100, "isp-b": 9_000, "exchange": 50_000}
    assert in_use(before, {"isp-a": 700, "isp-b": 9_100, "exchange": 50_000}) == "isp-a"


def test_what_was_asked_before_does_not_count() -> None:
    assert in_use({"isp-a": 100}, {"isp-a": 100}) is None


def test_an_appliance_that_is_seen_for_the_first_time_counts_from_nothing() -> None:
    assert in_use({}, {"isp-b": 5}) == "isp-b"


async def test_the_appliance_in_use_dies_and_the_others_live(state: StateDir) -> None:
    clock, told = SystemClock(), list[str]()
    async with running_system(
        [standin("idle"), standin("busy")],
        state=state,
        host="127.0.0.1",
        clock=clock,
        tell=told.append,
        settings=SupervisorSettings(),
    ) as system:
        async with asyncio.TaskGroup() as group:
            strike = group.create_task(
                strike_in_use(system, ("idle", "busy"), after_ms=1, clock=clock, tell=told.append)
            )
            while not strike.done():
                await document_at(f"{system.url('busy')}/v1/send?bytes=1000")
        assert strike.result() == "busy"
        assert told[-1] == "Outage: busy was killed (kill -9) and stays down."
        launches = [child.launch for child in system.children]
        assert launches[0] is not None
        assert launches[1] is not None
        assert await launches[1].running.wait() == -9
        assert launches[0].running.returncode is None
