"""Admission: full is said early and cheaply."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from matinee_edge.admission import Admission
from matinee_edge.tally import Tally
from tests.support.clock import HandClock


class Held:
    """An application that answers when it is told to."""

    def __init__(self, status: int = 200) -> None:
        self.go = asyncio.Event()
        self.status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.go.wait()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def asked(app: Admission, path: str = "/x") -> Message:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await app({"type": "http", "path": path, "method": "GET", "headers": []}, receive, send)
    return messages[0]


async def test_one_too_many_is_told_when_to_come_back_and_the_next_is_admitted() -> None:
    held, tally = Held(), Tally()
    app = Admission(held, max_requests=2, tally=tally, clock=HandClock())
    async with asyncio.TaskGroup() as group:
        admitted = [group.create_task(asked(app)) for _ in range(2)]
        await asyncio.sleep(0)
        refused = await asked(app)
        held.go.set()
    assert refused["status"] == 503
    assert (b"retry-after", b"1") in refused["headers"]
    assert [task.result()["status"] for task in admitted] == [200, 200]
    assert (await asked(app))["status"] == 200
    assert (tally.requests, tally.turned_away, tally.answering) == (3, 1, 0)


async def test_health_is_shown_even_when_full() -> None:
    held = Held()
    held.go.set()
    assert (await asked(Admission(held, max_requests=0, tally=Tally(), clock=HandClock()), "/healthz"))["status"] == 200


async def test_failures_are_counted() -> None:
    held, tally = Held(status=502), Tally()
    held.go.set()
    await asked(Admission(held, max_requests=1, tally=tally, clock=HandClock()))
    assert tally.errors == 1
