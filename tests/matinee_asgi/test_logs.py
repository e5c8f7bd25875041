"""Logs: a line that a person reads, and that holds no secret."""

import logging

import httpx2
import pytest
from starlette.middleware import Middleware
from starlette.requests import Request

from matinee.clock import SystemClock
from matinee_asgi.endpoint import get
from matinee_asgi.logs import AccessLog, readable_path, write_logs
from matinee_asgi.service import Service, compose


async def greet(request: Request) -> str:
    return "hello"


async def test_each_request_is_a_line_without_its_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    app = compose(
        [Service(name="one", endpoints=(get("/greet", greet, answer=str, says="Greets."),))],
        middleware=[Middleware(AccessLog, clock=SystemClock())],
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://one.example") as http:
        await http.get("/greet?token=secret")
        await http.get("/nowhere")
    lines = [record.getMessage().rsplit(" ", 2)[0] for record in caplog.records if record.name == "matinee.access"]
    assert lines == ["GET /greet 200", "GET /nowhere 404"]


def test_a_media_token_in_a_path_is_left_out() -> None:
    assert readable_path("/t/secret/titles/sintel/manifest.mpd") == "/t/-/titles/sintel/manifest.mpd"
    assert readable_path("/titles/t/secret") == "/titles/t/secret"


def test_a_path_stays_on_its_line_whatever_a_client_puts_into_it() -> None:
    assert readable_path("/a\nINFO matinee: all is well") == "/a\\nINFO matinee: all is well"


def test_the_process_writes_lines_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        write_logs()
        logging.getLogger("matinee.test").info("it rains")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert capsys.readouterr().err.endswith("INFO    matinee.test: it rains\n")
