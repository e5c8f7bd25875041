"""Telemetry on its way from a device to its collector, whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from matinee.core.outbox import MOST_EVENTS
from matinee.policy.settings import RetrySettings
from matinee.runtime.courier import Courier
from matinee.runtime.http import Http, Network
from matinee.runtime.journal import FileJournal, Journal
from matinee.runtime.service import Service
from matinee.runtime.tasks import Tasks
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.faults import Refusal, Refused
from matinee.testing.network import ScriptedNetwork
from matinee.wire.telemetry import StallEnded
from tests.support.collector import URL, Collector
from tests.support.servers import serving

RETRY = RetrySettings()
AWAY_MS = 60_000


class FullDisk:
    """A journal that reads and cannot write."""

    def read(self) -> bytes:
        return b""

    def append(self, data: bytes) -> None:
        raise OSError(f"no room for {len(data)} bytes")

    def replace(self, data: bytes) -> None:
        if data:
            raise OSError(f"no room for {len(data)} bytes")

    def close(self) -> None:
        pass


def courier(http: Network, journal: Journal | None = None) -> Courier:
    return Courier(Service("http://collector.test", http, retry=RETRY), retry=RETRY, journal=journal)


def tell(it: Courier, *numbers: int) -> None:
    for number in numbers:
        it.put(StallEnded(event_id=f"e{number}", session_id="s", ts=0, stall_ms=number))


def named(*numbers: int) -> list[str]:
    return [f"e{number}" for number in numbers]


@asynccontextmanager
async def delivering(it: Courier, url: str = URL) -> AsyncIterator[None]:
    async with Tasks() as tasks:
        tasks.start(it.run(url))
        yield


@pytest.mark.parametrize("fault", [Refused(), Refusal(503), Refusal(429, "20"), Refusal(401)])
def test_a_collector_that_is_away_for_a_minute_gets_everything_once(fault: Refused | Refusal) -> None:
    async def story(clock: VirtualClock) -> Collector:
        collector = Collector()
        network = ScriptedNetwork(clock, hosts={"collector.test": collector})
        network.fail(fault, until_ms=AWAY_MS)
        it = courier(network)
        async with delivering(it):
            for number in range(90):
                tell(it, number)
                await clock.wait_until(clock.now_ms() + 1_000)
            await clock.wait_until(clock.now_ms() + 30_000)
        return collector

    collector = run_virtual(story)
    assert (sorted(collector.heard), collector.dropped) == (sorted(named(*range(90))), 0)


def test_beyond_the_bound_the_count_of_drops_is_exact() -> None:
    async def story(clock: VirtualClock) -> Collector:
        collector = Collector()
        network = ScriptedNetwork(clock, hosts={"collector.test": collector})
        network.fail(Refusal(503), until_ms=AWAY_MS)
        it = courier(network)
        async with delivering(it):
            for second in range(60):
                tell(it, *range(second * 50, second * 50 + 50))
                await clock.wait_until(clock.now_ms() + 1_000)
            await clock.wait_until(clock.now_ms() + 60_000)
        return collector

    collector = run_virtual(story)
    assert len(collector.heard) == len(set(collector.heard)) == MOST_EVENTS
    assert collector.dropped == 3_000 - MOST_EVENTS


def test_what_a_process_could_not_deliver_the_next_one_does(tmp_path: Path) -> None:
    async def story(clock: VirtualClock) -> Collector:
        collector = Collector()
        network = ScriptedNetwork(clock, hosts={"collector.test": collector})
        network.fail(Refusal(503), until_ms=AWAY_MS)
        for life in range(3):
            journal = FileJournal(tmp_path / "a.journal")
            it = courier(network, journal)
            async with delivering(it):
                tell(it, *range(life * 600, life * 600 + 600))
                await clock.wait_until(clock.now_ms() + AWAY_MS // 2)
            # What a kill leaves: the file as it is.
            journal.close()
        return collector

    collector = run_virtual(story)
    assert len(set(collector.heard)) + collector.dropped == 1_800
    assert (tmp_path / "a.journal").read_bytes() == b""


def test_a_wish_to_be_left_alone_is_kept_also_at_the_end() -> None:
    async def story(clock: VirtualClock) -> list[int]:
        network = ScriptedNetwork(clock, hosts={"collector.test": Collector()})
        network.fail(Refusal(429, "100"), most=1)
        it = courier(network)
        async with delivering(it):
            tell(it, 1)
            await clock.wait_until(30_000)
            await it.hurry(URL, deadline_ms=2_000)
            await clock.wait_until(200_000)
        return [exchange.at_ms for exchange in network.exchanges]

    first_ms, second_ms = run_virtual(story)
    assert second_ms - first_ms >= 100_000


def test_a_collector_that_is_gone_is_told_no_more() -> None:
    async def story(clock: VirtualClock) -> int:
        network = ScriptedNetwork(clock, hosts={"collector.test": Collector()})
        network.fail(Refusal(410))
        it = courier(network)
        async with delivering(it):
            tell(it, 1)
            await clock.wait_until(60_000)
            tell(it, 2)
            await clock.wait_until(120_000)
            await it.hurry(URL, deadline_ms=2_000)
        return len(network.exchanges)

    assert run_virtual(story) == 1


def test_events_that_are_refused_are_counted_and_dropped() -> None:
    async def story(clock: VirtualClock) -> tuple[Collector, int]:
        collector = Collector(refuses=frozenset(["e1"]))
        it = courier(ScriptedNetwork(clock, hosts={"collector.test": collector}))
        tell(it, 0, 1, 2)
        await it.hurry(URL, deadline_ms=2_000)
        await it.hurry(URL, deadline_ms=2_000)
        return collector, it.refusals

    collector, refusals = run_virtual(story)
    assert (collector.heard, collector.dropped, refusals) == (named(0, 2), 0, 1)


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_batch_that_nobody_can_read_does_not_hold_up_the_next(status: int) -> None:
    async def story(clock: VirtualClock) -> Collector:
        collector = Collector()
        network = ScriptedNetwork(clock, hosts={"collector.test": collector})
        network.fail(Refusal(status), most=1)
        it = courier(network)
        tell(it, 0, 1)
        await it.hurry(URL, deadline_ms=2_000)
        assert it.dropped == 2
        tell(it, 2)
        await it.hurry(URL, deadline_ms=2_000)
        return collector

    collector = run_virtual(story)
    assert (collector.heard, collector.dropped) == (named(2), 2)


def test_a_full_disk_costs_the_memory_of_the_process_and_nothing_else() -> None:
    async def story(clock: VirtualClock) -> Collector:
        collector = Collector()
        it = courier(ScriptedNetwork(clock, hosts={"collector.test": collector}), FullDisk())
        tell(it, 0, 1)
        await it.hurry(URL, deadline_ms=2_000)
        return collector

    assert run_virtual(story).heard == named(0, 1)


@pytest.mark.parametrize("reads_packed", [True, False])
async def test_batches_are_packed_once_the_collector_has_said_that_it_reads_them(reads_packed: bool) -> None:
    collector = Collector(reads_packed=reads_packed)
    async with serving(collector.application()) as url, Http() as http, asyncio.timeout(20):
        it = courier(http)
        for number in range(3):
            tell(it, number)
            await it.hurry(f"{url}/telemetry", deadline_ms=5_000)
    assert collector.heard == named(0, 1, 2)
    assert collector.encodings == (["", "gzip", "gzip"] if reads_packed else [""] * 3)
