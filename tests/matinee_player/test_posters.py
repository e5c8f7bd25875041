"""Posters: fetched a few at a time, cut to shape, done without where they cannot be had."""

import asyncio

import numpy as np
import pytest

from matinee.errors import NetworkUnreachable
from matinee_player.posters import Posters, decoded
from tests.support.players import FakeClient, a_jpeg, as_client


async def test_a_poster_is_fetched_once_for_its_size() -> None:
    client = FakeClient()
    client.image = a_jpeg(320, 180)
    posters = Posters(as_client(client))
    first = await posters.poster("http://127.0.0.1/a.jpg", width=20, height=12)
    again = await posters.poster("http://127.0.0.1/a.jpg", width=20, height=12)
    assert first is not None
    assert first is again
    assert (first.shape, client.fetched) == ((12, 20, 3), ["http://127.0.0.1/a.jpg"])


@pytest.mark.parametrize("image", [b"", b"no picture at all"])
async def test_what_is_no_picture_is_done_without(image: bytes) -> None:
    client = FakeClient()
    client.image = image
    assert await Posters(as_client(client)).poster("http://127.0.0.1/a.jpg", width=20, height=12) is None


async def test_a_title_without_poster_asks_nobody() -> None:
    client = FakeClient()
    assert await Posters(as_client(client)).poster("", width=20, height=12) is None
    assert client.fetched == []


async def test_what_cannot_be_had_is_done_without() -> None:
    posters = Posters(as_client(UnreachableClient()))
    assert await posters.poster("http://127.0.0.1/a.jpg", width=20, height=12) is None


async def test_no_more_than_four_are_fetched_at_once() -> None:
    client = SlowClient()
    posters = Posters(as_client(client))
    async with asyncio.TaskGroup() as tasks:
        for number in range(9):
            tasks.create_task(posters.poster(f"http://127.0.0.1/{number}.jpg", width=2, height=2))
        await client.four_asked.wait()
        assert client.at_once == 4
        client.may_answer.set()
    assert client.at_once == 0


def test_a_picture_covers_its_place_and_keeps_its_middle() -> None:
    pixels = decoded(a_jpeg(320, 80), width=10, height=10)
    whole = decoded(a_jpeg(320, 80), width=40, height=10)
    assert pixels is not None
    assert whole is not None
    assert np.abs(pixels.astype(int) - whole[:, 15:25].astype(int)).max() <= 1


class UnreachableClient(FakeClient):
    async def fetch(self, url: str) -> bytes:
        raise NetworkUnreachable("The image cannot be had.")


class SlowClient(FakeClient):
    """Answers when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once = 0
        self.four_asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def fetch(self, url: str) -> bytes:
        self.at_once += 1
        if self.at_once == 4:
            self.four_asked.set()
        await self.may_answer.wait()
        self.at_once -= 1
        return b""
