"""Requests that mean harm: each gets the right status or a closed door, and whoever comes next is served.

Sources of the tricks: J. Kettle, "HTTP Desync Attacks" (2019) and "HTTP/1.1 must die" (2025); RFC 9112, section 11;
OWASP, "Path Traversal"; CVE-2011-3192 (overlapping ranges); R. Hansen, "Slowloris" (2009).
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.edge import Issuer, appliance, origin_settings
from tests.support.fronts import Answer, Client, client, get, origin_process, read_answer
from tests.support.titles import write_title

SECRET = b"nobody reads this"
SEGMENT = "video/v1/1.m4s"
BEHIND = get("/healthz", "X-Behind: yes")
"""What must never be answered when it follows a refused head."""
REUSED = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Examples may share an appliance: whatever they do to it must not matter."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """An origin, and what it has."""

    port: int
    token: str
    content: bytes
    """Of the segment."""

    def path(self, path: str = SEGMENT) -> str:
        return f"/t/{self.token}/titles/heat/{path}"

    async def answers(self, raw: bytes) -> list[Answer]:
        """All that comes back for these bytes, and then nothing more."""
        async with client(self.port) as stranger:
            stranger.say(raw)
            stranger.writer.write_eof()
            return await answers_of(stranger)

    async def check(self) -> None:
        """It serves."""
        async with client(self.port) as viewer:
            viewer.say(get(self.path()))
            assert (await viewer.hear()).body == self.content


async def answers_of(stranger: Client) -> list[Answer]:
    rest = asyncio.StreamReader()
    rest.feed_data(await stranger.rest())
    rest.feed_eof()
    found = []
    while not rest.at_eof():
        found.append(await read_answer(rest))
    return found


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[Target]:
    issuer = Issuer(tmp_path)
    write_title(tmp_path / "media", "heat", rungs=1)
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "media/secret").write_bytes(SECRET)
    (tmp_path / "media/heat/secret").write_bytes(SECRET)
    (tmp_path / "media/heat/video/link").symlink_to(tmp_path / "secret")
    async with appliance(origin_settings(tmp_path / "media", issuer, head_deadline_ms=500)) as url:
        yield Target(
            port=int(url.rpartition(":")[2]),
            token=issuer.media_token("heat"),
            content=(tmp_path / "media/heat" / SEGMENT).read_bytes(),
        )


BODY = b"0\r\n\r\n"
SMUGGLED = {
    "CL.TE": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "TE.CL": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" + BODY,
    "CL.0": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(BEHIND),
    "two lengths": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 9\r\n\r\n",
    "a list of lengths": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 0\r\n\r\n",
    "a signed length": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n",
    "a negative length": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a length in hex": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x0\r\n\r\n",
    "an empty length": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
    "a length with underscores": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0_0\r\n\r\n",
    "a huge length": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n",
    "TE.TE": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n" + BODY,
    "TE of another name": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n" + BODY,
    "TE identity": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n",
    "TE in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "TE with a space before the colon": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n" + BODY,
    "TE with a tab before the colon": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding\t: chunked\r\n\r\n" + BODY,
    "TE with a vertical tab": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\x0bchunked\r\n\r\n" + BODY,
    "TE with a NUL": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\x00\r\n\r\n" + BODY,
    "TE in capitals": b"POST / HTTP/1.1\r\nHost: x\r\nTRANSFER-ENCODING: ChUnKeD\r\n\r\n" + BODY,
    "TE folded": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n" + BODY,
    "TE behind a fold": b"POST / HTTP/1.1\r\nHost: x\r\nA: b\r\n Transfer-Encoding: chunked\r\n\r\n" + BODY,
    "TE behind a bare line feed": b"POST / HTTP/1.1\r\nHost: x\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "TE behind a bare carriage return": b"POST / HTTP/1.1\r\nHost: x\r\nA: b\rTransfer-Encoding: chunked\r\n\r\n",
    "chunk extensions": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0;a=\n\r\n\r\n",
    "a chunk of no size": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
    "a fold in the first field": b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    "a field without a name": b"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
    "a field without a colon": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a second request in the target": b"GET /\rGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a target with spaces": b"GET / a HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/1.10": b"GET / HTTP/1.10\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a body under Expect": b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
}


@pytest.mark.parametrize("raw", SMUGGLED.values(), ids=SMUGGLED)
async def test_behind_a_refused_head_nothing_is_answered(target: Target, raw: bytes) -> None:
    (answer,) = await target.answers(raw + BEHIND)
    assert answer.status in (400, 413, 505)
    assert answer.fields["connection"] == "close"
    await target.check()


async def test_a_request_without_a_body_is_followed_by_the_next(target: Target) -> None:
    bare = b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    upgrading = get("/healthz", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", "Connection: Upgrade")
    assert [answer.status for answer in await target.answers(bare + upgrading + BEHIND)] == [200] * 3


STEPS = (
    "../secret",
    "../../secret",
    "../" * 40 + "etc/passwd",
    "video/../secret",
    "video/link",
    "secret",
    "./secret",
    "/secret",
    "//secret",
    "/etc/passwd",
    "..%2fsecret",
    "%2e%2e/secret",
    "%2e%2e%2fsecret",
    "%252e%252e%252fsecret",
    "..%252fsecret",
    "..%5csecret",
    "..\\secret",
    "..%c0%afsecret",
    "%c0%ae%c0%ae/secret",
    "%ef%bc%8e%ef%bc%8e/secret",
    "%e2%80%a5/secret",
    "..%u2215secret",
    "secret%00.m4s",
    f"{SEGMENT}%00",
    f"{SEGMENT}/..",
    f"{SEGMENT}/../../../secret",
    "..;/secret",
    ".../secret",
    "....//secret",
    "..%0d%0asecret",
    "file:///etc/passwd",
    "~/secret",
    ".landing",
    "#secret",
)


@pytest.mark.parametrize("step", STEPS)
async def test_nothing_is_read_but_what_a_title_lists(target: Target, step: str) -> None:
    paths = [
        target.path(step),
        f"/t/{target.token}/titles/{step}",
        f"/t/{target.token}/titles/heat%2f{step}",
        f"/t/{target.token}/{step}",
        f"/{step}",
        f"http://x{target.path(step)}",
        f"http://{step}",
        f"/v1/titles/{step}/segments?token={target.token}&representation=v1",
        f"/v1/titles/heat/segments?token={target.token}&representation={step}",
    ]
    for path in paths:
        for answer in await target.answers(get(path, "Connection: close")):
            assert answer.status in (400, 401, 403, 404, 405)
            assert SECRET not in answer.body
            assert b"root:" not in answer.body
    await target.check()


MOST_RANGE_BYTES = 4_000
"""Whoever says more is answered by the whole, as any Range may be."""


def acceptable(header: str, content: bytes) -> set[tuple[int, bytes]]:
    """What RFC 9110, section 14, allows as an answer: status and body; of a refusal the status alone."""
    whole, size = (200, content), len(content)
    unit, _, rest = header.partition("=")
    specs = [spec.strip(" \t") for spec in rest.split(",")]
    pairs = [re.fullmatch(r"([0-9]*)-([0-9]*)", spec) for spec in specs if spec]
    if unit.lower() != "bytes" or not pairs or not all(pairs) or len(header) > MOST_RANGE_BYTES:
        return {whole}
    slices = []
    for first, last in (pair.groups() for pair in pairs if pair):
        if (not first and not last) or (first and last and int(last) < int(first)):
            return {whole}
        begin, end = (int(first), int(last or size - 1) + 1) if first else (max(0, size - int(last)), size)
        slices.append(content[begin:end] if begin < size else b"")
    satisfiable = [each for each in slices if each]
    if not satisfiable:
        return {(416, b"")} if len(specs) == 1 else {(416, b""), whole}
    if len(specs) == 1:
        return {(206, satisfiable[0])}
    return {whole} | ({(206, satisfiable[0])} if len(satisfiable) == 1 else set())


RANGES = (
    "bytes=0-0", "bytes=0-", "bytes=-1", "bytes=-0", "bytes=-", "bytes=", "bytes", "bytes=0", "bytes=1-0", "bytes=--1",
    "bytes=0--1", "bytes=+0-1", "bytes=0x0-0x1", "bytes=0-1-2", "bytes=a-b", "bytes=0.5-1", "bytes=1e1-", "bytes=٠-١",
    "BYTES=0-1", "bytes =0-1", "bytes= 0-1", "bytes=0 -1", "bytes=0-1 ", "bits=0-1", "none", "*", "bytes=*",
    "bytes=0-*",
    "bytes=4999-5000", "bytes=99999-", "bytes=-99999", "bytes=0-99999999999999999999", "bytes=18446744073709551615-",
    "bytes=18446744073709551616-18446744073709551617", "bytes=-18446744073709551616", f"bytes=0-{'9' * 60}",
    f"bytes={'9' * 60}-", f"bytes={'0' * 60}-", f"bytes=0-{'9' * 9000}", "bytes=0-1,2-3", "bytes=0-0,-1",
    "bytes=0-,0-,0-", "bytes=0-99,50-149", "bytes=,0-1", "bytes=0-1,", "bytes=,", "bytes=0-1,99999-", "bytes=99999-,-0",
    "bytes=0-1;2-3", "bytes=0-1, bytes=2-3", "bytes=" + ",".join(f"{n}-" for n in range(1_300)),
    "bytes=" + ",".join(["0-"] * 1_300),
)  # fmt: skip


async def check_ranges(target: Target, ranges: list[str]) -> None:
    async with client(target.port) as viewer:
        viewer.say(*(get(target.path(), f"Range: {header}") for header in ranges))
        for header in ranges:
            answer = await viewer.hear()
            got = answer.status, answer.body if answer.status in (200, 206) else b""
            assert got in acceptable(header.strip(" \t"), target.content), header
            if answer.status == 206:
                stated = re.fullmatch(r"bytes ([0-9]+)-([0-9]+)/([0-9]+)", answer.fields["content-range"])
                assert stated is not None
                begin, end, size = map(int, stated.groups())
                assert (target.content[begin : end + 1], size) == (answer.body, len(target.content))
            if answer.status == 416:
                assert answer.fields["content-range"] == f"bytes */{len(target.content)}"


@pytest.mark.parametrize("header", RANGES, ids=lambda header: header[:40])
async def test_of_ranges_that_mean_harm_the_standard_is_kept(target: Target, header: str) -> None:
    raw = header.encode().decode("latin-1")
    await check_ranges(target, [raw])


@REUSED
@given(st.lists(st.text("bytes=0123456789-,* \t", max_size=20) | st.from_regex(r"bytes=[0-9,-]{0,12}", fullmatch=True)))
async def test_whatever_a_range_says_the_standard_is_kept(target: Target, ranges: list[str]) -> None:
    await check_ranges(target, ranges)


@REUSED
@given(st.lists(st.binary(max_size=300) | st.sampled_from([BEHIND, *SMUGGLED.values()]), max_size=4))
async def test_whatever_bytes_come_the_next_client_is_served(target: Target, pieces: list[bytes]) -> None:
    async with client(target.port) as stranger:
        stranger.say(b"".join(pieces), b"\r\n\r\n")
        for answer in await answers_of(stranger):
            assert answer.status in (200, 400, 404, 405, 413, 431, 505)
    await target.check()


HELLO = bytes.fromhex("16030100c8010000c40303") + Random(1).randbytes(192)


@pytest.mark.parametrize(
    ("raw", "statuses"),
    [
        (HELLO, [[], [400]]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), [[505]]),
        (b"\x00" * 20_000, [[431]]),
        (b"\r\n" * 5, [[400]]),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", [[400]]),
        (b"CONNECT internal:22 HTTP/1.1\r\nHost: internal:22\r\n\r\n", [[400]]),
        (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n" + BEHIND, [[404, 200], [405, 200]]),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 2_600 + b"\r\n" + BEHIND, [[404, 200]]),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 100_000 + b"\r\n", [[431], []]),
        (b"GET /" + b"/../" * 3_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n" + BEHIND, [[404, 200]]),
        (b"GET /?" + b"a=b&" * 4_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n" + BEHIND, [[404, 200]]),
    ],
    ids=["TLS", "HTTP/2", "NULs", "lines", "SSH", "CONNECT", "TRACE", "fields", "bomb", "dots", "query"],
)
async def test_other_protocols_and_bombs_get_their_status_or_a_closed_door(
    target: Target, raw: bytes, statuses: list[list[int]]
) -> None:
    assert [answer.status for answer in await target.answers(raw)] in statuses
    await target.check()


async def test_many_who_send_their_heads_slowly_keep_nobody_waiting_and_are_cut_off(target: Target) -> None:
    async with AsyncExitStack() as crowd:
        slow = [await crowd.enter_async_context(client(target.port)) for _ in range(300)]
        for it in slow:
            it.say(b"GET / HTTP/1.1\r\nX: ")
        await target.check()
        for it in slow:
            assert await it.rest() == b""
    await target.check()


async def test_memory_is_bounded_whoever_sends_endlessly_or_takes_nothing(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    write_title(tmp_path / "media", "heat", rungs=1, segments=1, segment_bytes=8 << 20)
    taking = get(f"/t/{issuer.media_token('heat')}/titles/heat/{SEGMENT}")
    async with origin_process(tmp_path, issuer) as (running, port), AsyncExitStack() as crowd:
        async with client(port) as first:
            first.say(taking)
            await first.hear()
        before_kib = peak_kib(running.pid)
        for number in range(600):
            it = await crowd.enter_async_context(client(port, buffer_bytes=4_096))
            it.say(taking if number % 2 else b"GET / HTTP/1.1\r\nX: " + b"a" * 16_000)
        for _ in range(50):
            async with client(port) as endless:
                endless.say(b"GET / HTTP/1.1\r\nX: " + b"a" * (1 << 20))
                await endless.rest()
        async with client(port) as viewer:
            viewer.say(get("/healthz"))
            assert (await viewer.hear()).status == 200
        # 600 connections with 64 KiB at most, and what they are made of.
        assert peak_kib(running.pid) - before_kib < 600 * 100


def peak_kib(pid: int) -> int:
    """The most memory that the process ever had."""
    found = re.search(r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found.group(1))
