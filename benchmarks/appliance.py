"""The appliance beside nginx: the same files to the same clients, by turns, for seconds of the processor.

`python -m benchmarks appliance`. Both have one worker on the first core, whoever loads them has the last one. What a
server spends is what the kernel says that its processes spent; what others do on the machine is not in it, though they
push it out of the caches, so both feel it by turns.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.bars import Clause, Measured, at_least, at_most
from benchmarks.edge.crowd import crowd
from benchmarks.edge.load import Ask, Duel, Load, duel, ranges, segments, spent
from benchmarks.edge.pace import Waits, paced
from benchmarks.edge.servers import Server, Site, appliance, fetch, make_site, nginx, nginx_path

SEGMENT_BYTES, RANGE_BYTES = 2 << 20, 64 << 10
BYTES_RATIO, REQUESTS_RATIO, TLS_RATIO, P99_RATIO = 0.90, 0.75, 1.0, 1.3
OF_SATURATION = 0.7
GROWTH_PERCENT, FAST_RATIO = 2, 0.9
INSTALL = "it needs nginx, wrk and openssl: apt-get install nginx-light wrk openssl"


class Sizes(NamedTuple):
    """How much is done."""

    segments: int
    rounds: int
    round_s: int
    paced_s: float
    idle: int
    slow: int
    apart_s: float
    """Between two readings of memory."""


FULL = Sizes(segments=16, rounds=7, round_s=2, paced_s=4, idle=5_000, slow=500, apart_s=60)
SMOKE = Sizes(segments=2, rounds=1, round_s=1, paced_s=0.5, idle=50, slow=10, apart_s=1)


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How long clients wait at a share of what each server can do at most."""

    name: str
    ours: Waits
    theirs: Waits
    """Those of the round in the middle, by the ratio."""
    ratio: float
    """Of p99, ours over theirs; the median of rounds."""
    spread: tuple[float, float]
    rounds: int


class Bearing(msgspec.Struct, frozen=True, kw_only=True):
    """How a server bears a crowd that does little."""

    server: str
    idle: int
    slow: int
    cut_off: int
    alone_kb: int
    crowded_kb: int
    later_kb: int
    """Memory without the crowd, with it, and later."""
    apart_s: float
    fast_ratio: float
    """Of the bytes that quick clients get for a second of the processor: beside the crowd over alone."""
    fast_mbps: tuple[int, int]
    """What they get in a second: alone, and beside the crowd."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured."""

    nginx: str
    cipher: str
    cores: int
    load_averages: tuple[float, float]
    duels: list[Duel]
    paces: list[Pace]
    crowds: list[Bearing]


def measured(*, is_smoke: bool) -> Measured:
    """Every bar; nothing where a peer or a tool is missing, or the system does not tell what processes spend."""
    tools = (nginx_path(), shutil.which("wrk"), shutil.which("openssl"))
    if not all(tools) or not hasattr(os, "sched_setaffinity"):
        return Measured([], None, skipped=INSTALL)
    sizes = SMOKE if is_smoke else FULL
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        site = make_site(Path(folder), segments=sizes.segments, segment_bytes=SEGMENT_BYTES)
        began = os.getloadavg()[0]
        plain = (running.enter_context(appliance(site)), running.enter_context(nginx(site)))
        secured = (
            running.enter_context(appliance(site, is_secured=True)),
            running.enter_context(nginx(site, is_secured=True)),
        )
        outcome = Outcome(
            nginx=_version(),
            cipher=_cipher(secured, segments(site)[0]),
            cores=len(os.sched_getaffinity(0)),
            duels=[*_duels(site, plain, secured, sizes=sizes)],
            paces=[*_paces(site, plain, sizes=sizes)],
            crowds=[_borne(server, site, sizes=sizes) for server in plain],
            load_averages=(round(began, 1), round(os.getloadavg()[0], 1)),
        )
    return Measured([*_clauses(outcome)], outcome)


def _duels(site: Site, plain: tuple[Server, Server], secured: tuple[Server, Server], *, sizes: Sizes) -> Iterator[Duel]:
    whole, parts = segments(site), ranges(site, length=RANGE_BYTES)
    print(f"{'ours ÷ nginx':18}{'connections':>12}{'ratio':>8}{'least … most':>16}{'CPU for one request, µs':>26}")
    for name, asks, connections, servers in (
        ("2 MB", whole, 16, plain),
        ("2 MB", whole, 64, plain),
        ("64 KB", parts, 16, plain),
        ("64 KB", parts, 64, plain),
        ("2 MB, TLS 1.3", whole, 16, secured),
    ):
        load = Load(name, asks, connections, sizes.rounds, sizes.round_s)
        outcome = duel(load, *servers, site=site)
        least, most = outcome.spread
        print(
            f"{name:18}{connections:>12}{outcome.ratio:>8.2f}{f'{least:.2f} … {most:.2f}':>16}"
            f"{f'{outcome.ours_us:.1f} against {outcome.theirs_us:.1f}':>26}",
            flush=True,
        )
        yield outcome


def _paces(site: Site, plain: tuple[Server, Server], *, sizes: Sizes) -> Iterator[Pace]:
    for name, asks in (("2 MB", segments(site)), ("64 KB", ranges(site, length=RANGE_BYTES))):
        rounds = []
        for _ in range(max(1, sizes.rounds // 2)):
            ours, theirs = (_at_its_pace(server, Load(name, asks, 64, 1, 1), site, sizes) for server in plain)
            rounds.append((ours.p99_ms / theirs.p99_ms, ours, theirs))
        rounds.sort(key=lambda it: it[0])
        ratio, ours, theirs = rounds[len(rounds) // 2]
        print(
            f"{name} at 70 %: p99 {ours.p99_ms} ms at {ours.rate:.0f} a second, nginx {theirs.p99_ms} ms at "
            f"{theirs.rate:.0f}; {ratio:.2f}",
            flush=True,
        )
        yield Pace(
            name=name,
            ours=ours,
            theirs=theirs,
            ratio=round(ratio, 3),
            spread=(round(rounds[0][0], 3), round(rounds[-1][0], 3)),
            rounds=len(rounds),
        )


def _at_its_pace(server: Server, load: Load, site: Site, sizes: Sizes) -> Waits:
    """Saturation is what it answers to clients that never pause, a moment before."""
    rate = OF_SATURATION * spent(server, load, site=site).requests_per_s
    return paced(server, load.asks, rate=rate, seconds=sizes.paced_s)


def _borne(server: Server, site: Site, *, sizes: Sizes) -> Bearing:
    whole = segments(site)
    quick = Load("quick", whole, 4, 1, sizes.round_s)
    little = Ask(whole[0].path, 0, 1024, True)
    alone_kb, alone = server.memory_kb(), spent(server, quick, site=site)
    with crowd(server, idle=sizes.idle, slow=sizes.slow, little=little, much=whole[0]) as told:
        crowded_kb = server.memory_kb()
        beside = spent(server, quick, site=site)
        time.sleep(sizes.apart_s)
        later_kb = server.memory_kb()
    assert told.standing is not None, "the crowd ended before its time"
    bearing = Bearing(
        server=server.name,
        idle=sizes.idle,
        slow=sizes.slow,
        cut_off=told.standing.cut_off,
        alone_kb=alone_kb,
        crowded_kb=crowded_kb,
        later_kb=later_kb,
        apart_s=sizes.apart_s,
        fast_ratio=round(beside.bytes_per_cpu_s / alone.bytes_per_cpu_s, 3),
        fast_mbps=(alone.mbps, beside.mbps),
    )
    print(
        f"{server.name}, {sizes.idle} idle and {sizes.slow} slow: {alone_kb} KB, {crowded_kb} KB, later {later_kb} KB; "
        f"quick ones {bearing.fast_ratio:.2f} of alone",
        flush=True,
    )
    return bearing


def _clauses(outcome: Outcome) -> Iterator[Clause]:
    bars = {"2 MB": BYTES_RATIO, "64 KB": REQUESTS_RATIO, "2 MB, TLS 1.3": TLS_RATIO}
    for it in outcome.duels:
        text = f"{it.name} to {it.connections} clients for a second of the processor, of nginx's"
        yield at_least(text, it.ratio, bar=bars[it.name], peers=f"{it.ours_us} µs against {it.theirs_us} µs each")
    for pace in outcome.paces:
        peers = f"{pace.ours.p99_ms} ms against {pace.theirs.p99_ms} ms"
        yield at_most(
            f"{pace.name} at 70 % of saturation: p99, of nginx's", pace.ratio, bar=P99_RATIO, peers=peers, is_timed=True
        )
    ours, theirs = outcome.crowds
    who = f"{ours.idle} idle and {ours.slow} slow clients"
    growth = 100 * (ours.later_kb - ours.crowded_kb) / ours.crowded_kb
    peers = f"{ours.later_kb / 1024:.0f} MB; nginx {theirs.later_kb / 1024:.0f} MB"
    yield at_most(f"{who}: memory more after {ours.apart_s:g} s", growth, bar=GROWTH_PERCENT, unit="%", peers=peers)
    yield at_most(f"{who}: cut off", ours.cut_off, bar=0, peers=f"nginx {theirs.cut_off}")
    peers = f"nginx {theirs.fast_ratio:.2f}"
    yield at_least(f"{who}: what quick ones get, of alone", ours.fast_ratio, bar=FAST_RATIO, peers=peers)


def _cipher(secured: tuple[Server, Server], ask: Ask) -> str:
    """Raises AssertionError unless it is the same for both."""
    ours, theirs = (fetch(server, ask.path, headers={})[2] for server in secured)
    assert ours == theirs, f"{ours} is not {theirs}"
    return ours


def _version() -> str:
    told = subprocess.run([str(nginx_path()), "-v"], check=True, capture_output=True, text=True).stderr
    return told.strip().rpartition("/")[2]
