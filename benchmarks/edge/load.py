"""Load by wrk: what each of two servers spends on the same requests, by turns."""

import os
import random
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec

from benchmarks.edge.servers import LOADING_CORE, Server, Site, fetch, on_core

SCRIPT = Path(__file__).parent / "asks.lua"
CHECKED = 6
HEADERS = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Accept-Language": "en-US,en;q=0.9",
    "Origin": "https://watch.example",
    "Referer": "https://watch.example/",
    "CMCD-Request": "bl=21300,dl=18500,mtp=25400",
}
"""With Host, and Range where there is one: what a player in a browser says of itself."""


class Ask(NamedTuple):
    """A request for a file, or for bytes of it."""

    path: str
    first: int
    end: int
    is_range: bool

    @property
    def range(self) -> str:
        return f"bytes={self.first}-{self.end - 1}" if self.is_range else ""


class Load(NamedTuple):
    """What is asked, and how hard."""

    name: str
    asks: Sequence[Ask]
    connections: int
    rounds: int
    round_s: int


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """One round of one server."""

    requests: int
    received_bytes: int
    took_s: float
    cpu_s: float

    @property
    def requests_per_s(self) -> float:
        return self.requests / self.took_s

    @property
    def requests_per_cpu_s(self) -> float:
        return self.requests / self.cpu_s

    @property
    def bytes_per_cpu_s(self) -> float:
        return self.received_bytes / self.cpu_s

    @property
    def mbps(self) -> int:
        return round(self.received_bytes * 8 / self.took_s / 1e6)


class Duel(msgspec.Struct, frozen=True, kw_only=True):
    """How two servers compare on the same requests: ours and nginx."""

    name: str
    connections: int
    ratio: float
    """Ours over theirs, of requests for a second of the processor; the median of rounds."""
    spread: tuple[float, float]
    """The least and the greatest of a round."""
    ours_us: float
    theirs_us: float
    """Of the processor for one request, medians."""
    ours_gb: float
    theirs_gb: float
    """For a second of the processor, medians."""
    rounds: int
    load_averages: tuple[float, float]
    """What wanted to run at the beginning and at the end, this included."""


def segments(site: Site) -> list[Ask]:
    """Every segment of picture and sound, whole, in an order that is none."""
    asks = [Ask(file.path, 0, file.size_bytes, False) for file in site.title.files if file.path.endswith(".m4s")]
    random.Random(1).shuffle(asks)
    return asks


def ranges(site: Site, *, length: int) -> list[Ask]:
    """So many bytes at a time of every segment, likewise."""
    asks = [
        Ask(whole.path, first, first + length, True)
        for whole in segments(site)
        for first in range(0, whole.end - length, length)
    ]
    random.Random(1).shuffle(asks)
    return asks


def check(server: Server, site: Site, asks: Sequence[Ask]) -> None:
    """Some answers are right to the byte: a wrong short one would be fast. Raises AssertionError."""
    for ask in asks[:CHECKED]:
        headers = HEADERS | ({"Range": ask.range} if ask.is_range else {})
        status, body, _ = fetch(server, ask.path, headers=headers)
        right = (site.shelf / site.title.title_id / ask.path).read_bytes()[ask.first : ask.end]
        assert status == (206 if ask.is_range else 200), f"{server.name} answers {status}"
        assert sha256(body).digest() == sha256(right).digest(), f"{server.name} sends other bytes of {ask.path}"


def duel(load: Load, ours: Server, theirs: Server, *, site: Site) -> Duel:
    """Rounds by turns, so that a change of the machine meets both."""
    for server in (ours, theirs):
        check(server, site, load.asks)
        spent(server, load, site=site)
    began, rounds = os.getloadavg()[0], []
    for number in range(load.rounds):
        # Whoever comes second finds the caches and the clock of the core as the first left them.
        pair = {server.name: spent(server, load, site=site) for server in ((ours, theirs)[:: 1 - 2 * (number % 2)])}
        rounds.append((pair[ours.name], pair[theirs.name]))
    ratios = [our.requests_per_cpu_s / their.requests_per_cpu_s for our, their in rounds]
    return Duel(
        name=load.name,
        connections=load.connections,
        ratio=round(median(ratios), 3),
        spread=(round(min(ratios), 3), round(max(ratios), 3)),
        ours_us=round(median(1e6 / our.requests_per_cpu_s for our, _ in rounds), 1),
        theirs_us=round(median(1e6 / their.requests_per_cpu_s for _, their in rounds), 1),
        ours_gb=round(median(our.bytes_per_cpu_s for our, _ in rounds) / 1e9, 2),
        theirs_gb=round(median(their.bytes_per_cpu_s for _, their in rounds) / 1e9, 2),
        rounds=load.rounds,
        load_averages=(round(began, 1), round(os.getloadavg()[0], 1)),
    )


def spent(server: Server, load: Load, *, site: Site) -> Spent:
    """One round. Raises AssertionError if an answer failed, or was shorter than what was asked."""
    asked = site.folder / f"{server.name}.asks"
    asked.write_text("".join(f"{server.prefix}/{ask.path} {ask.range}\n" for ask in load.asks))
    command = ["wrk", "-t1", "--timeout=20s", f"-c{load.connections}", f"-d{load.round_s}s", "-s", str(SCRIPT)]
    for name, value in HEADERS.items():
        command += ["-H", f"{name}: {value}"]
    url = f"{'https' if server.is_secured else 'http'}://127.0.0.1:{server.port}"
    with on_core(LOADING_CORE):
        before_s = server.cpu_s()
        done = subprocess.run([*command, url, str(asked)], check=True, capture_output=True, text=True)
        cpu_s = server.cpu_s() - before_s
    told = msgspec.json.decode(done.stdout.splitlines()[-1])
    assert not told["failed"], f"{server.name} failed: {told['failed']}"
    least_bytes = told["requests"] * min(ask.end - ask.first for ask in load.asks)
    assert told["received_bytes"] >= least_bytes, f"{server.name} sent {told['received_bytes']} of {least_bytes} bytes"
    return Spent(requests=told["requests"], received_bytes=told["received_bytes"], took_s=told["took_s"], cpu_s=cpu_s)
