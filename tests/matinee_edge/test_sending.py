"""Spans of files as ASGI messages, byte for byte."""

import os
from pathlib import Path

import pytest
from starlette.types import Message

from matinee.errors import SegmentUnavailable
from matinee.wire.title import MediaFile
from matinee_edge.arriving import Arriving, Fetch
from matinee_edge.held import Held
from matinee_edge.landing import Landing
from matinee_edge.listing import Listing
from matinee_edge.sending import Span, SpanReply, spans_of

LISTING = Listing("heat", {}, {}, frozenset())


class Folder:
    """Files of random bytes, and what is fetched of them."""

    def __init__(self, folder: Path, *sizes: int) -> None:
        self.path = folder
        self.files = [MediaFile(path=str(number), size_bytes=size, sha256="") for number, size in enumerate(sizes)]
        for file in self.files:
            (folder / file.path).write_bytes(os.urandom(file.size_bytes))
        self.away: set[str] = set()

    async def fetch(self, file: MediaFile) -> Held | Arriving:
        if file.path in self.away:
            raise SegmentUnavailable("away")
        return Held(os.open(self.path / file.path, os.O_RDONLY), file, listing=LISTING)

    @property
    def content(self) -> bytes:
        return b"".join((self.path / file.path).read_bytes() for file in self.files)

    def reply(self, spans: list[Span]) -> SpanReply:
        return SpanReply(spans, status=200, headers={"Content-Length": "0"}, fetch=self.fetch)


def opened_in(folder: Path) -> list[Path]:
    """The files of the folder that this process has open."""
    opened = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [path for path in opened if path.is_relative_to(folder)]


async def sent(reply: SpanReply, *, method: str = "GET") -> tuple[list[Message], bytes]:
    """The messages, and the bytes that a server would send for them."""
    messages: list[Message] = []
    body = b""

    async def send(message: Message) -> None:
        nonlocal body
        messages.append(message)
        if message["type"] == "http.response.zerocopysend":
            body += os.pread(message["file"].fileno(), message["count"], message["offset"])

    async def receive() -> Message:
        raise AssertionError("nothing is asked of the client")

    await reply({"type": "http", "method": method}, receive, send)
    return messages, body


@pytest.mark.parametrize(("first", "length"), [(0, 600), (0, 1), (99, 2), (100, 200), (150, 350), (599, 1)])
async def test_a_range_over_several_files_is_the_slice_of_them_joined(tmp_path: Path, first: int, length: int) -> None:
    folder = Folder(tmp_path, 100, 200, 300)
    messages, body = await sent(folder.reply(spans_of(folder.files, first=first, length=length)))
    assert body == folder.content[first : first + length]
    assert [message["more_body"] for message in messages[1:]] == [True] * (len(messages) - 2) + [False]


def test_files_outside_the_range_are_not_touched(tmp_path: Path) -> None:
    folder = Folder(tmp_path, 100, 200, 300)
    assert spans_of(folder.files, first=100, length=200) == [Span(folder.files[1], 0, 200)]


async def test_a_head_request_fetches_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path, 100)
    folder.away = {"0"}
    messages, _ = await sent(folder.reply(spans_of(folder.files, first=0, length=100)), method="HEAD")
    assert [message.get("body") for message in messages] == [None, b""]


async def test_a_file_that_cannot_be_had_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    folder = Folder(tmp_path, 100)
    folder.away = {"0"}
    with pytest.raises(SegmentUnavailable):
        await sent(folder.reply(spans_of(folder.files, first=0, length=100)))


async def test_an_answer_whose_later_file_cannot_be_had_ends_without_its_last_message(tmp_path: Path) -> None:
    folder = Folder(tmp_path, 100, 200)
    folder.away = {"1"}
    messages, body = await sent(folder.reply(spans_of(folder.files, first=0, length=300)))
    assert body == folder.content[:100]
    assert messages[-1]["more_body"]


async def test_a_file_that_lands_is_followed_to_its_end(tmp_path: Path) -> None:
    content = os.urandom(300_000)
    (tmp_path / "0").write_bytes(content)
    file = MediaFile(path="0", size_bytes=len(content), sha256="")
    fetch = Fetch(LISTING, file, urgency=3)
    descriptor = os.open(tmp_path / "0", os.O_RDWR)
    fetch.landing = Landing(descriptor, tmp_path / "0", file=file)
    sizes = []

    async def follow(file: MediaFile) -> Held | Arriving:
        return Arriving(fetch)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.zerocopysend":
            sizes.append(message["count"])
            fetch.end(None)

    fetch.landing.write(content[:100_000])
    reply = SpanReply([Span(file, 50_000, 250_000)], status=206, headers={}, fetch=follow)
    await reply({"type": "http", "method": "GET"}, lambda: send({}), send)  # type: ignore[arg-type,return-value]
    assert sizes == [50_000, 200_000]


async def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    folder = Folder(tmp_path, 100, 5000, 50)
    await sent(folder.reply(spans_of(folder.files, first=0, length=5150)))
    assert opened_in(tmp_path) == []
