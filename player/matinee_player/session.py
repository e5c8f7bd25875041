"""Attending a playback: what takes its pictures, sounds and notices runs beside it until it is over."""

import asyncio
from collections.abc import Coroutine

from matinee.errors import MatineeError
from matinee.runtime.player import Player


async def attend(player: Player, *consumers: Coroutine[None, None, None]) -> MatineeError | None:
    """None once `player` has ended, or the error that it broke off with; the consumers are over by then."""
    failure: MatineeError | None = None
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(consumer) for consumer in consumers]
            await player.wait_ended()
            for task in running:
                task.cancel()
    except* MatineeError as failures:
        failure = _first(failures)
    return failure


def _first(failures: BaseExceptionGroup[MatineeError]) -> MatineeError:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
