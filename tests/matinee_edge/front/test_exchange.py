"""One request as ASGI has it: whatever the application does, the client gets an answer or a clear end."""

import asyncio

import msgspec
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from matinee_edge.front.exchange import Exchange
from matinee_edge.front.heads import Head
from matinee_edge.front.outgoing import Part, Span

HEAD = Head(b"GET", b"/a%20b/%C3%BC?q=%20", {}, keeps=True, lines=b"Host: x\r\nRange: bytes=0-\r\n")


class Outlet:
    """Notes what it is given."""

    def __init__(self) -> None:
        self.status = 0
        self.fields: list[tuple[bytes, bytes]] = []
        self.closes = False
        self.parts: list[Part] = []
        self.is_whole = False
        self.is_closed = False

    def begin(self, status: int, fields: list[tuple[bytes, bytes]], *, closes: bool) -> None:
        if status == 999:
            raise ValueError("a head that cannot be written")
        self.status, self.fields, self.closes = status, fields, closes

    async def put(self, part: Part | None, *, is_last: bool) -> None:
        if part:
            self.parts.append(part)
        self.is_whole = is_last

    def close(self) -> None:
        self.is_closed = True


async def answered(app: ASGIApp, head: Head = HEAD) -> Outlet:
    outlet = Outlet()
    await Exchange(head, outlet, peer="10.0.0.1").run(app)
    return outlet


Headers = tuple[tuple[bytes, bytes], ...]


def answering(*bodies: bytes, status: int = 200, headers: Headers = (), ends: bool = True) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for number, body in enumerate(bodies, start=1):
            more = number < len(bodies) or not ends
            await send({"type": "http.response.body", "body": body, "more_body": more})

    return app


async def test_the_application_is_told_the_request_decoded_and_as_it_came() -> None:
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        assert await receive() == {"type": "http.request", "body": b"", "more_body": False}
        await answering(b"")(scope, receive, send)

    await answered(app)
    (scope,) = scopes
    assert (scope["path"], scope["raw_path"]) == ("/a b/ü", b"/a%20b/%C3%BC")
    assert (scope["method"], scope["query_string"]) == ("GET", b"q=%20")
    assert scope["headers"] == [(b"host", b"x"), (b"range", b"bytes=0-")]
    assert scope["client"] == ("10.0.0.1", 0)
    assert "http.response.zerocopysend" in scope["extensions"]


async def test_bodies_and_spans_of_files_are_put_in_order() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 206, "headers": [(b"Content-Length", b"12")]})
        await send({"type": "http.response.body", "body": b"ab", "more_body": True})
        await send({"type": "http.response.zerocopysend", "file": file, "offset": 5, "count": 10, "more_body": False})

    file = object()
    outlet = await answered(app)
    assert (outlet.status, outlet.closes, outlet.is_whole) == (206, False, True)
    assert outlet.parts == [b"ab", Span(file, 5, 15)]  # type: ignore[arg-type]


async def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    assert (await answered(answering(b"a", b"b"))).closes
    assert not (await answered(answering(b"ab", headers=((b"Content-Length", b"2"),)))).closes
    assert not (await answered(answering(b"", status=304))).closes


async def test_an_answer_to_head_never_has_a_body() -> None:
    outlet = await answered(answering(b"a", b"b"), msgspec.structs.replace(HEAD, method=b"HEAD"))
    assert outlet.parts == []
    assert outlet.is_whole


async def test_a_failure_before_the_answer_is_said_to_be_ours(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("inside")

    outlet = await answered(app)
    assert (outlet.status, outlet.closes, outlet.is_whole, outlet.parts) == (500, True, True, [])
    assert "inside" in caplog.text


async def test_silence_is_a_failure_too() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        return None

    assert (await answered(app)).status == 500


async def test_a_head_that_cannot_be_written_is_a_failure_before_the_answer() -> None:
    assert (await answered(answering(b"", status=999))).status == 500


async def test_a_failure_in_mid_answer_ends_the_connection() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answering(b"a", ends=False)(scope, receive, send)
        raise RuntimeError("inside")

    outlet = await answered(app)
    assert (outlet.status, outlet.parts, outlet.is_closed, outlet.is_whole) == (200, [b"a"], True, False)


async def test_a_failure_after_the_answer_changes_nothing() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answering(b"a")(scope, receive, send)
        raise RuntimeError("inside")

    outlet = await answered(app)
    assert (outlet.status, outlet.is_whole, outlet.is_closed) == (200, True, False)


async def test_whoever_waits_for_the_client_to_go_waits_until_it_is_cancelled() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        waits.set()
        await receive()

    waits = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(Exchange(HEAD, Outlet(), peer="").run(app))
        await waits.wait()
        running.cancel()
    assert running.cancelled()
