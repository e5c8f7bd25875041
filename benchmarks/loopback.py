"""Bars 2 and 3 on real sockets: from an error to the request that reaches the next appliance.

`python -m benchmarks loopback`. Two servers in this process, real players that do not decode, a few at a time.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import msgspec
from aiohttp import web

from benchmarks.bars import Clause, Measured, at_most
from benchmarks.faults import NEXT_P99_MS, PEERS
from matinee import Player
from matinee.clock import SystemClock
from matinee.core.messages import Command, Event, Fetch, Fetched, FetchFailed, ProgressMade, SegmentTarget
from matinee.policy.settings import BufferingSettings, PlayerSettings
from matinee.runtime.http import Http
from tests.support.media import make_title
from tests.support.servers import MediaServer, serving

FAULTS = ("http-503", "refused", "unresolved", "reset", "truncated", "garbage", "silence")
SAME_AS = {"garbage": "corrupt"}
"""As the peers' numbers name it."""
ROUNDS, AT_ONCE = 4, 5
SPARED = 7
"""So many requests for media are answered before the fault: some seconds are buffered then."""
SETTLED_MS = 500
"""A server that was silent notices in so long that nobody listens."""
SETTINGS = PlayerSettings(buffering=BufferingSettings(full_ms=4_500), decode=False)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a class of faults went, in milliseconds from the error (in silence: from the request) to help."""

    fault: str
    sessions: int
    median_ms: float
    p99_ms: float
    share_most_percent: int
    """Of silence: the worst, of min(3 s, 40 % of the buffer)."""
    stalls: int


@dataclass
class Timed(MediaServer):
    """A server that fails after so many requests, and notes when it was asked."""

    spared: int = 1 << 30
    asked_ms: list[int] = field(default_factory=list[int])

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self.asked_ms.append(SystemClock().now_ms())
        return await super()._file(request)

    async def _fail(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if len(self.requests) <= self.spared:
            return web.Response(body=body)
        if self.fault != "silence":
            return await super()._fail(request, body)
        while request.transport is not None:
            await SystemClock().wait_until(SystemClock().now_ms() + 50)
        return web.Response()


@dataclass
class Witnessed:
    """When the error was told (or the silent one asked), and how much was buffered."""

    player: Player | None = None
    error_ms: int | None = None
    first_id: int = 0
    silent_ms: int = 0
    buffer_ms: int = 0
    helped_ms: int | None = None
    second_id: int = -1

    def __call__(self, event: Event, commands: Sequence[Command], now_ms: int) -> None:
        for command in commands:
            if isinstance(command, Fetch) and isinstance(command.target, SegmentTarget):
                if command.appliance == "a":
                    self.silent_ms = now_ms
                    self.buffer_ms = self.player.state.buffer_ms if self.player else 0
                elif self.second_id < 0:
                    self.second_id = command.request_id
        if isinstance(event, FetchFailed) and self.error_ms is None:
            self.error_ms = now_ms
        is_help = isinstance(event, ProgressMade | Fetched) and event.request_id == self.second_id
        if is_help and self.helped_ms is None:
            self.helped_ms = now_ms


def measured(*, is_smoke: bool) -> Measured:
    """Every class of fault by itself; in a smoke all at once, a few sessions each."""
    outcomes, tasks_left = asyncio.run(_all(is_smoke=is_smoke))
    found = [*_clauses(outcomes), at_most("on sockets: tasks left over", tasks_left, bar=0)]
    return Measured(found, {"outcomes": outcomes, "tasks_left": tasks_left})


def _clauses(outcomes: Sequence[Outcome]) -> Iterator[Clause]:
    for it in outcomes:
        if it.fault == "silence":
            text = "silence, on sockets: worst wait for help, of min(3 s, 40 % of the buffer)"
            yield at_most(
                text, it.share_most_percent, bar=100, number=3, unit="%", peers=PEERS[it.fault], is_timed=True
            )
        else:
            text = f"{it.fault}, on sockets: from the error to the next request, p99"
            peers = PEERS[SAME_AS.get(it.fault, it.fault)]
            yield at_most(text, it.p99_ms, bar=NEXT_P99_MS, number=2, unit="ms", peers=peers, is_timed=True)
    stalls = sum(it.stalls for it in outcomes)
    yield at_most("on sockets: stalls, all classes", stalls, bar=0, number=2, is_timed=True)


async def _all(*, is_smoke: bool) -> tuple[list[Outcome], int]:
    """The outcomes, and how many tasks outlived the players and servers."""
    with tempfile.TemporaryDirectory() as folder:
        make_title(Path(folder), seconds=14, audio=False, rungs=1, encrypted=False)
        if is_smoke:
            outcomes = [*await asyncio.gather(*(_outcome(it, Path(folder), rounds=1, at_once=2) for it in FAULTS))]
        else:
            outcomes = [await _outcome(it, Path(folder), rounds=ROUNDS, at_once=AT_ONCE) for it in FAULTS]
    await SystemClock().wait_until(SystemClock().now_ms() + SETTLED_MS)
    return outcomes, len(asyncio.all_tasks()) - 1


async def _outcome(fault: str, folder: Path, *, rounds: int, at_once: int) -> Outcome:
    met: list[tuple[int, int, int]] = []
    for _ in range(rounds):
        met += await asyncio.gather(*(_round(fault, folder) for _ in range(at_once)))
    waits = [wait_ms for wait_ms, _, _ in met]
    shares = [100 * wait_ms // max(1, min(3_000, buffer_ms * 40 // 100)) for wait_ms, buffer_ms, _ in met]
    it = Outcome(
        fault=fault,
        sessions=len(met),
        median_ms=median(waits),
        p99_ms=quantiles(waits, n=100)[98],
        share_most_percent=max(shares) if fault == "silence" else 0,
        stalls=sum(stalled for _, _, stalled in met),
    )
    share = f", {it.share_most_percent} % of the bar" if it.share_most_percent else ""
    numbers = f"median {it.median_ms:.0f} ms, p99 {it.p99_ms:.0f} ms{share}, {it.stalls} stalls"
    print(f"{it.fault:12}{it.sessions:>4} sessions, {numbers}", flush=True)
    return it


async def _round(fault: str, folder: Path) -> tuple[int, int, int]:
    """The wait, the buffer before it, and the stalls of one session."""
    async with AsyncExitStack() as stack:
        a, b = Timed(folder), Timed(folder)
        for server in (a, b):
            server.url = await stack.enter_async_context(serving(server.application()))
        a.fault, a.spared = fault, SPARED
        places = {"a": f"{a.url}/", "b": f"{b.url}/"}
        dead = {"refused": "http://127.0.0.1:9/", "unresolved": "http://appliance.invalid/"}
        manifest = _manifest(folder, places | ({"a": dead[fault]} if fault in dead else {}))
        own = web.Application()
        own.router.add_get("/manifest.mpd", lambda _: _answer(manifest))
        url = await stack.enter_async_context(serving(own))
        http = await stack.enter_async_context(Http(SystemClock()))
        seen = Witnessed()
        player = Player.open(f"{url}/manifest.mpd", settings=SETTINGS, http=http, witness=seen)
        async with player:
            seen.player = player
            await player.wait_ended()
            stalls = player.report().stalls
        if fault == "silence":
            assert seen.helped_ms is not None, "nobody helped"
            return seen.helped_ms - seen.silent_ms, seen.buffer_ms, stalls
        assert seen.error_ms is not None, "no error was met"
        return min(ms for ms in b.asked_ms if ms >= seen.error_ms) - seen.error_ms, seen.buffer_ms, stalls


async def _answer(manifest: str) -> web.Response:
    return web.Response(text=manifest)


def _manifest(folder: Path, places: dict[str, str]) -> str:
    named = "".join(f'<BaseURL serviceLocation="{name}">{url}</BaseURL>' for name, url in places.items())
    text = (folder / "manifest.mpd").read_text()
    at = text.index("<Period")
    return text[:at] + named + text[at:]
