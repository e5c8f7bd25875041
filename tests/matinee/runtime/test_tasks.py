"""Tasks have an owner: none outlives it, none fails unheard."""

import asyncio

import pytest

from matinee.runtime.tasks import Tasks


async def test_leaving_cancels_what_still_runs() -> None:
    async with Tasks() as tasks:
        task = tasks.start(_forever())
        await asyncio.sleep(0)
    assert task.cancelled()


async def test_a_task_that_fails_ends_the_block_with_its_own_error() -> None:
    with pytest.raises(KeyError):
        async with Tasks() as tasks:
            tasks.start(_fail())
            await _forever()


async def test_the_block_s_own_error_passes_unwrapped() -> None:
    with pytest.raises(ZeroDivisionError):
        async with Tasks() as tasks:
            tasks.start(_forever())
            raise ZeroDivisionError


async def test_a_cancellation_from_outside_stays_one() -> None:
    async def owner() -> None:
        async with Tasks() as tasks:
            tasks.start(_forever())
            await _forever()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await owner()


async def _forever() -> None:
    await asyncio.Event().wait()


async def _fail() -> None:
    raise KeyError
