"""Attending a playback."""

import asyncio

import pytest

from matinee.errors import SegmentUnavailable
from matinee_player.session import attend
from tests.support.players import FakePlayer, as_player


async def test_the_consumers_are_over_when_the_playback_is() -> None:
    player, was_cancelled = FakePlayer(duration_ms=1_000), asyncio.Event()

    async def consume() -> None:
        player.start()
        player.advance(1_000)
        try:
            await asyncio.Event().wait()
        finally:
            was_cancelled.set()

    assert await attend(as_player(player), consume()) is None
    assert was_cancelled.is_set()


async def test_the_error_that_playback_broke_off_with_is_handed_over() -> None:
    player, error = FakePlayer(), SegmentUnavailable("Segment 7 is nowhere.")
    player.fail(error)
    assert await attend(as_player(player)) is error


async def test_an_error_of_a_consumer_ends_it_too() -> None:
    error = SegmentUnavailable("Segment 7 is nowhere.")

    async def consume() -> None:
        raise error

    assert await attend(as_player(FakePlayer()), consume()) is error


async def test_a_mistake_is_not_taken_for_an_error_of_playback() -> None:
    async def consume() -> None:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        await attend(as_player(FakePlayer()), consume())
