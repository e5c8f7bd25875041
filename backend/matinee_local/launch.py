"""Starts a process in a session of its own, with what it says in a log."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, STDOUT
from asyncio.subprocess import Process as Running
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matinee.errors import ProcessFailed
from matinee_local.processes import signal_group
from matinee_local.state import last_line, open_log


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One start of a process."""

    running: Running
    log: Path
    since_bytes: int
    """Where in the log its own words begin."""

    def failed(self, name: str, what: str) -> ProcessFailed:
        """The error that says what happened and quotes the last words."""
        said = last_line(self.log, since_bytes=self.since_bytes) or "it said nothing"
        return ProcessFailed(f"{name} {what}: {said.rstrip('.')} ({self.log}).", process=name, log=str(self.log))


async def launch(command: Sequence[str], *, log: Path, stdin: int = DEVNULL) -> Launch:
    """`command` runs, leader of its own process group, out of the terminal's reach."""
    output = open_log(log)
    with output:
        since_bytes = output.tell()
        running = await asyncio.create_subprocess_exec(
            *command, stdin=stdin, stdout=output, stderr=STDOUT, start_new_session=True
        )
    return Launch(running=running, log=log, since_bytes=since_bytes)


async def run_module(arguments: Sequence[str], *, name: str, log: Path, deadline_ms: int) -> None:
    """`python -m arguments…` has ended well, and said what it had to say in `log`.

    Nothing of it is left, also when this is cancelled. Raises ProcessFailed if it ended badly or not in time.
    """
    launched = await launch((sys.executable, "-m", *arguments), log=log)
    try:
        async with asyncio.timeout(deadline_ms / 1000):
            status = await launched.running.wait()
    except TimeoutError as error:
        raise launched.failed(name, f"did not end within {deadline_ms // 1000} s") from error
    finally:
        if launched.running.returncode is None:
            signal_group(launched.running.pid, signal.SIGKILL)
            await launched.running.wait()
    if status != 0:
        raise launched.failed(name, f"failed ({how_it_ended(status)})")


def how_it_ended(status: int) -> str:
    """An exit status as people say it."""
    return f"status {status}" if status >= 0 else f"killed by {signal.Signals(-status).name}"
