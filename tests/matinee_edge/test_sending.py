"""Spans of files as ASGI messages, byte for byte."""

import asyncio
import os
from pathlib import Path

import pytest
from starlette.types import Message

from matinee.errors import MediaCorrupt, SegmentUnavailable
from matinee.wire.title import MediaFile
from matinee_edge.sending import PIECE_BYTES, WATCHED_BYTES, Open, Span, SpanReply, read, spans_of
from matinee_edge.tally import Tally


def write_files(folder: Path, *sizes: int) -> list[MediaFile]:
    files = []
    for number, size in enumerate(sizes):
        (folder / str(number)).write_bytes(os.urandom(size))
        files.append(MediaFile(path=str(number), size_bytes=size, sha256=""))
    return files


def opened_in(folder: Path) -> Open:
    async def open_file(file: MediaFile) -> int:
        return os.open(folder / file.path, os.O_RDONLY)

    return open_file


async def sent(reply: SpanReply, *, method: str = "GET", gone_after: int | None = None) -> list[Message]:
    """What the reply sends to a client that leaves after so many messages."""
    messages: list[Message] = []
    gone = asyncio.Event()

    async def send(message: Message) -> None:
        messages.append(message)
        if len(messages) == gone_after:
            gone.set()
        await asyncio.sleep(0)

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    await reply({"type": "http", "method": method}, receive, send)
    return messages


def body(messages: list[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in messages)


@pytest.mark.parametrize("size", [1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES, WATCHED_BYTES + 7])
async def test_every_byte_arrives_in_order(tmp_path: Path, size: int) -> None:
    files, tally = write_files(tmp_path, size), Tally()
    spans = spans_of(files, first=0, length=size)
    messages = await sent(SpanReply(spans, status=200, headers={}, open_file=opened_in(tmp_path), tally=tally))
    assert body(messages) == (tmp_path / "0").read_bytes()
    assert [message.get("more_body") for message in messages[1:]] == [True] * (len(messages) - 2) + [False]
    assert tally.bytes_sent == size


@pytest.mark.parametrize(("first", "length"), [(0, 1), (99, 2), (0, 600), (150, 300), (599, 1), (100, 200)])
async def test_a_range_over_several_files_is_the_slice_of_them_joined(tmp_path: Path, first: int, length: int) -> None:
    files = write_files(tmp_path, 100, 200, 300)
    joined = b"".join((tmp_path / file.path).read_bytes() for file in files)
    spans = spans_of(files, first=first, length=length)
    messages = await sent(SpanReply(spans, status=206, headers={}, open_file=opened_in(tmp_path), tally=Tally()))
    assert body(messages) == joined[first : first + length]


def test_files_outside_the_range_are_not_touched() -> None:
    files = [MediaFile(path=str(number), size_bytes=10, sha256="") for number in range(3)]
    assert spans_of(files, first=10, length=10) == [Span(files[1], 0, 10)]


async def test_a_head_request_opens_nothing(tmp_path: Path) -> None:
    spans = [Span(MediaFile(path="absent", size_bytes=9, sha256=""), 0, 9)]
    reply = SpanReply(spans, status=200, headers={}, open_file=opened_in(tmp_path), tally=Tally())
    messages = await sent(reply, method="HEAD")
    assert (b"content-length", b"9") in messages[0]["headers"]
    assert body(messages) == b""


async def test_a_file_that_cannot_be_had_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    async def refuse(file: MediaFile) -> int:
        raise SegmentUnavailable("away")

    span = Span(MediaFile(path="x", size_bytes=WATCHED_BYTES, sha256=""), 0, WATCHED_BYTES)
    with pytest.raises(SegmentUnavailable):
        await sent(SpanReply([span], status=200, headers={}, open_file=refuse, tally=Tally()))


async def test_nothing_more_is_read_for_a_client_that_has_gone(tmp_path: Path) -> None:
    size = 64 * PIECE_BYTES
    files, tally = write_files(tmp_path, size), Tally()
    spans = spans_of(files, first=0, length=size)
    await sent(SpanReply(spans, status=200, headers={}, open_file=opened_in(tmp_path), tally=tally), gone_after=3)
    assert tally.bytes_sent < size // 2


async def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    files = write_files(tmp_path, 100, WATCHED_BYTES, 50)
    spans = spans_of(files, first=0, length=WATCHED_BYTES + 150)
    await sent(SpanReply(spans, status=200, headers={}, open_file=opened_in(tmp_path), tally=Tally()))
    (tmp_path / "2").unlink()
    with pytest.raises(ExceptionGroup):
        await sent(SpanReply(spans, status=200, headers={}, open_file=opened_in(tmp_path), tally=Tally()))
    assert len(os.listdir("/proc/self/fd")) == before


async def test_an_answer_whose_later_file_cannot_be_had_ends_short_of_its_length(tmp_path: Path) -> None:
    files = write_files(tmp_path, 100, 200)
    open_file = opened_in(tmp_path)

    async def open_first(file: MediaFile) -> int:
        if file.path == "1":
            raise SegmentUnavailable("away")
        return await open_file(file)

    spans = spans_of(files, first=0, length=300)
    messages = await sent(SpanReply(spans, status=200, headers={}, open_file=open_first, tally=Tally()))
    assert body(messages) == (tmp_path / "0").read_bytes()
    assert messages[-1]["more_body"]


async def test_a_file_that_ends_early_is_corrupt(tmp_path: Path) -> None:
    write_files(tmp_path, 10)
    descriptor = os.open(tmp_path / "0", os.O_RDONLY)
    try:
        with pytest.raises(MediaCorrupt, match="5 bytes early"):
            await read(descriptor, 5, 10)
    finally:
        os.close(descriptor)
