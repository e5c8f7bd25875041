"""Whoever listens hears all of it, in order, and nobody holds up the others."""

import asyncio

from matinee.runtime.listeners import MOST_KEPT, Listeners


async def test_each_hears_what_is_told_while_it_listens() -> None:
    it = Listeners[int]()
    it.tell(0)
    async with asyncio.TaskGroup() as group:
        early = group.create_task(_heard(it))
        await asyncio.sleep(0)
        it.tell(1)
        late = group.create_task(_heard(it))
        await asyncio.sleep(0)
        it.tell(2)
        it.end()
    assert (early.result(), late.result()) == ([1, 2], [2])


async def test_after_the_end_there_is_nothing_to_wait_for() -> None:
    it = Listeners[int]()
    it.end()
    assert await _heard(it) == []


async def test_who_does_not_listen_loses_the_oldest_and_that_is_counted() -> None:
    it = Listeners[int]()
    words = it.words()
    first = asyncio.ensure_future(anext(words))  # noqa: TID251
    await asyncio.sleep(0)
    for word in range(MOST_KEPT + 6):
        it.tell(word)
    it.end()
    rest = [await first] + [word async for word in words]
    assert (len(rest), rest[0], rest[-1], it.dropped) == (MOST_KEPT, 6, MOST_KEPT + 5, 6)


async def _heard(it: Listeners[int]) -> list[int]:
    return [word async for word in it.words()]
