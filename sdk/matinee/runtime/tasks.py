"""The owner of a session's tasks: none outlives it, and none fails unheard."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any


class Tasks:
    """A TaskGroup that is cancelled, not awaited, at its end.

    What the block itself raises passes unwrapped. If a task fails, the block is cancelled and that error raised.
    """

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._group.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def __aenter__(self) -> "Tasks":
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in list(self._running):
            task.cancel()
        # Only a cancellation concerns the group (it may be its own doing); any other error is the caller's.
        is_cancelled = kind is not None and issubclass(kind, asyncio.CancelledError)
        try:
            await self._group.__aexit__(*((kind, error, trace) if is_cancelled else (None, None, None)))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
