"""Deadlines: no request waits for ever."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from matinee_asgi.deadline import Deadline
from matinee_asgi.service import Service, compose


def client(handler: object) -> httpx2.AsyncClient:
    app = compose(
        [Service(name="one", routes=(Route("/", handler),))],  # type: ignore[arg-type]  # any handler will do
        middleware=[Middleware(Deadline, deadline_ms=20, retry_after_ms=1_500)],
    )
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://one.example")


async def test_what_is_not_answered_in_time_is_refused_and_its_work_is_cancelled() -> None:
    cancelled = asyncio.Event()

    async def hang(request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return Response()

    async with client(hang) as http:
        answer = await http.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["retry_after_ms"] == 1_500
    assert cancelled.is_set()


async def test_an_answer_in_time_passes() -> None:
    async def greet(request: Request) -> Response:
        return Response("hello")

    async with client(greet) as http:
        assert (await http.get("/")).text == "hello"


async def test_a_timeout_of_the_services_own_is_not_taken_for_the_deadline() -> None:
    async def fail(request: Request) -> Response:
        raise TimeoutError

    async with client(fail) as http:
        with pytest.raises(TimeoutError):
            await http.get("/")


async def test_an_answer_that_has_begun_is_broken_off() -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.Event().wait()

    async def begin(request: Request) -> Response:
        return StreamingResponse(drip())

    async with client(begin) as http:
        with pytest.raises(TimeoutError):
            await http.get("/")
