"""The body of a request, bounded before and after it is unpacked."""

import gzip
import tracemalloc
import zlib

import pytest
from starlette.requests import Request
from starlette.types import Message

from matinee.errors import RequestInvalid
from matinee_asgi.body import read_body, unpacked


def request(*chunks: bytes, coding: str | None = None) -> Request:
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return messages.pop(0)

    headers = [] if coding is None else [(b"content-encoding", coding.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b"told", None),
        (b"told", "identity"),
        (gzip.compress(b"told"), "gzip"),
        (gzip.compress(b"told"), " GZIP "),
        (zlib.compress(b"told"), "deflate"),
    ],
)
async def test_a_body_is_read_in_every_coding_that_is_known(body: bytes, coding: str | None) -> None:
    assert await read_body(request(body[:3], body[3:], coding=coding), max_bytes=1_000) == b"told"


async def test_a_body_is_as_long_as_it_may_be_and_no_longer() -> None:
    for size, coding in ((10, None), (10, "gzip")):
        body = b"x" * size
        packed = gzip.compress(body) if coding else body
        assert await read_body(request(packed, coding=coding), max_bytes=max(size, len(packed))) == body
    with pytest.raises(RequestInvalid, match="more than 9 bytes"):
        await read_body(request(b"x" * 10), max_bytes=9)
    with pytest.raises(RequestInvalid, match="more than 99 bytes"):
        await read_body(request(gzip.compress(b"x" * 100), coding="gzip"), max_bytes=99)


def test_a_bomb_is_not_unpacked_beyond_the_bound() -> None:
    bomb = gzip.compress(bytes(64 << 20))
    tracemalloc.start()
    with pytest.raises(RequestInvalid, match="more than 1024 bytes"):
        unpacked(bomb, max_bytes=1024)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 1 << 20


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b"told", "gzip"),
        (gzip.compress(b"told")[:-1], "gzip"),
        (gzip.compress(b"told") + b"more", "gzip"),
        (b"", "gzip"),
        (b"told", "br"),
        (gzip.compress(gzip.compress(b"told")), "gzip, gzip"),
    ],
)
async def test_what_cannot_be_unpacked_is_refused(body: bytes, coding: str) -> None:
    with pytest.raises(RequestInvalid):
        await read_body(request(body, coding=coding), max_bytes=1_000)
