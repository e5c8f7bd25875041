"""Asking the parent: what it does is said in typed errors, in which its token never stands."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from matinee.errors import SegmentUnavailable, TitleUnknown
from matinee.wire.title import MediaFile
from matinee_edge.parent import Parent, session, urgency_of
from tests.support.edge import Issuer, appliance, origin_settings
from tests.support.titles import write_title

FILE = MediaFile(path="poster.jpg", size_bytes=900, sha256="")


@asynccontextmanager
async def answering(raw: bytes) -> AsyncIterator[str]:
    """A server that answers every request with these bytes and closes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def poured(url: str, token_file: Path, *, file: MediaFile = FILE) -> bytes:
    parent, got = Parent(url, token_file=token_file), bytearray()
    async with session() as http:
        parent.ask_over(http)
        await parent.pour("heat", file, into=got.extend)
    return bytes(got)


async def test_the_bytes_are_the_parents(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    index = write_title(tmp_path / "media", "heat")
    poster = next(file for file in index.files if file.path == FILE.path)
    async with appliance(origin_settings(tmp_path / "media", issuer)) as url:
        expected = (tmp_path / "media/heat/poster.jpg").read_bytes()
        assert await poured(url, issuer.media_token_file, file=poster) == expected


async def test_other_bytes_than_the_listed_ones_are_not_even_sent(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    write_title(tmp_path / "media", "heat")
    async with appliance(origin_settings(tmp_path / "media", issuer)) as url:
        with pytest.raises(TitleUnknown, match="another version"):
            await poured(url, issuer.media_token_file)


async def test_an_index_that_is_known_is_not_sent_again(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    write_title(tmp_path / "media", "heat")
    async with appliance(origin_settings(tmp_path / "media", issuer)) as url:
        parent = Parent(url, token_file=issuer.media_token_file)
        async with session() as http:
            parent.ask_over(http)
            raw = await parent.index("heat")
            assert raw == (tmp_path / "media/heat/title.json").read_bytes()
            assert await parent.index("heat", etag=f'"{sha256(raw).hexdigest()}"') is None


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nshort",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"\x00\x01garbage\r\n\r\n",
        b"",
    ],
    ids=["truncated", "500", "401", "redirect", "garbage", "hangs up"],
)
async def test_whatever_goes_wrong_is_a_segment_that_was_not_delivered(tmp_path: Path, raw: bytes) -> None:
    issuer = Issuer(tmp_path)
    async with answering(raw) as url:
        with pytest.raises(SegmentUnavailable) as caught:
            await poured(url, issuer.media_token_file)
    assert issuer.media_token_file.read_text() not in repr((caught.value, caught.value.facts))


async def test_a_parent_that_refuses_the_connection_is_named_without_its_token(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SegmentUnavailable, match=r"poster\.jpg of heat: ClientConnectorError"):
            await poured(f"http://127.0.0.1:{taken.getsockname()[1]}", issuer.media_token_file)


async def test_a_file_that_the_parent_does_not_have_is_unknown(tmp_path: Path) -> None:
    async with answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as url:
        with pytest.raises(TitleUnknown):
            await poured(url, Issuer(tmp_path).media_token_file)


async def test_a_missing_token_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(SegmentUnavailable, match="token file"):
        await poured("http://127.0.0.1:1", tmp_path / "absent")


@pytest.mark.parametrize(
    ("header", "urgency"), [("u=1", 1), ("u=5, i", 5), ("i", 3), ("", 3), ("u=9", 3), ("u=77", 3), ("u=0.5", 3)]
)
def test_the_urgency_is_what_the_header_says_if_it_says_one(header: str, urgency: int) -> None:
    assert urgency_of(header) == urgency
