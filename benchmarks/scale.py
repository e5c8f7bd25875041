"""Bar 10: a thousand sessions in one process, picture and sound, each segment opened with its content key.

`python -m benchmarks scale`. Real sockets; the origin is a process of its own.
The players share one `Http`, begin spread over the length of a segment, and are measured twice: while they fill their
buffers, which takes all of a core that there is, and from then on, when each asks for what it plays.
"""

import asyncio
import gc
import os
import resource
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles

import msgspec

from benchmarks.bars import Clause, Measured, at_most
from benchmarks.feature import make_feature
from benchmarks.origin import origin
from benchmarks.soak import sockets as open_sockets
from matinee import Player
from matinee.clock import SystemClock
from matinee.policy.settings import BufferingSettings, PlayerSettings
from matinee.runtime.http import Http

SESSIONS, SECONDS, BUFFER_MS = 1_000, 30, 60_000
SMOKE_SESSIONS, SMOKE_SECONDS, SMOKE_BUFFER_MS = 20, 4, 12_000
CPU_PERCENT, SESSION_KB, LAG_P99_MS = 100, 250, 50
SEGMENT_S = 4
LAG_EVERY_S = 0.05
"""Each look wakes the process, which is counted with the rest: at 10 ms that took 2 % of a core by itself."""
FILLING_MOST_MS = 120_000
CLOCK = SystemClock()


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """How the process stood over some time."""

    seconds: float
    cpu_percent: float
    """Of one core, threads included."""
    lag_p50_ms: float
    lag_p99_ms: float
    lag_most_ms: float
    """How late the event loop was for a timer."""
    mbps: int
    """Media that came."""
    per_thousand_percent: float
    """Of one core, for what a thousand sessions play: the time spent by the media that came. It holds also where the
    machine is too busy to let them play."""


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions in one process went."""

    sessions: int
    buffer_ms: int
    cipher: str
    filling: Stretch
    steady: Stretch
    session_kb: float
    """Resident memory that a session added, in steady play; the process before the first one is left out."""
    session_most_kb: float
    """The same at its highest, at any time."""
    start_up_p50_ms: float
    start_up_p99_ms: float
    stalls: int
    mean_bitrate_kbps: int
    tasks_left: int
    sockets_left: int
    """After all players were closed."""


def measured(*, is_smoke: bool) -> Measured:
    """A thousand sessions; in a smoke a few, for seconds."""
    if is_smoke:
        scale = asyncio.run(_held(sessions=SMOKE_SESSIONS, seconds=SMOKE_SECONDS, full_ms=SMOKE_BUFFER_MS))
    else:
        scale = asyncio.run(_held(sessions=SESSIONS, seconds=SECONDS, full_ms=BUFFER_MS))
    print(table(scale), flush=True)
    return Measured([*_clauses(scale)], scale)


def _clauses(scale: Scale) -> Iterator[Clause]:
    who = f"{scale.sessions} sessions"
    cpu, lag_ms = scale.steady.cpu_percent, scale.steady.lag_p99_ms
    yield at_most(f"{who}: processor, of one core", cpu, bar=CPU_PERCENT, number=10, unit="%", is_timed=True)
    yield at_most(f"{who}: lag of the event loop, p99", lag_ms, bar=LAG_P99_MS, number=10, unit="ms", is_timed=True)
    filling_ms = scale.filling.lag_p99_ms
    yield at_most(
        f"{who}: the same while buffers fill", filling_ms, bar=LAG_P99_MS, number=10, unit="ms", is_timed=True
    )
    yield at_most(f"{who}: memory of each", scale.session_kb, bar=SESSION_KB, number=10, unit="KB")
    yield at_most(f"{who}: memory of each, at its highest", scale.session_most_kb, bar=SESSION_KB, number=10, unit="KB")
    yield at_most(f"{who}: tasks and sockets left over", scale.tasks_left + scale.sockets_left, bar=0, number=10)


class Gauges:
    """Watches the process; `stretch` says how it stood since the last one."""

    def __init__(self, players: list[Player]) -> None:
        self._players = players
        self._lags_ms: list[float] = []
        self._mark = self._now()

    async def run(self) -> None:
        """For ever."""
        while True:
            due_s = time.perf_counter() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self._lags_ms.append(max(0.0, time.perf_counter() - due_s) * 1000)

    def stretch(self) -> Stretch:
        (began_s, cpu_began_s, bytes_began, media_began_ms), self._mark = self._mark, self._now()
        ended_s, cpu_s, received_bytes, media_ms = self._mark
        lags_ms, self._lags_ms = self._lags_ms, []
        cuts = quantiles(lags_ms, n=100)
        seconds = ended_s - began_s
        return Stretch(
            seconds=round(seconds, 1),
            cpu_percent=round(100 * (cpu_s - cpu_began_s) / seconds, 1),
            lag_p50_ms=round(median(lags_ms), 1),
            lag_p99_ms=round(cuts[98], 1),
            lag_most_ms=round(max(lags_ms), 1),
            mbps=round((received_bytes - bytes_began) * 8 / seconds / 1e6),
            per_thousand_percent=round(1e8 * (cpu_s - cpu_began_s) / max(1, media_ms - media_began_ms), 1),
        )

    def _now(self) -> tuple[float, float, int, int]:
        received = sum(sum(player.report().bytes_by_appliance.values()) for player in self._players)
        states = [player.state for player in self._players]
        return (
            time.perf_counter(),
            time.process_time(),
            received,
            sum(state.position_ms + state.buffer_ms for state in states),
        )


async def played(url: str, *, sessions: int, seconds: float, settings: PlayerSettings) -> Scale:
    """So many sessions of `url` for so long after their buffers are full."""
    tasks, sockets = len(asyncio.all_tasks()), open_sockets()
    async with Http() as http:
        async with Player.open(url, settings=settings, http=http):
            await asyncio.sleep(1)  # What the first session loads is no session's.
        before_kb = _resident_kb()
        players: list[Player] = []
        gauges = Gauges(players)
        watching = asyncio.create_task(gauges.run())
        async with AsyncExitStack() as playing:
            for _ in range(sessions):
                players.append(await playing.enter_async_context(Player.open(url, settings=settings, http=http)))
                await asyncio.sleep(SEGMENT_S / sessions)
            await _full(players, full_ms=settings.buffering.full_ms)
            filling = gauges.stretch()
            await asyncio.sleep(seconds)
            steady, steady_kb = gauges.stretch(), _resident_kb()
            reports = [player.report() for player in players]
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    start_ups_ms = [report.startup_ms for report in reports]
    return Scale(
        sessions=sessions,
        buffer_ms=settings.buffering.full_ms,
        cipher="cryptography" if find_spec("cryptography") else "pycryptodome",
        filling=filling,
        steady=steady,
        session_kb=round((steady_kb - before_kb) / sessions, 1),
        session_most_kb=round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / sessions, 1),
        start_up_p50_ms=median(start_ups_ms),
        start_up_p99_ms=quantiles(start_ups_ms, n=100)[98],
        stalls=sum(report.stalls for report in reports),
        mean_bitrate_kbps=sum(report.mean_bitrate_kbps for report in reports) // sessions,
        tasks_left=len(asyncio.all_tasks()) - tasks,
        sockets_left=open_sockets() - sockets,
    )


async def _full(players: list[Player], *, full_ms: int) -> None:
    """Until nobody is far from having all that he may, or the machine has shown that it will not come to that."""
    until_ms = CLOCK.now_ms() + FILLING_MOST_MS
    for player in players:
        while player.state.buffer_ms < full_ms - 2 * SEGMENT_S * 1000 and CLOCK.now_ms() < until_ms:
            await CLOCK.wait_until(CLOCK.now_ms() + 500)


def _resident_kb() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


async def _held(*, sessions: int, seconds: float, full_ms: int) -> Scale:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    settings = PlayerSettings(buffering=BufferingSettings(full_ms=full_ms), decode=False, decrypt=True)
    async with origin(make_feature(segment_s=SEGMENT_S)) as url:
        return await played(url, sessions=sessions, seconds=seconds, settings=settings)


def table(scale: Scale) -> str:
    """For people."""
    lines = [
        f"{scale.sessions} sessions, {scale.mean_bitrate_kbps} kbps of picture, opened by {scale.cipher}",
        f"{'':10}{'seconds':>9}{'CPU':>9}{'lag p50':>10}{'p99':>9}{'most':>9}{'Mb/s':>8}{'per 1,000':>12}",
    ]
    for name, it in (("filling", scale.filling), ("steady", scale.steady)):
        lines.append(
            f"{name:10}{it.seconds:>9.1f}{it.cpu_percent:>7.1f} %{it.lag_p50_ms:>7.1f} ms{it.lag_p99_ms:>6.1f} ms"
            f"{it.lag_most_ms:>6.1f} ms{it.mbps:>8}{it.per_thousand_percent:>10.1f} %"
        )
    lines += [
        f"{'bar':10}{'':9}{CPU_PERCENT:>7} %{'':10}{LAG_P99_MS:>6} ms",
        f"memory    {scale.session_kb:.0f} KB each, at most {scale.session_most_kb:.0f} KB; bar {SESSION_KB} KB",
        f"start-up  median {scale.start_up_p50_ms:.0f} ms, p99 {scale.start_up_p99_ms:.0f} ms; {scale.stalls} stalls",
        f"left over {scale.tasks_left} tasks, {scale.sockets_left} sockets",
    ]
    return "\n".join(lines)
