"""Listeners: whoever wants to be told, each at a pace of its own."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

MOST_KEPT = 1_000
"""Kept for a listener that does not listen; beyond it the oldest are dropped."""

WordT = TypeVar("WordT")


class Listeners(Generic[WordT]):
    """Everybody who iterates over `words` hears all that is told from then on."""

    def __init__(self) -> None:
        self.dropped: int = 0
        """Words that somebody did not listen to in time."""
        self._queues: list[_Queue[WordT]] = []
        self._is_ended = False

    def tell(self, word: WordT) -> None:
        """To all who listen now."""
        for queue in self._queues:
            self.dropped += len(queue.kept) == MOST_KEPT
            queue.kept.append(word)
            queue.has_news.set()

    def end(self) -> None:
        """Nothing more will be told: everybody hears the rest, and is done."""
        self._is_ended = True
        for queue in self._queues:
            queue.has_news.set()

    async def words(self) -> AsyncIterator[WordT]:
        """What is told from the first step on, until `end`."""
        queue = _Queue[WordT]()
        self._queues.append(queue)
        try:
            while True:
                while queue.kept:
                    yield queue.kept.popleft()
                if self._is_ended:
                    return
                queue.has_news.clear()
                await queue.has_news.wait()
        finally:
            self._queues.remove(queue)


class _Queue(Generic[WordT]):
    """What one of them has not heard yet."""

    def __init__(self) -> None:
        self.kept: deque[WordT] = deque(maxlen=MOST_KEPT)
        self.has_news = asyncio.Event()
