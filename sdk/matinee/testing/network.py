"""The scripted network: hosts in memory, links that follow traces, faults on demand, and a record of every request."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from matinee.clock import Clock
from matinee.policy.dice import draw, next_state
from matinee.runtime.http import CHUNK_BYTES, Answer, FetchFailure, OnPiece, Request
from matinee.testing.faults import (
    Corrupt,
    Fault,
    Late,
    Refusal,
    Refused,
    Reset,
    Rule,
    Silent,
    Slow,
    Truncated,
    Unresolved,
)
from matinee.testing.link import BROADBAND, Link, Stretch, Trace
from matinee.wire.retry_after import retry_after_ms

_SIP_BYTES = 1 << 13
"""What is made while it is sent comes in smaller pieces."""


class HostRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a host is asked: a `matinee.runtime.http.Request` as it gets there."""

    host: str
    """With its port, if the URL names one."""
    path: str
    """From the first `/`, without the query."""
    query: str
    method: str
    headers: Mapping[str, str]
    body: bytes
    wall_ms: int
    """When it reaches the host."""


class Growing(msgspec.Struct, frozen=True):
    """An answer that is sent while it is made."""

    pieces: tuple[tuple[int, bytes], ...]
    """What it is made of, each with the wall time at which it is there; rising."""


Host = Callable[[HostRequest], bytes | Growing | Refusal | None]
"""What a host answers; None for what it does not have."""


@dataclass
class Exchange:
    """A request, and what became of it."""

    at_ms: int
    host: str
    path: str
    outcome: str = "pending"
    """`done`, `cancelled`, or the reason why it failed, as `matinee.runtime.http.FetchFailure.reason`."""
    size_bytes: int = 0
    """That came, useful or not."""
    ended_ms: int | None = None
    """When that was settled."""


@dataclass
class _Counted:
    rule: Rule
    concerned: int = 0
    """How many requests so far."""


class ScriptedNetwork:
    """A `matinee.runtime.http.Network` without sockets. One viewer's; hosts may be shared by many."""

    def __init__(
        self,
        clock: Clock,
        *,
        hosts: Mapping[str, Host] | None = None,
        trace: Trace = BROADBAND,
        rules: Iterable[Rule] = (),
        seed: int = 1,
    ) -> None:
        """`trace`: of the link that all hosts share. `rules`: of several that meet a request, the first counts."""
        self.clock = clock
        self.exchanges: list[Exchange] = []
        """In the order in which they were asked for."""
        self._hosts = dict(hosts or {})
        self._links: dict[str, Link] = {}
        self._link = Link(trace)
        self._rules = [_Counted(rule) for rule in rules]
        self._dice = seed

    def put(self, host: str, answers: Host, *, trace: Trace | None = None) -> None:
        """Let `host` answer from now on; over a link of its own if a trace is given."""
        self._hosts[host] = answers
        if trace is not None:
            self._links[host] = Link(trace)

    def fail(
        self,
        fault: Fault,
        *,
        host: str = "*",
        path: str = "*",
        from_ms: int = 0,
        until_ms: int | None = None,
        spared: int = 0,
        most: int | None = None,
    ) -> None:
        """Let requests fail; see `Rule`. Those that are under way already are left alone."""
        rule = Rule(fault=fault, host=host, path=path, from_ms=from_ms, until_ms=until_ms, spared=spared, most=most)
        self._rules.append(_Counted(rule))

    def go_away(self, *, from_ms: int, until_ms: int) -> None:
        """The viewer has no network from then until then: no name resolves, what is under way stands still.

        Of hosts with a link of their own, those are cut off that were put before.
        """
        for link in (self._link, *self._links.values()):
            link.cut(from_ms=from_ms, until_ms=until_ms)
        self._rules.insert(0, _Counted(Rule(fault=Unresolved(), from_ms=from_ms, until_ms=until_ms)))

    def asked(self, host: str = "", *, from_ms: int = 0) -> list[Exchange]:
        """The requests to `host`, or to all, made since then."""
        return [it for it in self.exchanges if host in ("", it.host) and it.at_ms >= from_ms]

    def draw(self) -> int:
        self._dice = next_state(self._dice)
        return draw(self._dice)

    async def fetch(self, request: Request, *, on_piece: OnPiece | None = None) -> Answer:
        """As `matinee.runtime.http.Network.fetch`."""
        arriving = self._arriving(request)
        exchange = Exchange(self.clock.now_ms(), arriving.host, arriving.path)
        self.exchanges.append(exchange)

        def progressed(piece: bytes, received_bytes: int, size_bytes: int) -> None:
            exchange.size_bytes = received_bytes
            if received_bytes > request.most_bytes:
                raise FetchFailure("too-large", status=200)
            if on_piece is not None:
                on_piece(piece, received_bytes, size_bytes)

        try:
            async with asyncio.timeout(request.deadline_ms / 1000):
                received = await self._exchange(arriving, self._fault(exchange), request.byte_range, progressed)
            exchange.outcome = "done"
            return Answer(received, self.clock.now_ms() - exchange.at_ms, request.url)
        except TimeoutError as error:
            exchange.outcome = "timeout"
            raise FetchFailure("timeout") from error
        except FetchFailure as failure:
            exchange.outcome = failure.reason
            raise
        except asyncio.CancelledError:
            exchange.outcome = "cancelled"
            raise
        finally:
            exchange.ended_ms = self.clock.now_ms()

    def _arriving(self, request: Request) -> HostRequest:
        parts = urlsplit(request.url)
        return HostRequest(
            host=parts.netloc,
            path=parts.path or "/",
            query=parts.query,
            method=request.method,
            headers=request.headers,
            body=request.body or b"",
            wall_ms=self.clock.wall_ms() + self._link_to(parts.netloc).latency_ms(),
        )

    async def _exchange(
        self,
        request: HostRequest,
        fault: Fault | None,
        byte_range: tuple[int, int] | None,
        progressed: OnPiece,
    ) -> bytes:
        """The body, as it comes over the link and through the fault. Raises FetchFailure."""
        link = self._link_to(request.host)
        if isinstance(fault, Unresolved) or request.host not in self._hosts:
            raise FetchFailure("unresolved")
        await asyncio.sleep(link.latency_ms() / 1000)
        if isinstance(fault, Refused):
            raise FetchFailure("refused")
        if isinstance(fault, Late):
            await asyncio.sleep(fault.by_ms / 1000)
        answer = fault if isinstance(fault, Refusal) else self._hosts[request.host](request)
        if answer is None:
            answer = Refusal(404)
        if isinstance(answer, Refusal):
            raise self._failure(answer)
        if isinstance(answer, Growing):
            return await self._grown(answer, link, progressed)
        if byte_range is not None:
            answer = answer[byte_range[0] : byte_range[1] + 1]
        if isinstance(fault, Slow):
            link = Link((Stretch(duration_ms=3_600_000, bandwidth_kbps=fault.kbps),))
        return await _carried(answer, link, fault, progressed)

    async def _grown(self, answer: Growing, link: Link, progressed: OnPiece) -> bytes:
        """The body, each piece once it is made. Nobody knows its size before."""
        received = bytearray()
        for made_wall_ms, piece in answer.pieces:
            await self.clock.wait_until(self.clock.now_ms() + made_wall_ms - self.clock.wall_ms())
            for at in range(0, len(piece), _SIP_BYTES):
                sip = piece[at : at + _SIP_BYTES]
                await link.carry(len(sip))
                received += sip
                progressed(sip, len(received), 0)
        return bytes(received)

    def _link_to(self, host: str) -> Link:
        return self._links.get(host, self._link)

    def _fault(self, exchange: Exchange) -> Fault | None:
        """That of the first rule that meets it; each rule counts those that it concerns."""
        met: Fault | None = None
        for it in self._rules:
            if not it.rule.concerns(host=exchange.host, path=exchange.path, now_ms=exchange.at_ms):
                continue
            if met is None and it.rule.meets(it.concerned):
                met = it.rule.fault
            it.concerned += 1
        return met

    def _failure(self, refusal: Refusal) -> FetchFailure:
        return FetchFailure(
            f"http-{refusal.status}",
            status=refusal.status,
            hint_ms=retry_after_ms(refusal.retry_after, wall_ms=self.clock.wall_ms()),
            body=refusal.body[:CHUNK_BYTES],
        )


async def _carried(body: bytes, link: Link, fault: Fault | None, progressed: OnPiece) -> bytes:
    """What of `body` arrives, piece by piece. Raises FetchFailure."""
    if isinstance(fault, Truncated):
        body = body[: fault.after_bytes]
    if isinstance(fault, Corrupt):
        body = _turned_over(body, fault)
    stop = min(fault.after_bytes, len(body)) if isinstance(fault, Reset | Silent) else len(body)
    for at in range(0, stop, CHUNK_BYTES):
        end = min(at + CHUNK_BYTES, stop)
        await link.carry(end - at)
        progressed(body[at:end], end, len(body))
    if isinstance(fault, Silent):
        await asyncio.get_running_loop().create_future()
    if isinstance(fault, Reset):
        raise FetchFailure("reset")
    return body


def _turned_over(body: bytes, fault: Corrupt) -> bytes:
    first, end = fault.first_byte, fault.first_byte + fault.count
    return body[:first] + bytes(byte ^ 0xFF for byte in body[first:end]) + body[end:]
