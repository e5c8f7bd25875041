"""Hits say what the application would have said: the same status, the same header fields, the same bytes."""

import asyncio
import os
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.clock import SystemClock
from matinee_edge.appliance import Appliance
from matinee_edge.front.exchange import Exchange
from matinee_edge.front.heads import Head
from matinee_edge.front.outgoing import Part, Reply, head_bytes
from matinee_edge.hits import IN_HEAD_BYTES
from tests.support.edge import Issuer, Spy, appliance, origin_settings
from tests.support.fronts import Answer, client, get, parsed_head
from tests.support.titles import write_title

SEGMENT_BYTES = 2 * IN_HEAD_BYTES
PATHS = ("video/v1/init.mp4", "video/v1/1.m4s", "audio/a1/2.m4s", "manifest.mpd", "text/en.vtt", "title.json")
DATE = b"Sun, 06 Nov 1994 08:49:37 GMT"


class Shop(NamedTuple):
    """An origin that is asked without a network."""

    origin: Appliance
    media: Path
    issuer: Issuer

    def target(self, path: str, *, token: str | None = None) -> str:
        return f"/t/{token or self.issuer.media_token('heat')}/titles/heat/{path}"

    def hit(self, head: Head, *, closes: bool = False) -> Answer | None:
        reply = self.origin.hits.answer(head, closes=closes, date=DATE)
        return None if reply is None else read(reply)

    def asked(self, head: Head) -> Answer:
        outlet = Outlet()
        asyncio.run(Exchange(head, outlet, peer="").run(self.origin.app()))
        return Answer(*parsed_head(outlet.head), outlet.body)


class Outlet:
    """What would be sent."""

    def __init__(self) -> None:
        self.head = b""
        self.body = b""

    def begin(self, status: int, fields: list[tuple[bytes, bytes]], *, closes: bool) -> None:
        self.head = head_bytes(status, fields, date=DATE, closes=closes)

    async def put(self, part: Part | None, *, is_last: bool) -> None:
        self.body += bytes_of(part)

    def close(self) -> None:
        raise AssertionError("an answer was cut short")


def bytes_of(part: Part | None) -> bytes:
    if part is None or isinstance(part, bytes):
        return part or b""
    return os.pread(part.file.fileno(), part.end - part.first, part.first)


def read(reply: Reply) -> Answer:
    head, _, body = reply.head.partition(b"\r\n\r\n")
    status, fields = parsed_head(head + b"\r\n\r\n")
    assert status == reply.status
    return Answer(status, fields, body + bytes_of(reply.body))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("hits")
    issuer = Issuer(folder)
    write_title(folder / "media", "heat", rungs=1, segment_bytes=SEGMENT_BYTES)
    settings = origin_settings(folder / "media", issuer)
    return Shop(Appliance(settings, url="", clock=SystemClock(), draw=lambda: 0), folder / "media/heat", issuer)


def head_of(target: str, method: str = "GET", **fields: str) -> Head:
    named = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in fields.items()}
    lines = b"".join(b"%b: %b\r\n" % pair for pair in named.items())
    return Head(method.encode(), target.encode(), {b"host": b"x"} | named, keeps=True, lines=b"Host: x\r\n" + lines)


NUMBER = st.integers(0, 2 * SEGMENT_BYTES + 200) | st.sampled_from([10**18, 10**70])
BOUND = NUMBER.map(str) | st.just("")
SPEC = st.builds("{}-{}".format, BOUND, BOUND)
RANGE = (
    st.lists(SPEC, min_size=1, max_size=3).map(lambda specs: "bytes=" + ",".join(specs))
    | st.text("bytes=-0123456789, \t\xa0\xb2", max_size=12)
    | st.builds("{}={}-{}".format, st.sampled_from(["bytes", "Bytes", "seconds", " bytes"]), BOUND, BOUND)
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "range": RANGE,
        "origin": st.sampled_from(["https://player.example", "null", ""]),
        "if_none_match": st.sampled_from(["*", '"other"']),
        "if_range": st.sampled_from(['"other"', DATE.decode()]),
        "cookie": st.just("a=b"),
        "accept_encoding": st.just("gzip, br"),
        "cmcd_request": st.just("bl=1000"),
        "priority": st.just("u=1"),
    },
)
ODD = ("absent", "", "video", "video/v1/../v1/1.m4s", "VIDEO/v1/1.m4s", "video/v1/1%2Em4s", "video%2Fv1%2F1.m4s")
TARGET = st.tuples(st.sampled_from(PATHS + ODD), st.sampled_from(["", "?", "?CMCD=bl%3D1000", "?range=0-9"]))


@given(TARGET, FIELDS, st.sampled_from(["GET", "HEAD", "POST"]))
def test_a_hit_is_what_the_application_would_have_answered(
    shop: Shop, target: tuple[str, str], fields: dict[str, str], method: str
) -> None:
    head = head_of(shop.target("".join(target)), method, **fields)
    hit = shop.hit(head)
    if hit is not None:
        assert hit == shop.asked(head)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("fields", [{}, {"range": "bytes=5-100"}, {"range": "bytes=-3"}, {"origin": "https://a"}])
def test_what_is_plainly_here_is_a_hit(shop: Shop, path: str, fields: dict[str, str]) -> None:
    content = (shop.media / path).read_bytes()
    first = {"bytes=5-100": slice(5, 101), "bytes=-3": slice(-3, None)}.get(fields.get("range", ""), slice(None))
    for _ in range(3):  # from the file, then from memory
        hit = shop.hit(head_of(shop.target(path), **fields))
        assert hit is not None
        assert hit.body == content[first]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("absent", {}),
        ("video/v1/1%2Em4s", {}),
        ("video/v1/1.m4s", {"range": "bytes=999999-"}),
        ("video/v1/1.m4s", {"if_none_match": "*"}),
        ("video/v1/1.m4s", {"if_match": "*"}),
        ("video/v1/1.m4s", {"if_range": '"a"', "range": "bytes=0-1"}),
    ],
)
def test_whatever_is_not_plainly_a_hit_is_the_applications(shop: Shop, path: str, fields: dict[str, str]) -> None:
    assert shop.hit(head_of(shop.target(path), **fields)) is None


def test_a_token_that_does_not_admit_is_the_applications_business(shop: Shop) -> None:
    for token in ("garbage", shop.issuer.media_token("alien"), shop.issuer.media_token("heat", exp_wall_ms=1)):
        assert shop.hit(head_of(shop.target(PATHS[0], token=token))) is None


def test_the_end_of_a_connection_is_said(shop: Shop) -> None:
    hit = shop.hit(head_of(shop.target(PATHS[0])), closes=True)
    assert hit is not None
    assert hit.fields["connection"] == "close"


async def test_over_sockets_hits_and_the_application_say_the_same(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    index = write_title(tmp_path / "media", "heat", segment_bytes=SEGMENT_BYTES)
    settings = origin_settings(tmp_path / "media", issuer)
    token = issuer.media_token("heat")
    asked = [
        (method, f"/t/{token}/titles/heat/{file.path}", *lines)
        for file in index.files
        for method, *lines in (
            ("GET",),
            ("HEAD",),
            ("GET", "Range: bytes=0-0"),
            ("HEAD", "Range: bytes=0-0"),
            ("GET", "Range: bytes=100-, 0-1"),
            ("GET", "Range: bytes=99999999-"),
            ("GET", "Origin: https://player.example", "Range: bytes=-7"),
            ("GET", f'If-None-Match: "{file.sha256}"'),
            ("GET", f'If-Range: "{file.sha256}"', "Range: bytes=1-2"),
        )
    ]
    got: list[list[Answer]] = []
    spies: tuple[list[Spy] | None, ...] = (None, [])
    for spy in spies:
        async with appliance(settings, spy=spy) as url, client(int(url.rpartition(":")[2])) as viewer:
            viewer.say(*(get(target, *lines, method=method) for method, target, *lines in asked))
            got.append([await viewer.hear(method=method) for method, *_ in asked])
    by_hits, by_the_application = ([(it.status, without_date(it), it.body) for it in answers] for answers in got)
    assert by_hits == by_the_application
    assert {status for status, *_ in by_hits} == {200, 206, 304, 416}


def without_date(answer: Answer) -> dict[str, str]:
    assert answer.fields["date"].endswith("GMT")
    return {name: value for name, value in answer.fields.items() if name != "date"}
