"""The crew: worker processes that carry out tasks, so many at a time, each watched for signs of life."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any, assert_never

import msgspec

from matinee.errors import ERRORS_BY_CODE, MatineeError, MezzanineInvalid
from matinee_encode.work import Advanced, Finished, Refused, Reply, Surveyed, Task

SILENCE_S = 180
"""A worker that has not answered for so long hangs: the slowest sign of life is twelve 4K frames."""
_LONGEST_LINE = 1 << 20


def _unwatched(frames: int) -> None:
    """Nobody counts."""


class Crew:
    """Owns its worker processes: none is alive once `run` has returned, raised or been cancelled."""

    def __init__(self, workers: int) -> None:
        self._free = asyncio.Semaphore(workers)

    async def run(self, task: Task, *, advance: Callable[[int], None] = _unwatched) -> Surveyed | Finished:
        """The worker's final answer; `advance` is told the frames done so far.

        Raises the typed error the worker raised, and MezzanineInvalid if it died or hung: the mezzanine
        is the only thing in it that nobody trusts.
        """
        async with self._free:
            # -P: a file in the working directory cannot pass for a module.
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "matinee_encode.worker", stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE
            )
            try:
                return await _converse(worker, task, advance)
            finally:
                await _end(worker)


async def together(jobs: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All jobs are done. The first error ends the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except* MatineeError as errors:
        raise _first(errors) from None


async def _converse(worker: Process, task: Task, advance: Callable[[int], None]) -> Surveyed | Finished:
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(msgspec.json.encode(task) + b"\n")
    worker.stdin.close()
    while True:
        try:
            async with asyncio.timeout(SILENCE_S):
                line = await worker.stdout.readline()
        except TimeoutError as error:
            raise MezzanineInvalid(f"A worker was silent for {SILENCE_S} s over {task.source}.") from error
        if not line:
            raise MezzanineInvalid(f"A worker died over {task.source}: {_cause(await worker.wait())}.")
        reply: Reply = msgspec.json.decode(line, type=Reply)
        match reply:
            case Advanced():
                advance(reply.frames)
            case Refused():
                raise ERRORS_BY_CODE[reply.code](reply.what)
            case Surveyed() | Finished():
                return reply
            case _:
                assert_never(reply)


async def _end(worker: Process) -> None:
    if worker.returncode is None:
        # Not `worker.kill`: it looks first whether the worker has ended, and then reaps it under asyncio's feet.
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
    await worker.wait()


def _cause(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def _first(errors: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
