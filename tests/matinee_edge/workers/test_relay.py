"""Whatever a worker cannot answer, the keeper answers through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from starlette.types import ASGIApp, Message

from matinee_edge.workers.relay import Relay
from tests.support.edge import Issuer, Spy, appliance, origin_settings, served
from tests.support.titles import write_title


@asynccontextmanager
async def relayed(keeper: str) -> AsyncIterator[str]:
    """The URL of a server that relays everything to the keeper."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        def build(url: str) -> ASGIApp:
            return Relay(keeper, session)

        async with served(build) as url:
            yield url


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE"])
@pytest.mark.parametrize("path", ["poster.jpg", "nowhere", "video/v1/1.m4s"])
async def test_the_answer_is_the_keepers_own(tmp_path: Path, method: str, path: str) -> None:
    issuer, spies = Issuer(tmp_path), list[Spy]()
    write_title(tmp_path / "media", "heat")
    headers = {"Range": "bytes=10-19", "Origin": "https://page.example", "Access-Control-Request-Method": "GET"}
    async with (
        appliance(origin_settings(tmp_path / "media", issuer), spy=spies) as keeper,
        relayed(keeper) as relay,
        aiohttp.ClientSession() as http,
    ):
        answers = []
        for url in (keeper, relay):
            address = f"{url}/t/{issuer.media_token('heat')}/titles/heat/{path}?x=%2F"
            async with http.request(method, address, headers=headers) as response:
                fields = {
                    name: value for name, value in response.headers.items() if name.lower() not in ("date", "server")
                }
                answers.append((response.status, fields, await response.read()))
    assert answers[0] == answers[1]


async def test_a_question_about_the_server_as_a_whole_is_answered_too(tmp_path: Path) -> None:
    issuer, spies = Issuer(tmp_path), list[Spy]()
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is asked of the client")

    scope = {"type": "http", "method": "OPTIONS", "raw_path": b"*", "query_string": b"", "headers": []}
    async with (
        appliance(origin_settings(tmp_path / "media", issuer), spy=spies) as keeper,
        aiohttp.ClientSession() as session,
    ):
        await Relay(keeper, session)(scope, receive, send)
    assert messages[0]["status"] < 500


async def test_a_keeper_that_is_away_is_no_answer_for_now(tmp_path: Path) -> None:
    async with (
        relayed("http://127.0.0.1:1") as relay,
        aiohttp.ClientSession() as http,
        http.get(f"{relay}/v1/status") as response,
    ):
        assert response.status == 503
        assert response.headers["Retry-After"] == "1"
