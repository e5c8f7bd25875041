"""Connections are bounded by time, count and bytes."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.support.edge import Issuer, appliance, origin_settings
from tests.support.titles import write_title

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LAST_HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
LAST_STATUS = b"GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def bounded(folder: Path, **bounds: Any) -> Any:
    return appliance(origin_settings(folder / "media", Issuer(folder), **bounds))


async def connected(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))


async def answered(url: str, *pieces: bytes) -> bytes:
    """All that comes back for these bytes until the server closes."""
    reader, writer = await connected(url)
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def until_answered(url: str, request: bytes, wanted: bytes) -> None:
    """Returns once the answer holds what is wanted. Raises TimeoutError after ten seconds."""
    async with asyncio.timeout(10):
        while True:
            if wanted in await answered(url, request):
                return


async def test_a_head_that_does_not_end_is_cut_off_after_its_deadline(tmp_path: Path) -> None:
    async with bounded(tmp_path, head_deadline_ms=50) as url:
        assert await answered(url) == b""
        assert await answered(url, b"GET / HTTP/1.1\r\nX: ") == b""


async def test_an_idle_connection_is_closed_after_its_deadline(tmp_path: Path) -> None:
    async with bounded(tmp_path, idle_deadline_ms=50) as url:
        assert (await answered(url, HEALTH)).count(b"200 OK") == 1


async def test_a_slow_head_on_a_kept_connection_is_cut_off_too(tmp_path: Path) -> None:
    async with bounded(tmp_path, head_deadline_ms=100) as url:
        assert (await answered(url, HEALTH, b"GET / HTT")).count(b"200 OK") == 1


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 12_000 + b"\r\n",
    ],
    ids=["url", "header", "many headers"],
)
async def test_a_head_that_is_too_long_is_refused(tmp_path: Path, head: bytes) -> None:
    async with bounded(tmp_path) as url:
        assert b" 431 " in (await answered(url, head))[:20]


async def test_an_endless_header_is_refused_while_it_comes(tmp_path: Path) -> None:
    async with bounded(tmp_path) as url:
        _, writer = await connected(url)
        sent_bytes = 0
        try:
            writer.write(b"GET / HTTP/1.1\r\nX: ")
            while sent_bytes < 64 << 20:
                writer.write(b"a" * 65_536)
                await writer.drain()
                sent_bytes += 65_536
        except ConnectionError:
            pass
        assert sent_bytes < 64 << 20
        writer.close()


async def test_one_connection_too_many_is_refused_and_there_is_room_again_later(tmp_path: Path) -> None:
    async with bounded(tmp_path, max_connections=1) as url:
        reader, writer = await connected(url)
        writer.write(HEALTH)
        assert b"200 OK" in await reader.readuntil(b"\r\n")
        assert b" 503 " in await answered(url, HEALTH)
        writer.close()
        await writer.wait_closed()
        await until_answered(url, LAST_HEALTH, b"200 OK")


async def test_pipelined_requests_are_answered_in_order(tmp_path: Path) -> None:
    async with bounded(tmp_path) as url:
        got = await answered(url, HEALTH + HEALTH + LAST_STATUS)
    assert got.count(b"HTTP/1.1 200 OK") == 3
    assert got.index(b'"status"') < got.index(b'"kind"')


async def test_a_client_that_takes_nothing_is_cut_off_and_delays_nobody(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    write_title(tmp_path / "media", "heat", rungs=1, segments=1, segment_bytes=16 << 20)
    settings = origin_settings(tmp_path / "media", issuer, write_deadline_ms=300)
    async with appliance(settings) as url:
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.connect(("127.0.0.1", int(url.rpartition(":")[2])))
            path = f"/t/{issuer.media_token('heat')}/titles/heat/video/v1/1.m4s"
            stuck.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert b"200 OK" in await answered(url, LAST_HEALTH)
            await until_answered(url, LAST_STATUS, b'"connections":1,')
