"""Services: values that compose."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from matinee_asgi.endpoint import get
from matinee_asgi.service import Service, compose


async def name_it(request: Request) -> str:
    return request.url.path


async def stream_it(request: Request) -> Response:
    return Response(b"bytes")


async def test_one_application_serves_the_endpoints_and_routes_of_all() -> None:
    one = Service(name="one", endpoints=(get("/one", name_it, answer=str, says="One."),))
    two = Service(name="two", routes=(Route("/two", stream_it),))
    transport = httpx2.ASGITransport(compose([one, two]))
    async with httpx2.AsyncClient(transport=transport, base_url="http://one.example") as http:
        assert (await http.get("/one")).json() == "/one"
        assert (await http.get("/two")).content == b"bytes"


async def test_a_slash_too_many_or_too_few_sends_nobody_elsewhere() -> None:
    service = Service(name="one", routes=(Route("/one", stream_it), Route("/two/", stream_it)))
    transport = httpx2.ASGITransport(compose([service]))
    async with httpx2.AsyncClient(transport=transport, base_url="http://anybody.example") as http:
        for path in ("/one/", "/two"):
            assert (await http.get(path)).status_code == 404


async def test_what_services_run_is_begun_in_order_and_ended_in_reverse_also_after_an_error() -> None:
    told: list[str] = []

    def running(name: str) -> Service:
        @asynccontextmanager
        async def run() -> AsyncIterator[None]:
            told.append(f"{name} begins")
            try:
                yield
            finally:
                told.append(f"{name} ends")

        def begin() -> AbstractAsyncContextManager[None]:
            return run()

        return Service(name=name, running=begin)

    async def serve_and_fail(app: Starlette) -> None:
        async with app.router.lifespan_context(app):
            told.append("serves")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await serve_and_fail(compose([running("one"), running("two")]))
    assert told == ["one begins", "two begins", "serves", "two ends", "one ends"]
