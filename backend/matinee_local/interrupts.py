"""Ends a program cleanly on the signals by which terminals and supervisors ask for it."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_until_stopped(work: Coroutine[Any, Any, int]) -> int:
    """The status that `work` returns; 128 + n if signal n ended it, and then `work` has been let to clean up.

    The first signal cancels `work`; later ones change nothing, so that cleaning up is never cut short.
    """
    return asyncio.run(_guarded(work))


async def _guarded(work: Coroutine[Any, Any, int]) -> int:
    received: list[signal.Signals] = []
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_unwrapped(work))

        def receive(number: signal.Signals) -> None:
            if not received:
                task.cancel()
            received.append(number)

        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, receive, number)
    if task.cancelled() and received:
        return 128 + received[0]
    outcome = task.result()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def _unwrapped(work: Coroutine[Any, Any, int]) -> int | Exception:
    """An error as a value: raised inside a group it would come out wrapped."""
    try:
        return await work
    except Exception as error:
        return error
