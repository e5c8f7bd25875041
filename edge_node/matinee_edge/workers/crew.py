"""The crew: a keeper's workers, started, started again when they die, and never outliving it."""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable

import msgspec

from matinee.clock import Clock
from matinee_edge.settings import EdgeSettings, write_settings
from matinee_edge.tally import Tally
from matinee_edge.workers.reports import Report, add
from matinee_edge.workers.worker import Orders

log = logging.getLogger("matinee.edge.workers")

FIRST_RESTART_MS = 500
MAX_RESTART_MS = 30_000
STEADY_MS = 60_000
"""After so long without an end the next one counts as the first."""
GRACE_MS = 6_000
"""From the end of standard input to `kill -9`."""
MOST_LINE_BYTES = 1 << 20


class Crew:
    """The workers of one keeper."""

    def __init__(
        self,
        settings: EdgeSettings,
        *,
        port: int,
        keeper: str,
        tally: Tally,
        asked: Callable[[str, str], None],
        clock: Clock,
    ) -> None:
        """`keeper`: the base URL of its private door. `tally` and `asked` hear what the workers counted."""
        orders = Orders(settings=msgspec.Raw(write_settings(settings)), port=port, keeper=keeper)
        self._orders = msgspec.json.encode(orders) + b"\n"
        self._tally = tally
        self._asked = asked
        self._clock = clock

    async def run(self, workers: int) -> None:
        """So many work until this is cancelled; then they finish what they are sending."""
        async with asyncio.TaskGroup() as group:
            for number in range(workers):
                group.create_task(self._keep(number))

    async def _keep(self, number: int) -> None:
        ends = 0
        while True:
            began_ms = self._clock.now_ms()
            status = await self._one()
            steady = self._clock.now_ms() - began_ms >= STEADY_MS
            ends = 1 if steady else ends + 1
            wait_ms = min(MAX_RESTART_MS, FIRST_RESTART_MS << min(ends - 1, 16))
            log.warning("worker %d ended with status %s; the next begins in %d ms", number, status, wait_ms)
            await self._clock.wait_until(self._clock.now_ms() + wait_ms)

    async def _one(self) -> int:
        """The exit status of one worker."""
        command = (sys.executable, "-m", "matinee_edge.workers.worker")
        worker = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=MOST_LINE_BYTES)
        assert worker.stdin is not None
        present = Tally()
        try:
            worker.stdin.write(self._orders)
            await self._hear(worker, present)
            return await worker.wait()
        finally:
            # Whatever it was doing it does no longer.
            self._tally.answering -= present.answering
            self._tally.connections -= present.connections
            await _dismiss(worker)

    async def _hear(self, worker: Process, present: Tally) -> None:
        assert worker.stdout is not None
        while line := await worker.stdout.readline():
            report = msgspec.json.decode(line, type=Report)
            for each in (self._tally, present):
                add(report, to=each)
            for title_id, path, count in report.asked:
                for _ in range(count):
                    self._asked(title_id, path)


async def _dismiss(worker: Process) -> None:
    if worker.returncode is not None:
        return
    assert worker.stdin is not None
    worker.stdin.close()
    try:
        async with asyncio.timeout(GRACE_MS / 1000):
            await worker.wait()
    except TimeoutError:
        worker.kill()
        await worker.wait()
