"""Logs: a line that a person reads, and that holds no secret."""

import logging

import httpx2
import pytest
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from matinee.clock import SystemClock
from matinee_asgi.endpoint import get
from matinee_asgi.logs import AccessLog, RedactingFormatter, log_to_stderr, redacted
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
    lines = [record.getMessage().rsplit(" ", 4)[0] for record in caplog.records if record.name == "matinee.access"]
    assert lines == ["GET /greet 200", "GET /nowhere 404"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /t/abc.def.ghi/titles/heat/x 200", "GET /t/…/titles/heat/x 200"),
        ("http://h/v1/titles/x/segments?token=abc&range=0-1", "http://h/v1/titles/x/segments?token=…&range=0-1"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        (f"GET /%74/{'a' * 20}.{'b' * 40}%2E{'%63' * 20}/titles", "GET /%74/…/titles"),
        ("nothing secret in matinee_edge.workers.relay", "nothing secret in matinee_edge.workers.relay"),
    ],
)
def test_tokens_are_redacted_wherever_they_stand(text: str, expected: str) -> None:
    assert redacted(text) == expected


def test_a_traceback_is_redacted_too() -> None:
    try:
        raise ValueError("http://h/t/secret/titles/x")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("n", logging.ERROR, __file__, 1, "at %s", ("/t/secret/x",), info)
    assert "secret" not in RedactingFormatter("%(message)s").format(record).replace('"http://h/t/secret/titles/x")', "")


async def test_each_request_is_one_line_that_a_hostile_path_cannot_break(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 206, "headers": []})
        await send({"type": "http.response.body", "body": b"12345"})

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        return None

    scope = {"type": "http", "method": "GET", "path": "/t/s/a\nFORGED", "raw_path": b"/t/s/a%0AFORGED"}
    with caplog.at_level(logging.INFO, "matinee.access"):
        await AccessLog(app, clock=SystemClock())(scope, receive, send)
    assert [line.rsplit(" ", 2)[0] for line in caplog.messages] == ["GET /t/…/a%0AFORGED 206 5 bytes"]


def test_the_process_writes_lines_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        log_to_stderr()
        logging.getLogger("matinee.test").info("it rains")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert capsys.readouterr().err.endswith("INFO    matinee.test: it rains\n")
