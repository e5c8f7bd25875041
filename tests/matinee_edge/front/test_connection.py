"""Connections are bounded by time, count and bytes."""

import asyncio
import socket
from pathlib import Path
from random import Random
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from matinee_edge.front.connection import LINGER_BYTES, MOST_ANSWERS, PACE_BYTES
from matinee_edge.front.tls import Tls
from tests.support.clock import HandClock
from tests.support.edge import Issuer, appliance, eventually, origin_settings
from tests.support.fronts import (
    SMALL_BUFFER_BYTES,
    File,
    certify,
    client,
    fronted,
    get,
    large_file,
    trusting,
)
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


async def test_hundreds_of_requests_in_one_send_are_answered_in_order_whoever_answers(tmp_path: Path) -> None:
    small, large = large_file(tmp_path / "small", 100), large_file(tmp_path / "large", 300_000)
    known = {b"/small": File(tmp_path / "small"), b"/large": File(tmp_path / "large")}
    dice = Random(7)
    targets = [dice.choice(("/small", "/large", f"/asked/{number}")) for number in range(20 * MOST_ANSWERS)]
    async with fronted(files=known) as front, client(front.port) as viewer:
        viewer.say(*(get(target) for target in targets))
        bodies = {"/small": small, "/large": large}
        for target in targets:
            assert (await viewer.hear()).body == bodies.get(target, target.encode())


async def test_a_request_that_comes_in_bits_is_answered(tmp_path: Path) -> None:
    async with fronted() as front, client(front.port) as viewer:
        for byte in get("/bits") + get("/again"):
            viewer.say(bytes([byte]))
            await viewer.writer.drain()
            await asyncio.sleep(0)
        assert [(await viewer.hear()).body for _ in range(2)] == [b"/bits", b"/again"]


@pytest.mark.parametrize("is_secured", [False, True])
@pytest.mark.parametrize("is_at_hand", [False, True])
async def test_a_body_that_is_taken_in_bits_arrives_byte_for_byte(
    tmp_path: Path, is_secured: bool, is_at_hand: bool
) -> None:
    content = large_file(tmp_path / "film", 3_000_001)
    paths = certify(tmp_path)
    tls = Tls(*paths) if is_secured else None
    trusted = trusting(paths[0]) if is_secured else None
    known = {b"/film": File(tmp_path / "film")} if is_at_hand else {}

    async def send_film(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3000001")]})
        await send({"type": "http.response.body", "body": content[:1_000_000], "more_body": True})
        span = {"file": File(tmp_path / "film"), "offset": 1_000_000, "count": 2_000_001}
        await send({"type": "http.response.zerocopysend", **span})

    async with (
        fronted(send_film, files=known, tls=tls) as front,
        client(front.port, tls=trusted, buffer_bytes=SMALL_BUFFER_BYTES) as viewer,
    ):
        viewer.say(get("/film"), get("/film"))
        for _ in range(2):
            assert (await viewer.hear()).body == content


@pytest.mark.parametrize("is_secured", [False, True])
async def test_a_client_that_takes_enough_within_each_deadline_gets_all_of_it(tmp_path: Path, is_secured: bool) -> None:
    content, clock, paths = large_file(tmp_path / "film", 8 << 20), HandClock(), certify(tmp_path)
    async with (
        fronted(
            files={b"/film": File(tmp_path / "film")},
            tls=Tls(*paths) if is_secured else None,
            clock=clock,
            write_deadline_ms=1_000,
        ) as front,
        client(front.port, tls=trusting(paths[0]) if is_secured else None, buffer_bytes=SMALL_BUFFER_BYTES) as viewer,
    ):
        viewer.say(get("/film"))
        await viewer.reader.readuntil(b"\r\n\r\n")
        for first in range(0, len(content), 2 * PACE_BYTES):
            async with asyncio.timeout(10):
                assert await viewer.reader.readexactly(2 * PACE_BYTES) == content[first : first + 2 * PACE_BYTES]
            await clock.advance(900)


async def test_a_client_that_takes_a_little_now_and_then_is_cut_off(tmp_path: Path) -> None:
    large_file(tmp_path / "film", 16 << 20)
    clock = HandClock()
    async with (
        fronted(files={b"/film": File(tmp_path / "film")}, clock=clock, write_deadline_ms=1_000) as front,
        client(front.port, buffer_bytes=SMALL_BUFFER_BYTES) as viewer,
    ):
        viewer.say(get("/film"))
        await eventually(lambda: front.tally.answering)
        for _ in range(9):
            await viewer.reader.readexactly(PACE_BYTES // 20)
            await clock.advance(100)
        assert front.tally.connections == 1
        await clock.advance(100)
        await eventually(lambda: front.is_at_rest)


async def test_whoever_closes_only_its_own_half_gets_its_answers_and_then_the_end(tmp_path: Path) -> None:
    content = large_file(tmp_path / "film", 3_000_001)
    async with (
        fronted(files={b"/film": File(tmp_path / "film")}) as front,
        client(front.port, buffer_bytes=SMALL_BUFFER_BYTES) as viewer,
    ):
        viewer.say(get("/film"), get("/asked"))
        viewer.writer.write_eof()
        assert (await viewer.hear()).body == content
        assert (await viewer.hear()).body == b"/asked"
        assert await viewer.rest() == b""


async def test_an_end_that_comes_with_the_request_is_noticed_at_once() -> None:
    async with fronted(idle_deadline_ms=1 << 40) as front:
        with socket.socket() as sock:
            sock.connect(("127.0.0.1", front.port))
            sock.sendall(get("/"))
            sock.shutdown(socket.SHUT_WR)
            sock.setblocking(False)
            await eventually(lambda: front.tally.requests and front.is_at_rest)


@pytest.mark.parametrize("is_secured", [False, True])
async def test_a_handshake_or_head_that_drips_is_cut_off_when_its_time_is_up(tmp_path: Path, is_secured: bool) -> None:
    clock, tls = HandClock(), Tls(*certify(tmp_path)) if is_secured else None
    async with fronted(clock=clock, tls=tls, head_deadline_ms=1_000) as front, client(front.port) as viewer:
        await eventually(lambda: front.tally.connections)
        for byte in b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" if is_secured else b"GET / HTT":
            await clock.advance(100)
            viewer.say(bytes([byte]))
            await viewer.writer.drain()
        assert front.tally.connections == 1
        await clock.advance(100)
        assert await viewer.rest() == b""


async def test_a_head_after_others_has_its_own_deadline_from_its_first_byte_on() -> None:
    clock = HandClock()
    async with (
        fronted(clock=clock, head_deadline_ms=1_000, idle_deadline_ms=5_000) as front,
        client(front.port) as viewer,
    ):
        viewer.say(get("/a"))
        await viewer.hear()
        await clock.advance(4_900)
        viewer.say(b"GET /b HTTP/1.1\r\n")
        viewer.say(b"Host: x\r\n\r\n")
        assert (await viewer.hear()).body == b"/b"
        await clock.advance(4_900)
        assert front.tally.connections == 1
        await clock.advance(100)
        assert await viewer.rest() == b""


async def test_after_the_last_answer_a_client_may_go_on_sending_so_much_and_still_hears_it() -> None:
    async with fronted() as front, client(front.port) as viewer:
        viewer.say(get("/a", "Connection: close"), bytes(LINGER_BYTES // 2))
        answer = await viewer.hear()
        assert (answer.body, answer.fields["connection"]) == (b"/a", "close")
        assert await viewer.rest() == b""
        assert front.tally.requests == 1


async def test_whoever_never_stops_sending_is_cut_off_in_the_end() -> None:
    async with fronted() as front, client(front.port) as viewer:
        viewer.say(get("/a", "Connection: close"))
        async with asyncio.timeout(10):
            while front.tally.connections:
                viewer.say(bytes(LINGER_BYTES))
                await asyncio.sleep(0)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_a_connection_that_is_not_kept_says_so_and_ends(version: str) -> None:
    async with fronted() as front, client(front.port) as viewer:
        viewer.say(get("/a", "Connection: close", version=version), get("/b"))
        assert (await viewer.hear()).fields["connection"] == "close"
        assert await viewer.rest() == b""


async def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for body in (b"a", b"b"):
            await send({"type": "http.response.body", "body": body, "more_body": body == b"a"})

    async with fronted(stream) as front, client(front.port) as viewer:
        viewer.say(get("/"), get("/"))
        answer = await viewer.hear()
        assert (answer.body, answer.fields["connection"]) == (b"ab", "close")


async def test_a_refused_head_is_the_last_and_no_error_of_ours() -> None:
    async with fronted() as front, client(front.port) as viewer:
        viewer.say(b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", get("/a"))
        answer = await viewer.hear()
        assert (answer.status, answer.fields["connection"]) == (505, "close")
        assert await viewer.rest() == b""
        assert (front.tally.requests, front.tally.errors) == (1, 0)


async def test_a_failure_of_the_application_is_counted_as_an_error() -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("inside")

    async with fronted(fail) as front, client(front.port) as viewer:
        viewer.say(get("/"))
        assert (await viewer.hear()).status == 500
        await eventually(lambda: front.is_at_rest)
        assert front.tally.errors == 1


async def test_what_is_counted_is_what_was_sent(tmp_path: Path) -> None:
    large_file(tmp_path / "film", 100_000)
    async with fronted(files={b"/film": File(tmp_path / "film")}) as front, client(front.port) as viewer:
        viewer.say(get("/film"), get("/asked", "Connection: close"))
        got = await viewer.rest()
        assert (front.tally.requests, front.tally.bytes_sent) == (2, len(got))
        assert len(front.tally.first_bytes_ms) == 2
