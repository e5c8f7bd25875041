"""Replies: Structs out, problems out, nothing of the inside out."""

import httpx2
import pytest
from starlette.requests import Request

from matinee.errors import (
    LicenseRefused,
    LoginRefused,
    MatineeError,
    NotEntitled,
    RequestInvalid,
    ServiceUnavailable,
    SessionExpired,
    TitleUnknown,
    TooManyStreams,
)
from matinee.wire.problem import TYPE_PREFIX
from matinee_asgi.endpoint import get
from matinee_asgi.reply import refuse, reply, status_of
from matinee_asgi.service import Service, compose


def client(error: Exception) -> httpx2.AsyncClient:
    async def fail(request: Request) -> str:
        raise error

    app = compose([Service(name="one", endpoints=(get("/", fail, answer=str, says="Fails."),))])
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://one.example")


def test_a_value_travels_as_json() -> None:
    assert reply({"a": 1}, status=201).body == b'{"a":1}'
    assert reply({"a": 1}, status=201).status_code == 201


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RequestInvalid, 400),
        (LoginRefused, 401),
        (SessionExpired, 401),
        (LicenseRefused, 403),
        (NotEntitled, 403),
        (TitleUnknown, 404),
        (TooManyStreams, 409),
        (ServiceUnavailable, 503),
    ],
)
async def test_each_error_has_its_status_and_its_type(error: type[MatineeError], status: int) -> None:
    async with client(error("It rains.", where="here")) as http:
        answer = await http.get("/")
    assert answer.status_code == status == status_of(error)
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == TYPE_PREFIX + error.code
    assert problem["detail"] == "It rains."
    assert problem["facts"] == {"where": "here"}


def test_waiting_is_told_in_whole_seconds_and_in_milliseconds() -> None:
    answer = refuse(ServiceUnavailable("It rains.", retry_after_ms=1_001))
    assert answer.headers["Retry-After"] == "2"
    assert b'"retry_after_ms":1001' in bytes(answer.body)


def test_who_must_log_in_is_told_how() -> None:
    assert refuse(SessionExpired("Over.")).headers["WWW-Authenticate"] == "Bearer"


async def test_what_went_wrong_inside_stays_inside() -> None:
    async with client(RuntimeError("the key is 1234")) as http:
        answer = await http.get("/")
    assert answer.status_code == 500
    assert answer.json()["type"] == TYPE_PREFIX + "internal-error"
    assert "1234" not in answer.text


async def test_a_path_that_is_not_there_is_a_problem_too() -> None:
    async with client(RuntimeError()) as http:
        answer = await http.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
