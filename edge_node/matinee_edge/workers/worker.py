"""`python -m matinee_edge.workers.worker`: one more process on a keeper's port, until the keeper is gone.

Its orders are the first line of standard input; the end of standard input is the end of the keeper. Standard output
carries its reports, a line each.
"""

import asyncio
import sys
from contextlib import suppress

import aiohttp
import msgspec

from matinee.clock import Clock, SystemClock
from matinee_asgi.listening import listener
from matinee_asgi.logs import log_to_stderr
from matinee_edge.door import door, open_files
from matinee_edge.fill.releases import PLACEMENT_NAME, Releases
from matinee_edge.folder import Folder
from matinee_edge.gate import Gate
from matinee_edge.hits import Hits
from matinee_edge.holdings import Holdings
from matinee_edge.settings import EdgeSettings, read_settings
from matinee_edge.supply import Supply
from matinee_edge.tally import Tally
from matinee_edge.workers.relay import Relay
from matinee_edge.workers.reports import Reporter
from matinee_edge.workers.view import View

REPORT_EVERY_MS = 1_000
GRACE_MS = 5_000
"""How long what is being sent may take to finish after the keeper is gone."""


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is told at its start."""

    settings: msgspec.Raw
    port: int
    keeper: str
    """The base URL of its private door."""


async def work(orders: Orders, settings: EdgeSettings, *, dismissed: asyncio.Event) -> None:
    """Serve until dismissed, then finish what is being sent."""
    clock, tally = SystemClock(), Tally()
    reporter = Reporter(tally)
    holdings: Holdings = (
        Folder(settings.shelf) if settings.kind == "origin" else View(settings.shelf, asked=reporter.asked)
    )
    supply = Supply(holdings, misses=None, files=open_files(settings), tally=tally)
    releases = Releases(settings.shelf / PLACEMENT_NAME, clock=clock)
    gate = Gate(settings.trust, clock=clock, release_of=releases.of)
    hits = Hits(gate, supply, tally=tally, max_requests=settings.max_requests)
    with listener(settings.host, orders.port, is_shared=True) as listening:
        async with aiohttp.ClientSession(auto_decompress=False) as session, asyncio.TaskGroup() as group:
            front = door(Relay(orders.keeper, session), hits, settings=settings, tally=tally, clock=clock)
            serving = group.create_task(front.serve([listening], until=dismissed))
            beside = group.create_task(_tend(supply, reporter, clock=clock))
            await dismissed.wait()
            await asyncio.wait({serving}, timeout=GRACE_MS / 1000)
            serving.cancel()
            beside.cancel()


def main() -> None:
    """Until the end of standard input."""
    log_to_stderr()
    asyncio.run(_main())


async def _main() -> None:
    said = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), sys.stdin)
    orders = msgspec.json.decode(await said.readline(), type=Orders)
    dismissed = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        working = group.create_task(work(orders, read_settings(orders.settings), dismissed=dismissed))
        await said.read()
        dismissed.set()
        await working


async def _tend(supply: Supply, reporter: Reporter, *, clock: Clock) -> None:
    while True:
        # In a thread: a keeper that is slow to listen must not hold up those who are served here.
        await asyncio.to_thread(_say, msgspec.json.encode(reporter.report()) + b"\n")
        await clock.wait_until(clock.now_ms() + REPORT_EVERY_MS)
        await supply.tend()


def _say(line: bytes) -> None:
    with suppress(BrokenPipeError):  # the keeper is gone, as the end of standard input is about to tell
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
