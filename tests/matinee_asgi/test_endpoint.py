"""Endpoints: one table, routed and typed."""

from typing import Annotated

import httpx2
import msgspec
import pytest
from msgspec import Meta
from starlette.requests import Request

from matinee_asgi.endpoint import Parameter, get, post
from matinee_asgi.service import Service, compose

_ID: Parameter[int] = Parameter(name="id", schema=Annotated[int, Meta(ge=1)])
_PAGE: Parameter[int] = Parameter(name="page", schema=int, where="query", default=1)
_TOKEN: Parameter[str] = Parameter(name="token", schema=str, where="query")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    text: str


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    said: str


async def read(request: Request) -> Answered:
    return Answered(said=f"{_ID.read(request)} {_PAGE.read(request)} {_TOKEN.read(request)}")


async def echo(request: Request, asked: Asked) -> Answered:
    return Answered(said=asked.text)


def client() -> httpx2.AsyncClient:
    reading = get("/things/{id}", read, answer=Answered, says="Reads.", parameters=(_ID, _PAGE, _TOKEN))
    echoing = post("/echo", echo, body=Asked, answer=Answered, says="Echoes.", status=202, max_body_bytes=64)
    app = compose([Service(name="one", endpoints=(reading, echoing))])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://one.example")


async def test_parameters_are_read_by_their_types() -> None:
    async with client() as http:
        assert (await http.get("/things/7?page=2&token=t")).json() == {"said": "7 2 t"}
        assert (await http.get("/things/7?token=t")).json() == {"said": "7 1 t"}


@pytest.mark.parametrize(
    "path", ["/things/none?token=t", "/things/0?token=t", "/things/7?page=two&token=t", "/things/7"]
)
async def test_a_parameter_that_does_not_fit_or_is_missing_is_refused(path: str) -> None:
    async with client() as http:
        answer = await http.get(path)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:matinee:problem:request-invalid"


async def test_a_body_is_read_by_its_type_and_answered_with_the_status_of_the_table() -> None:
    async with client() as http:
        answer = await http.post("/echo", json={"text": "hello"})
    assert answer.status_code == 202
    assert answer.json() == {"said": "hello"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"text": 1}', b'{"text": "\xff"}', b'{"text": "' + b"x" * 64 + b'"}']
)
async def test_a_body_that_does_not_fit_or_is_too_long_is_refused(body: bytes) -> None:
    async with client() as http:
        answer = await http.post("/echo", content=body)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:matinee:problem:request-invalid"
