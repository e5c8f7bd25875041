"""The rules of serving, asked over a real connection."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from multidict import CIMultiDictProxy
from yarl import URL

from matinee.crypto.tokens import SigningKey
from matinee.wire.auth import MediaClaims
from matinee.wire.problem import Problem
from matinee.wire.title import TitleIndex
from tests.support.edge import FAR_WALL_MS, Issuer, appliance, origin_settings
from tests.support.titles import write_title


class Shop:
    """An origin with the title heat, and a viewer's connection to it."""

    def __init__(self, folder: Path, url: str, issuer: Issuer, index: TitleIndex, http: aiohttp.ClientSession) -> None:
        self.media = folder / "media"
        self.url = url
        self.issuer = issuer
        self.index = index
        self.http = http
        self.token = issuer.media_token("heat")

    async def get(
        self, path: str, *, method: str = "GET", token: str | None = None, title: str = "heat", **headers: str
    ) -> tuple[int, CIMultiDictProxy[str], bytes]:
        url = f"{self.url}/t/{self.token if token is None else token}/titles/{title}/{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.request(method, URL(url, encoded=True), headers=named) as response:
            return response.status, response.headers, await response.read()

    async def segments(self, **query: str) -> tuple[int, CIMultiDictProxy[str], bytes]:
        url = f"{self.url}/v1/titles/heat/segments"
        async with self.http.get(url, params={"token": self.token} | query) as response:
            return response.status, response.headers, await response.read()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    issuer = Issuer(tmp_path)
    index = write_title(tmp_path / "media", "heat")
    settings = origin_settings(tmp_path / "media", issuer)
    async with appliance(settings) as url, aiohttp.ClientSession() as http:
        yield Shop(tmp_path, url, issuer, index, http)


def problem(raw: bytes) -> Problem:
    return msgspec.json.decode(raw, type=Problem)


async def test_every_file_is_served_byte_for_byte_with_its_hash_as_its_tag(shop: Shop) -> None:
    for file in shop.index.files:
        status, headers, body = await shop.get(file.path)
        assert (status, body) == (200, (shop.media / "heat" / file.path).read_bytes())
        assert headers["ETag"] == f'"{file.sha256}"'
        assert headers["Repr-Digest"] == f"sha-256=:{b64encode(bytes.fromhex(file.sha256)).decode()}:"
        assert headers["Content-Length"] == str(file.size_bytes)
        assert "immutable" in headers["Cache-Control"] or file.representation_id is None
    assert (await shop.get("title.json"))[2] == (shop.media / "heat/title.json").read_bytes()


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("manifest.mpd", "application/dash+xml"),
        ("master.m3u8", "application/vnd.apple.mpegurl"),
        ("video/v1/init.mp4", "video/mp4"),
        ("audio/a1/1.m4s", "audio/mp4"),
        ("text/en.vtt", "text/vtt; charset=utf-8"),
        ("poster.jpg", "image/jpeg"),
    ],
)
async def test_the_type_says_what_it_is(shop: Shop, path: str, content_type: str) -> None:
    assert (await shop.get(path))[1]["Content-Type"] == content_type


async def test_a_head_request_says_all_but_the_bytes(shop: Shop) -> None:
    status, headers, body = await shop.get("poster.jpg", method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, "900", b"")


async def test_a_peer_learns_at_once_that_a_file_is_not_here(shop: Shop) -> None:
    assert (await shop.get("poster.jpg", Cache_Control="only-if-cached"))[0] == 200
    assert (await shop.get("absent.jpg", Cache_Control="only-if-cached"))[0] == 504
    shop.token = shop.issuer.media_token("*")
    assert (await shop.get("poster.jpg", title="alien", Cache_Control="only-if-cached"))[0] == 504


async def test_a_head_request_has_no_range(shop: Shop) -> None:
    status, headers, _ = await shop.get("poster.jpg", method="HEAD", Range="bytes=0-9")
    assert (status, headers["Content-Length"]) == (200, "900")
    assert "Content-Range" not in headers


async def test_ranges_are_slices_of_the_file(shop: Shop) -> None:
    whole = (shop.media / "heat/poster.jpg").read_bytes()
    for header, expected in (("0-9", whole[:10]), ("-5", whole[-5:]), ("890-", whole[890:]), ("5-5", whole[5:6])):
        status, headers, body = await shop.get("poster.jpg", Range=f"bytes={header}")
        first = whole.index(expected)
        assert (status, body) == (206, expected)
        assert headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/900"
    status, _, body = await shop.get("poster.jpg", Range="bytes=0-1,5-6")
    assert (status, body) == (200, whole)


async def test_a_range_beyond_the_end_says_how_long_the_file_is(shop: Shop) -> None:
    status, headers, body = await shop.get("poster.jpg", Range="bytes=900-")
    assert (status, headers["Content-Range"]) == (416, "bytes */900")
    assert problem(body).status == 416


async def test_a_known_file_is_not_sent_again(shop: Shop) -> None:
    etag = (await shop.get("manifest.mpd"))[1]["ETag"]
    status, headers, body = await shop.get("manifest.mpd", If_None_Match=etag)
    assert (status, headers["ETag"], body) == (304, etag, b"")
    assert (await shop.get("manifest.mpd", If_Match='"other"'))[0] == 412
    assert (await shop.get("manifest.mpd", Range="bytes=0-0", If_Range=etag))[0] == 206
    assert (await shop.get("manifest.mpd", Range="bytes=0-0", If_Range='"other"'))[0] == 200


async def test_segments_are_the_files_of_a_representation_joined(shop: Shop) -> None:
    names = ("init.mp4", "1.m4s", "2.m4s", "3.m4s")
    joined = b"".join((shop.media / "heat/video/v2" / name).read_bytes() for name in names)
    for first, last in ((0, 299), (390, 410), (0, len(joined) - 1), (5_000, 11_000), (len(joined) - 1, 10**9)):
        status, headers, body = await shop.segments(representation="v2", range=f"{first}-{last}")
        assert (status, body) == (206, joined[first : last + 1])
        end = min(last, len(joined) - 1)
        assert headers["Content-Range"] == f"bytes {first}-{end}/{len(joined)}"
    assert (await shop.segments(representation="v2"))[2] == joined


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"representation": "v9", "range": "0-9"}, 404),
        ({"range": "0-9"}, 404),
        ({"representation": "v1", "range": "nine"}, 400),
        ({"representation": "v1", "range": "0-1,3-4"}, 400),
        ({"representation": "v1", "range": "-5"}, 400),
        ({"representation": "v1", "range": "99999999-"}, 416),
        ({"representation": "v1", "range": "0-9", "token": "x"}, 401),
    ],
)
async def test_a_wrong_request_for_segments_is_refused_by_kind(shop: Shop, query: dict[str, str], status: int) -> None:
    got, _, body = await shop.segments(**query)
    assert (got, problem(body).status) == (status, status)


async def test_tokens_decide(shop: Shop) -> None:
    issuer = shop.issuer
    foreign = SigningKey.generate().sign(MediaClaims(sub="x", titles=("*",), exp_wall_ms=FAR_WALL_MS))
    for token in ("garbage", "%00", issuer.media_token("heat", exp_wall_ms=1), foreign):
        status, headers, body = await shop.get("poster.jpg", token=token)
        assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
        assert problem(body).type == "urn:matinee:problem:token-invalid"
    status, _, body = await shop.get("poster.jpg", token=issuer.media_token("alien"))
    assert (status, problem(body).type) == (403, "urn:matinee:problem:not-entitled")


@pytest.mark.parametrize(
    "path",
    [
        "../../trust.json",
        "..%2f..%2ftrust.json",
        "%2e%2e/%2e%2e/trust.json",
        "....//trust.json",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "poster.jpg%00",
        "poster.jpg/",
        "./poster.jpg",
        "video/../poster.jpg",
        "..%5c..%5ctrust.json",
        "%c0%ae%c0%ae/trust.json",
        "%ff",
        "",
        "POSTER.JPG",
        "video",
    ],
)
async def test_nothing_but_listed_paths_is_served(shop: Shop, path: str) -> None:
    # Sent as it stands: an HTTP library would tidy the path up.
    request = (
        f"GET /t/{shop.issuer.media_token('*')}/titles/heat/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", int(shop.url.rpartition(":")[2]))
    writer.write(request.encode())
    got = await reader.read()
    writer.close()
    assert got.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), got
    assert shop.issuer.key.key_id.encode() not in got


@pytest.mark.parametrize("title", ["..", "%2e%2e", "HEAT", "alien", ".landing", "heat%2f..%2fheat", "heat%0a"])
async def test_nothing_but_titles_is_looked_for(shop: Shop, title: str) -> None:
    status, _, _ = await shop.get("poster.jpg", token=shop.issuer.media_token("*"), title=title)
    assert status == 404


async def test_a_page_of_any_origin_may_fetch_ranges(shop: Shop) -> None:
    status, headers, _ = await shop.get("poster.jpg", Origin="https://player.example", Range="bytes=0-9")
    assert (status, headers["Access-Control-Allow-Origin"]) == (206, "*")
    for name in ("Content-Range", "Content-Length", "Date"):
        assert name in headers["Access-Control-Expose-Headers"]
    status, headers, _ = await shop.get(
        "poster.jpg",
        method="OPTIONS",
        Origin="https://player.example",
        Access_Control_Request_Method="GET",
        Access_Control_Request_Headers="range, cmcd-session",
    )
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert "range" in headers["Access-Control-Allow-Headers"].lower()


async def test_a_refusal_can_be_read_by_a_page_too(shop: Shop) -> None:
    status, headers, _ = await shop.get("absent", Origin="https://player.example")
    assert (status, headers["Access-Control-Allow-Origin"]) == (404, "*")


async def test_other_methods_are_refused_without_repeating_the_token(shop: Shop) -> None:
    for method in ("POST", "PUT", "DELETE"):
        status, _, body = await shop.get("poster.jpg", method=method)
        assert status == 405
        assert shop.token.encode() not in body


async def test_status_counts_and_holds_no_secret(shop: Shop) -> None:
    await shop.get("poster.jpg")
    async with shop.http.get(f"{shop.url}/v1/status") as response:
        raw = await response.read()
    status = msgspec.json.decode(raw)
    assert (status["titles"], status["hits"]) == (["heat"], 1)
    assert 900 < status["bytes_sent"] < 1_800
    assert shop.token.encode() not in raw
    async with shop.http.get(f"{shop.url}/healthz") as response:
        assert await response.json() == {"status": "ok"}


async def test_a_file_that_the_origin_lost_is_a_bad_gateway(shop: Shop) -> None:
    (shop.media / "heat/poster.jpg").write_bytes(b"short")
    status, _, body = await shop.get("poster.jpg")
    assert (status, problem(body).type) == (502, "urn:matinee:problem:segment-unavailable")
