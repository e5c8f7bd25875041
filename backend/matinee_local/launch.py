"""Starts a process in a session of its own, with what it says in a log."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from asyncio.subprocess import Process as Running
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matinee.errors import ProcessFailed
from matinee_local.processes import signal_group, signal_one
from matinee_local.state import last_line, open_log

_GRACE_S = 5


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


async def run_to_end(command: Sequence[str], *, name: str, log: Path, deadline_ms: int) -> None:
    """`command` has ended well, and said what it had to say in `log`.

    Nothing of it is left, also when this is cancelled. Raises ProcessFailed if it ended badly or not in time.
    """
    launched = await launch(command, log=log)
    try:
        async with asyncio.timeout(deadline_ms / 1000):
            status = await launched.running.wait()
    except TimeoutError as error:
        raise launched.failed(name, f"did not end within {deadline_ms // 1000} s") from error
    finally:
        await _kill(launched.running)
    if status != 0:
        raise launched.failed(name, f"failed ({how_it_ended(status)})")


async def run_before_us(arguments: Sequence[str], *, is_interactive: bool) -> int:
    """The exit status of `python -m arguments…`, which speaks to the person where we do.

    An interactive one has the terminal too, so it stays in our session. Others do not outlive us: they end with
    their whole process group when this is cancelled, and by their tether if we are killed.
    """
    if is_interactive:
        running = await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments)
    else:
        command = (sys.executable, "-m", "matinee_local.tether", *arguments)
        running = await asyncio.create_subprocess_exec(*command, stdin=PIPE, start_new_session=True)
    try:
        return await running.wait()
    finally:
        await _end(running, is_leader=not is_interactive)


def how_it_ended(status: int) -> str:
    """An exit status as people say it."""
    return f"status {status}" if status >= 0 else f"killed by {signal.Signals(-status).name}"


async def _end(running: Running, *, is_leader: bool) -> None:
    """`running` has ended, asked first so that it can leave a terminal or a checkpoint in order."""
    if running.returncode is not None:
        return
    signal_one(running.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(_GRACE_S):
            await running.wait()
    except TimeoutError:
        signal_one(running.pid, signal.SIGKILL)
    if is_leader:
        signal_group(running.pid, signal.SIGKILL)
    await running.wait()


async def _kill(running: Running) -> None:
    if running.returncode is None:
        signal_group(running.pid, signal.SIGKILL)
        await running.wait()
