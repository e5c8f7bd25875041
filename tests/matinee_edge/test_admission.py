"""Admission: full is said early and cheaply."""

from starlette.types import Message, Receive, Scope, Send

from matinee_edge.admission import Admission
from matinee_edge.tally import Tally


async def greeting(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def asked(tally: Tally, path: str = "/x") -> Message:
    """The beginning of the answer of an application that answers two at a time."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is asked of the client")

    app = Admission(greeting, max_requests=2, tally=tally)
    await app({"type": "http", "path": path, "method": "GET", "headers": []}, receive, send)
    return messages[0]


async def test_as_many_as_allowed_are_admitted() -> None:
    tally = Tally(answering=2)
    assert (await asked(tally))["status"] == 200
    assert tally.turned_away == 0


async def test_one_too_many_is_told_when_to_come_back() -> None:
    tally = Tally(answering=3)
    refused = await asked(tally)
    assert refused["status"] == 503
    assert (b"retry-after", b"1") in refused["headers"]
    assert tally.turned_away == 1


async def test_health_is_shown_even_when_full() -> None:
    assert (await asked(Tally(answering=1000), "/healthz"))["status"] == 200
