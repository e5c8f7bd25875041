"""No token reaches the log."""

import logging

import pytest
from starlette.types import Message, Receive, Scope, Send

from matinee_edge.logs import AccessLog, RedactingFormatter, redacted
from tests.support.clock import HandClock


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /t/abc.def.ghi/titles/heat/x 200", "GET /t/…/titles/heat/x 200"),
        ("http://h/v1/titles/x/segments?token=abc&range=0-1", "http://h/v1/titles/x/segments?token=…&range=0-1"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        ("nothing secret", "nothing secret"),
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
    with caplog.at_level(logging.INFO, "matinee.edge.access"):
        await AccessLog(app, clock=HandClock())(scope, receive, send)
    assert caplog.messages == ["GET /t/…/a%0AFORGED 206 5 bytes 0 ms"]
