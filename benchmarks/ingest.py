"""Telemetry that comes in: events per second of a core, durable, against a handler that only parses the same JSON.

`python -m benchmarks ingest`. Each server is a process of its own: ours is the whole door (access log, deadline,
token, every event checked, each once, one fsync for many), the peer `benchmarks.collector`. Cores are counted in time
of the processor that the server's process used, so that what else runs on the machine counts for neither.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from benchmarks.bars import Measured, at_least, at_most
from matinee.clock import SystemClock, stopwatch_s
from matinee.wire.auth import AccessClaims
from matinee_backend.initialize import prepare_secrets
from matinee_backend.state import StateFolder
from tests.support.edge import eventually

EVENTS = 50
CONNECTIONS = 32
LOAD = 0.7
P99_MS = 250
"""No bar of the issue names one: what players do not notice, with a disk in it."""
_MARK = b"xxxxxxxx"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One server, one round."""

    events_per_s: float
    events_per_core_s: float


class Ingest(msgspec.Struct, frozen=True, kw_only=True):
    batch_events: int
    batch_bytes: int
    ours: list[Side]
    theirs: list[Side]
    ratio: float
    """Events per second of a core, ours over theirs: the median of the rounds."""
    load_events_per_s: float
    p50_ms: float
    p99_ms: float
    """From when a batch was due to its 202, at 70 % of the rate that we bore before."""


class _Server(NamedTuple):
    host: str
    port: int
    pid: int


def measured(*, is_smoke: bool) -> Measured:
    """Rounds by turns, then 70 % of our own rate in the open loop."""
    rounds, round_s = (1, 0.5) if is_smoke else (5, 4.0)
    with TemporaryDirectory() as folder, _ours(Path(folder)) as (ours, token), _theirs(Path(folder)) as theirs:
        found = asyncio.run(_held(ours, theirs, token, rounds=rounds, round_s=round_s))
    each = median(it.events_per_core_s for it in found.ours)
    peer = median(it.events_per_core_s for it in found.theirs)
    print(f"ours {each:,.0f} events/s of a core, bare handler {peer:,.0f}, ratio {found.ratio:.2f}")
    print(
        f"at {found.load_events_per_s:,.0f} events/s: p50 {found.p50_ms:.1f} ms, p99 {found.p99_ms:.1f} ms", flush=True
    )
    peers = f"bare Starlette, parsing the same: {peer:,.0f} events/s of a core"
    clauses = [
        at_least("durable events of a core, of a bare handler's", round(found.ratio, 3), bar=0.5, peers=peers),
        at_most("p99 at 70 % load", round(found.p99_ms, 1), bar=P99_MS, unit="ms", is_timed=True),
    ]
    return Measured(clauses, found)


async def _held(ours: _Server, theirs: _Server, token: str, *, rounds: int, round_s: float) -> Ingest:
    sides: tuple[list[Side], list[Side]] = ([], [])
    numbers = iter(range(1, 1 << 32))
    for server in (ours, theirs):
        await _closed(server, token, numbers, seconds=round_s / 4)
    for _ in range(rounds):
        for server, side in zip((ours, theirs), sides, strict=True):
            side.append(await _closed(server, token, numbers, seconds=round_s))
    load = LOAD * median(it.events_per_s for it in sides[0])
    waits = await _open(ours, token, numbers, batches_per_s=load / EVENTS, seconds=2 * round_s)
    cuts = quantiles(waits, n=100)
    return Ingest(
        batch_events=EVENTS,
        batch_bytes=len(_body()),
        ours=sides[0],
        theirs=sides[1],
        ratio=median(a.events_per_core_s / b.events_per_core_s for a, b in zip(*sides, strict=True)),
        load_events_per_s=load,
        p50_ms=cuts[49] * 1000,
        p99_ms=cuts[98] * 1000,
    )


async def _closed(server: _Server, token: str, numbers: Iterator[int], *, seconds: float) -> Side:
    """Every connection tells its next batch once the last is acknowledged."""
    told = 0

    async def client(until_s: float) -> None:
        nonlocal told
        async with _Connection.to(server, token) as connection:
            while stopwatch_s() < until_s:
                await connection.tell(next(numbers))
                told += EVENTS

    began_s, began_core_s = stopwatch_s(), _core_s(server.pid)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(CONNECTIONS):
            tasks.create_task(client(began_s + seconds))
    return Side(
        events_per_s=told / (stopwatch_s() - began_s), events_per_core_s=told / (_core_s(server.pid) - began_core_s)
    )


async def _open(
    server: _Server, token: str, numbers: Iterator[int], *, batches_per_s: float, seconds: float
) -> list[float]:
    """Batches come when they are due, whether or not those before were answered; a wait counts from when it was due."""
    waits: list[float] = []
    due = iter(range(int(batches_per_s * seconds)))
    began_s = stopwatch_s()

    async def client() -> None:
        async with _Connection.to(server, token) as connection:
            for number in due:
                due_s = began_s + number / batches_per_s
                await asyncio.sleep(max(0.0, due_s - stopwatch_s()))
                await connection.tell(next(numbers))
                waits.append(stopwatch_s() - due_s)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(CONNECTIONS):
            tasks.create_task(client())
    return waits


class _Connection:
    """As little as it takes: what the client costs is not what is measured."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader, self._writer = reader, writer
        body = _body()
        head = f"POST /v1/telemetry HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._head, self._body = head.encode(), body

    @classmethod
    def to(cls, server: _Server, token: str) -> "_Opening":
        return _Opening(server, token)

    async def tell(self, number: int) -> None:
        self._writer.write(self._head + self._body.replace(_MARK, b"%08x" % number))
        answer = await self._reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 202"), answer
        size = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        assert b'"accepted":%d' % EVENTS in await self._reader.readexactly(size)

    def close(self) -> None:
        self._writer.close()


class _Opening:
    def __init__(self, server: _Server, token: str) -> None:
        self._server, self._token = server, token

    async def __aenter__(self) -> _Connection:
        self._connection = _Connection(
            *await asyncio.open_connection(self._server.host, self._server.port), self._token
        )
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        self._connection.close()


@contextmanager
def _ours(folder: Path) -> Iterator[tuple[_Server, str]]:
    state = StateFolder(folder / "state")
    clock = SystemClock()
    prepare_secrets(state, appliances=("isp-a",), clock=clock)
    token = state.signing_key().sign(AccessClaims(sub="bench", exp_wall_ms=clock.wall_ms() + 3_600_000))
    argv = ["matinee_backend", "serve", "--state", str(state.root), "--port", "0", "--only", "telemetry"]
    with _process(folder / "ours.json", lambda ready: [*argv, "--ready-file", str(ready)]) as server:
        yield server, token


@contextmanager
def _theirs(folder: Path) -> Iterator[_Server]:
    with _process(folder / "theirs.json", lambda ready: ["benchmarks.collector", str(ready)]) as server:
        yield server


@contextmanager
def _process(ready: Path, argv: Callable[[Path], list[str]]) -> Iterator[_Server]:
    with subprocess.Popen([sys.executable, "-m", *argv(ready)], stderr=subprocess.DEVNULL) as process:
        try:
            asyncio.run(eventually(ready.exists, deadline_s=30))
            url = urlsplit(json.loads(ready.read_text())["url"])
            yield _Server(url.hostname or "", url.port or 0, process.pid)
        finally:
            process.terminate()


def _core_s(pid: int) -> float:
    """What the process used of processors, threads included (proc(5), fields 14 and 15)."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(int(it) for it in ticks) / os.sysconf("SC_CLK_TCK")


def _body() -> bytes:
    """A batch as a player sends it: heartbeats for the most part. Its ids and its session hold its number."""
    said = {"session_id": f"s-{_MARK.decode()}", "ts": 1_795_000_000_000, "position_ms": 1_234_567}
    beat = {"title_id": "sintel", "profile_id": "p-1", "bitrate_kbps": 4200, "buffer_ms": 30_000, "appliance": "isp-a"}
    others: list[dict[str, object]] = [
        {"type": "RungSwitched", "from_kbps": 2350, "to_kbps": 4200},
        {"type": "StallEnded", "stall_ms": 420},
        {"type": "ApplianceFailed", "appliance": "isp-a", "to_appliance": "isp-b", "reason": "reset"},
    ]
    events = [
        {"id": f"{_MARK.decode()}-{number:02}", **said}
        | (others[number // 5 % 3] if number % 5 == 4 else {"type": "PlayheadMoved", **beat})
        for number in range(EVENTS)
    ]
    return json.dumps({"schema": 1, "dropped": 0, "events": events}, separators=(",", ":")).encode()
