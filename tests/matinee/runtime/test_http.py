"""HTTP on loopback: bytes or a reason, by a deadline, within a bound."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace
from multidict import CIMultiDict

from matinee.runtime.http import FetchFailure, Http, Request, is_as_published
from matinee.wire.cmsd import Cmsd
from tests.support.servers import MediaServer, serving, serving_title


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[MediaServer]:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 1000)
    async with serving_title(tmp_path) as server:
        yield server


async def test_a_body_comes_whole_and_its_pieces_are_told(served: MediaServer) -> None:
    told: list[tuple[int, int]] = []
    async with Http() as http:
        answer = await http.fetch(file_of(served), on_piece=lambda _, *facts: told.append(facts))
    assert answer.body == bytes(range(256)) * 1000
    assert len(told) >= 2
    assert told[-1] == (256_000, 256_000)
    assert all(0 < received < 256_000 and size == 256_000 for received, size in told[:-1])


async def test_the_pieces_themselves_are_handed_over_as_they_come(served: MediaServer) -> None:
    pieces: list[bytes] = []
    async with Http() as http:
        await http.fetch(file_of(served), on_piece=lambda piece, *_: pieces.append(piece))
    assert b"".join(pieces) == bytes(range(256)) * 1000


async def test_a_range_is_cut_out_of_the_answer_of_a_server_that_ignores_it(served: MediaServer) -> None:
    async with Http() as http:
        answer = await http.fetch(replace(file_of(served), byte_range=(3, 6)))
    assert answer.body == bytes([3, 4, 5, 6])


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("http-503", "http-503"), ("truncated", "truncated"), ("reset", "reset"), ("silence", "timeout")],
)
async def test_a_failure_is_a_reason(served: MediaServer, fault: str, reason: str) -> None:
    served.fault = fault
    async with Http() as http:
        with pytest.raises(FetchFailure) as failure:
            await http.fetch(replace(file_of(served), deadline_ms=300))
    assert failure.value.reason == reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9/", "refused"),
        ("http://name.invalid/", "unresolved"),
        ("not a url", "invalid-url"),
        ("http://[::1/", "invalid-url"),
    ],
)
async def test_an_address_that_leads_nowhere_is_a_reason(url: str, reason: str) -> None:
    async with Http() as http:
        with pytest.raises(FetchFailure) as failure:
            await http.fetch(Request(url=url, most_bytes=1, deadline_ms=5_000))
    assert failure.value.reason == reason


async def test_more_than_the_bound_is_not_read(served: MediaServer) -> None:
    async with Http() as http:
        with pytest.raises(FetchFailure, match="too-large"):
            await http.fetch(replace(file_of(served), most_bytes=1000))


async def test_retry_after_reaches_whoever_decides(served: MediaServer) -> None:
    served.fault, served.retry_after = "http-429", "7"
    async with Http() as http:
        with pytest.raises(FetchFailure) as failure:
            await http.fetch(file_of(served))
    assert (failure.value.status, failure.value.hint_ms) == (429, 7_000)


async def test_a_date_to_come_back_at_is_read_by_the_clock_of_the_server(served: MediaServer) -> None:
    served.fault, served.retry_after = "http-503", "Tue, 20 Oct 2015 08:00:30 GMT"
    served.date = "Tue, 20 Oct 2015 08:00:00 GMT"
    async with Http() as http:
        with pytest.raises(FetchFailure) as failure:
            await http.fetch(file_of(served))
    assert failure.value.hint_ms == 30_000


@pytest.mark.parametrize(
    ("digest", "is_so"),
    [
        ("", True),
        ("sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:", True),
        ("md5=:AAAA:, sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:", True),
        ("sha-256=:AAAAul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:", False),
        ("sha-256=nonsense", True),
    ],
)
def test_a_body_is_held_against_the_digest_that_the_server_tells(digest: str, is_so: bool) -> None:
    assert is_as_published(b"hello", digest) is is_so


async def test_a_url_is_asked_for_as_it_was_written() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with serving(app) as url, Http() as http:
        for path in ("/a%2Fb;c?sig=x%2Fy%3D~", "/ä b"):
            await http.fetch(Request(url=url + path, most_bytes=1, deadline_ms=5_000))
    assert asked == ["/a%2Fb;c?sig=x%2Fy%3D~", "/%C3%A4%20b"]


async def test_what_a_server_says_of_the_link_comes_with_its_answer() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(
            headers=CIMultiDict([("CMSD-Dynamic", '"origin";mb=900'), ("CMSD-Dynamic", '"edge";etp=4000')])
        )

    app = web.Application()
    app.router.add_get("/", answer)
    async with serving(app) as url, Http() as http:
        told = await http.fetch(Request(url=url, most_bytes=1, deadline_ms=5_000))
    assert told.cmsd == Cmsd(throughput_kbps=4_000, most_kbps=900)


def file_of(served: MediaServer) -> Request:
    return Request(url=f"{served.url}/file", most_bytes=1 << 20, deadline_ms=5_000)
