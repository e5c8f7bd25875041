"""Bar 8: from the wish to play to the first decoded picture, against the bytes that this needs fetched by hand.

`python -m benchmarks startup`. Real sockets through a relay of 20 ms and 20 Mb/s, ClearKey, H.264. The peer
is bare aiohttp that knows every address: the manifest, then license, init and first segments all at once. It decrypts
and decodes nothing. What we take longer than it is our own.
"""

import asyncio
import json
from collections.abc import Sequence
from statistics import median, quantiles

import aiohttp
import msgspec

from benchmarks.bars import Measured, at_most
from benchmarks.feature import AUDIO_KBPS, make_feature
from benchmarks.origin import origin
from benchmarks.relay import relayed
from matinee import Player
from matinee.clock import stopwatch_s
from matinee.core.messages import Command, Event, Fetch, Fetched, KeysArrived, ManifestRead

RTT_MS, KBPS, OWN_MS = 20, 20_000, 30
ROUNDS, SMOKE_ROUNDS = 20, 3
FIRST_RUNG = "v600"
"""What our default settings begin with on this ladder."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """One start, in milliseconds from the wish to play."""

    manifest_ms: float
    license_ms: float
    media_ms: float
    """Until init and first segment of picture and sound are here."""
    picture_ms: float
    peer_ms: float
    """Bare aiohttp, until it has all the bytes."""

    @property
    def own_ms(self) -> float:
        return self.picture_ms - self.peer_ms


class StartUp(msgspec.Struct, frozen=True, kw_only=True):
    """All starts but the first of the process, which is told apart: it loads FFmpeg."""

    rtt_ms: int = RTT_MS
    kbps: int = KBPS
    first: Parts
    rounds: list[Parts]
    own_p50_ms: float
    own_p95_ms: float


def measured(*, is_smoke: bool) -> Measured:
    """Twenty starts and twenty of the peer, by turns; in a smoke three."""
    start_up = asyncio.run(_held(rounds=SMOKE_ROUNDS if is_smoke else ROUNDS))
    print(table(start_up), flush=True)
    text, peers = "first picture, later than the bytes fetched by hand", "bare aiohttp, by turns: 0"
    clauses = [
        at_most(f"{text}, {name}", own_ms, bar=OWN_MS, number=8, unit="ms", peers=peers, is_timed=True)
        for name, own_ms in (("median", start_up.own_p50_ms), ("p95", start_up.own_p95_ms))
    ]
    return Measured(clauses, start_up)


class Witnessed:
    """Notes when what a start waits for was here."""

    def __init__(self) -> None:
        self.began_s = stopwatch_s()
        self.manifest_ms = self.license_ms = self.media_ms = 0.0
        self._wanted: set[int] | None = None

    def __call__(self, event: Event, commands: Sequence[Command], now_ms: int) -> None:
        at_ms = (stopwatch_s() - self.began_s) * 1000
        match event:
            case ManifestRead():
                self.manifest_ms = at_ms
                self._wanted = {it.request_id for it in commands if isinstance(it, Fetch)}
            case KeysArrived():
                self.license_ms = at_ms
            case Fetched() if self._wanted and event.request_id in self._wanted:
                self._wanted.remove(event.request_id)
                self.media_ms = at_ms
            case _:
                pass


async def started(near: str) -> Parts:
    """One start, and the peer's, each over a link that nothing else is on."""
    async with relayed(near, rtt_ms=RTT_MS, kbps=KBPS) as url:
        witness = Witnessed()
        async with Player.open(url, witness=witness) as player:
            async for _ in player.video_frames():
                picture_ms = (stopwatch_s() - witness.began_s) * 1000
                break
    async with relayed(near, rtt_ms=RTT_MS, kbps=KBPS) as url:
        peer_ms = await _by_hand(url)
    return Parts(
        manifest_ms=round(witness.manifest_ms, 1),
        license_ms=round(witness.license_ms, 1),
        media_ms=round(witness.media_ms, 1),
        picture_ms=round(picture_ms, 1),
        peer_ms=round(peer_ms, 1),
    )


async def _by_hand(url: str) -> float:
    base, began_s = url.rpartition("/")[0], stopwatch_s()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def get(path: str) -> None:
            async with session.get(f"{base}/{path}") as answer:
                await answer.read()

        async def license() -> None:
            async with session.post(f"{base}/clearkey", data=json.dumps({"kids": [], "type": "temporary"})) as answer:
                await answer.read()

        await get("manifest.mpd")
        media = [f"{track}/{name}" for track in (FIRST_RUNG, f"a{AUDIO_KBPS}") for name in ("init.mp4", "0.m4s")]
        await asyncio.gather(license(), *map(get, media))
        return (stopwatch_s() - began_s) * 1000


async def _held(*, rounds: int) -> StartUp:
    async with origin(make_feature()) as url:
        first = await started(url)
        starts = [await started(url) for _ in range(rounds)]
    own_ms = [it.own_ms for it in starts]
    return StartUp(
        first=first,
        rounds=starts,
        own_p50_ms=round(median(own_ms), 1),
        own_p95_ms=round(quantiles(own_ms, n=20)[18], 1),
    )


def table(start_up: StartUp) -> str:
    """For people."""
    names = ("manifest_ms", "license_ms", "media_ms", "picture_ms", "peer_ms", "own_ms")
    lines = [f"{RTT_MS} ms, {KBPS // 1000} Mb/s  " + "".join(f"{name.removesuffix('_ms'):>10}" for name in names)]
    columns = {name: [getattr(it, name) for it in start_up.rounds] for name in names}
    for word, of in (("median", median), ("p95", lambda values: quantiles(values, n=20)[18])):
        lines.append(f"{word:16}" + "".join(f"{of(columns[name]):>7.0f} ms" for name in names))
    lines.append(f"{'first of process':16}" + "".join(f"{getattr(start_up.first, name):>7.0f} ms" for name in names))
    return "\n".join([*lines, f"bar: own at most {OWN_MS} ms"])
