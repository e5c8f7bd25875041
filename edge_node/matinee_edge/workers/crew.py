"""The crew: a keeper's workers, started, started again when they die, and never outliving it."""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence

import msgspec

from matinee.clock import Clock
from matinee_edge.settings import EdgeSettings, write_settings
from matinee_edge.tally import Tally
from matinee_edge.workers.reports import Report, add
from matinee_edge.workers.worker import Orders

log = logging.getLogger("matinee.edge.workers")

COMMAND = (sys.executable, "-m", "matinee_edge.workers.worker")
FIRST_RESTART_MS = 500
MAX_RESTART_MS = 30_000
STEADY_MS = 60_000
"""After so long without an end the next one counts as the first."""
GRACE_MS = 6_000
"""From the end of standard input to `kill -9`."""
SILENCE_MS = 20_000
"""A worker that has not reported for so long hangs: it says something every second, once it has started."""
MOST_LINE_BYTES = 4 << 20
"""Of a report: more than `matinee_edge.workers.reports` puts into one."""


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
        command: Sequence[str] = COMMAND,
        silence_ms: int = SILENCE_MS,
    ) -> None:
        """`keeper`: the base URL of its private door. `tally` and `asked` hear what the workers counted.

        `command` runs one worker.
        """
        self._command = command
        self._silence_ms = silence_ms
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
            end = await self._one()
            steady = self._clock.now_ms() - began_ms >= STEADY_MS
            ends = 1 if steady else ends + 1
            wait_ms = min(MAX_RESTART_MS, FIRST_RESTART_MS << min(ends - 1, 16))
            log.warning("worker %d %s; the next begins in %d ms", number, end, wait_ms)
            await self._clock.wait_until(self._clock.now_ms() + wait_ms)

    async def _one(self) -> str:
        """How one worker came to its end, whatever it was: none of them takes the keeper along."""
        try:
            worker = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, limit=MOST_LINE_BYTES
            )
        except OSError as error:
            return f"cannot be started: {error.strerror}"
        assert worker.stdin is not None
        present = Tally()
        try:
            worker.stdin.write(self._orders)
            await self._hear(worker, present)
            return f"ended with status {await worker.wait()}"
        except TimeoutError:
            return f"has said nothing for {self._silence_ms // 1000} s"
        except (ValueError, msgspec.DecodeError):
            return "says what is no report"
        finally:
            # Whatever it was doing it does no longer.
            self._tally.answering -= present.answering
            self._tally.connections -= present.connections
            await _dismiss(worker)

    async def _hear(self, worker: Process, present: Tally) -> None:
        assert worker.stdout is not None
        while line := await asyncio.wait_for(worker.stdout.readline(), self._silence_ms / 1000):
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
