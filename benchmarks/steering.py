"""Steering at full size: decisions a second and their p99, with 18,000 appliances and a million prefixes loaded."""

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import msgspec

from benchmarks.bars import Measured, at_least, at_most
from benchmarks.measure import Contest, Outcome, hold
from matinee.wire.steering import Announcement, SteeringDocument, Utilization, shelf_digest
from matinee_backend.records import HeardAppliance
from matinee_backend.services.steering.fleet import Fleet
from matinee_backend.services.steering.question import NOTHING_TOLD, steering_url
from matinee_backend.services.steering.ranking import Asked, Commercial
from matinee_backend.services.steering.rules import MediaToken, oca_urls

BAR_PER_S = 10_000
BAR_P99_US = 250
BAR_MEMORY_MB = 1_000
REGIONS, CLUSTER = 20, 5
"""Regions of the world, and sites that help one another out."""
TITLES = 2_000
BEGIN_WALL_MS = 1_000_000
LENGTHS = ((24, 60), (23, 10), (22, 12), (21, 5), (20, 5), (19, 4), (18, 2), (16, 2))
"""Lengths of IPv4 prefixes in the global table, and their shares of a hundred, roughly (CIDR report, 2024)."""


class Size(msgspec.Struct, frozen=True, kw_only=True):
    isp_sites: int = 1_400
    exchange_sites: int = 100
    appliances: int = 18_000
    prefixes: int = 1_000_000
    decisions: int = 100_000


SMOKE = Size(isp_sites=28, exchange_sites=4, appliances=360, prefixes=4_000, decisions=2_000)


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured."""

    appliances: int
    prefixes: int
    memory_mb: float
    """More than before: the process's resident set."""
    map_mb: float
    """The ranges of the map alone."""
    announced_in_s: float
    """Reading all announcements."""
    charted_in_s: float
    """Making the atlas, which runs beside the questions."""
    heartbeats_per_s: float
    """Taken in by the fleet; without the store."""
    decisions_per_s: float
    decision_p50_us: float
    decision_p99_us: float
    documents_per_s: float
    """Decisions with their document, as bytes."""
    document_p99_us: float
    outcome: Outcome


class World:
    """A fleet of that size, and clients anywhere."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.dice = random.Random(5)
        self.fleet = Fleet(session_kbps=5_000, ttl_ms=30_000, commercial=(Commercial("cdn", "https://cdn.example"),))
        self.subnets: dict[str, tuple[str, ...]] = {}
        self.titles = tuple(f"title-{n}" for n in range(TITLES))
        self._shelves = {"isp": self.titles[: TITLES // 4], "exchange": self.titles}

    def announce(self) -> None:
        """Every appliance says where it stands; the subnets of a site are told by one of them."""
        sites = self.size.isp_sites + self.size.exchange_sites
        each = self.size.prefixes // self.size.isp_sites
        for number in range(self.size.appliances):
            site = number % sites
            kind = "isp" if site < self.size.isp_sites else "exchange"
            subnets = tuple(self._drawn(each)) if number < sites and kind == "isp" else ()
            self.subnets.setdefault(f"s{site}", subnets)
            self.fleet.announce(
                Announcement(
                    appliance=f"{kind}-{number}",
                    site=f"s{site}",
                    cluster=f"c{site // CLUSTER}",
                    region=f"r{site % REGIONS}",
                    subnets=subnets,
                )
            )

    def beat(self, wall_ms: int) -> None:
        """A heartbeat of every appliance."""
        sites = self.size.isp_sites + self.size.exchange_sites
        for titles in self._shelves.values():
            self.fleet.keep_shelf(shelf_digest(titles), titles)
        digests = {kind: shelf_digest(titles) for kind, titles in self._shelves.items()}
        for number in range(self.size.appliances):
            kind = "isp" if number % sites < self.size.isp_sites else "exchange"
            used = Utilization(sent_kbps=self.dice.randrange(90) * 1_000_000, link_kbps=100_000_000)
            self.fleet.hear(
                HeardAppliance(
                    appliance=f"{kind}-{number}",
                    kind=kind,
                    base_url=f"https://{kind}-{number}.example",
                    shelf=digests[kind],
                    used=used,
                    is_draining=False,
                    heard_wall_ms=wall_ms,
                )
            )

    def addresses(self, count: int) -> list[str]:
        """Clients: of ten, nine in an announced subnet."""
        told = [
            subnet for subnets in self.subnets.values() for subnet in self.dice.sample(subnets, min(9, len(subnets)))
        ]
        return [self._within(self.dice.choice(told)) if n % 10 else self._anywhere() for n in range(count)]

    def _drawn(self, count: int) -> Iterator[str]:
        lengths, shares = zip(*LENGTHS, strict=True)
        for length in self.dice.choices(lengths, shares, k=count * 8 // 10):
            start = self.dice.randrange(1 << 24, 224 << 24) >> (32 - length) << (32 - length)
            yield f"{IPv4Address(start)}/{length}"
        for _ in range(count - count * 8 // 10):
            start = 0x2A << 120 | self.dice.getrandbits(40) << 80
            yield f"{IPv6Address(start)}/48"

    def _within(self, subnet: str) -> str:
        start, _, length = subnet.partition("/")
        if ":" in start:
            return str(IPv6Address(int(IPv6Address(start)) + self.dice.getrandbits(128 - int(length))))
        return str(IPv4Address(int(IPv4Address(start)) + self.dice.getrandbits(32 - int(length))))

    def _anywhere(self) -> str:
        return str(IPv4Address(self.dice.getrandbits(32)))


def measured(*, is_smoke: bool) -> Measured:
    """The whole fleet; in a smoke a fiftieth of it."""
    it = loaded(SMOKE if is_smoke else Size(), rounds=1 if is_smoke else 9)
    print(
        f"{it.decisions_per_s:,.0f} decisions a second of one core, p50 {it.decision_p50_us} µs, p99 "
        f"{it.decision_p99_us} µs; {it.memory_mb} MB more, {it.map_mb} MB of it ranges; "
        f"look-ups {it.outcome.ratio:.1f} times as fast as {it.outcome.peer}",
        flush=True,
    )
    clauses = [
        at_least("steering: decisions per second of a core", it.decisions_per_s, bar=BAR_PER_S, is_timed=True),
        at_most("steering: a decision, p99", it.decision_p99_us, bar=BAR_P99_US, unit="µs", is_timed=True),
        at_most("steering: memory of fleet and map", it.memory_mb, bar=BAR_MEMORY_MB, unit="MB"),
        at_least(
            "steering: look-ups of an address, of the peer's",
            it.outcome.ratio,
            bar=1,
            peers=it.outcome.peer,
            is_timed=True,
        ),
    ]
    return Measured(clauses, it)


def loaded(size: Size, *, rounds: int) -> Loaded:
    """Everything, on one fleet."""
    world = World(size)
    before_mb = _resident_mb()
    announced_in_s = _seconds(world.announce)
    world.beat(BEGIN_WALL_MS)
    charted_in_s = _seconds(lambda: world.fleet.use(world.fleet.chart()()))
    heartbeats_per_s = size.appliances / _seconds(lambda: world.beat(BEGIN_WALL_MS + 2_000))
    gc.collect()
    memory_mb = _resident_mb() - before_mb
    gc.freeze()
    questions = _questions(world)
    for asked, address in questions[:2_000]:
        world.fleet.rank(asked, address=address, wall_ms=BEGIN_WALL_MS + 2_500)
    decisions_us = _each_us(world, questions, is_whole=False)
    documents_us = _each_us(world, questions, is_whole=True)
    outcome = hold(_contest(world), rounds=rounds, round_s=0.05 if rounds == 1 else 1)
    return Loaded(
        appliances=size.appliances,
        prefixes=world.fleet.prefixes,
        memory_mb=round(memory_mb),
        map_mb=round(world.fleet.subnets.size_bytes / 1e6, 1),
        announced_in_s=round(announced_in_s, 1),
        charted_in_s=round(charted_in_s, 1),
        heartbeats_per_s=round(heartbeats_per_s),
        decisions_per_s=round(1e6 / statistics.fmean(decisions_us)),
        decision_p50_us=round(statistics.median(decisions_us), 1),
        decision_p99_us=round(_p99(decisions_us), 1),
        documents_per_s=round(1e6 / statistics.fmean(documents_us)),
        document_p99_us=round(_p99(documents_us), 1),
        outcome=outcome,
    )


def _questions(world: World) -> list[tuple[Asked, str]]:
    """Sessions that begin, and that go on, for popular titles and for others."""
    found = []
    for number, address in enumerate(world.addresses(world.size.decisions)):
        title = world.titles[min(world.dice.randrange(TITLES), world.dice.randrange(TITLES))]
        current = f"isp-{world.dice.randrange(world.size.appliances)}" if number % 4 else ""
        found.append((Asked(f"session-{number}", title, current), address))
    return found


def _each_us(world: World, questions: list[tuple[Asked, str]], *, is_whole: bool) -> list[float]:
    """The processor's time of each decision; with `is_whole` its document too."""
    token, taken = MediaToken("t" * 300, 1), []
    for asked, address in questions:
        began_ns = time.thread_time_ns()
        ranking = world.fleet.send(asked, address=address, wall_ms=BEGIN_WALL_MS + 2_500)
        if is_whole:
            urls = oca_urls(ranking.places, title_id=asked.title_id, token=token)
            reload_uri = steering_url(
                "https://c.example", session_id=asked.session_id, token=token.text, question=NOTHING_TOLD
            )
            names = tuple(it.appliance for it in urls)
            msgspec.json.encode(
                SteeringDocument(ttl_s=30, reload_uri=reload_uri, pathway_priority=names, oca_urls=urls)
            )
        taken.append((time.thread_time_ns() - began_ns) / 1000)
    return taken


def _contest(world: World) -> Contest:
    addresses = world.addresses(1_000)
    ours, theirs = world.fleet.subnets, BySizes(world.subnets)
    return Contest(
        name="longest prefix",
        peer="a dict for each length of prefix, in Python",
        unit="look-ups",
        amount=len(addresses),
        ours=lambda: [ours.reach(it) for it in addresses],
        theirs=lambda: [theirs.site(it) for it in addresses],
        note="Ours also names who announces shorter prefixes around the address.",
    )


class BySizes:
    """The usual way without a library: the longest length first, a look into its dict."""

    def __init__(self, announced: dict[str, tuple[str, ...]]) -> None:
        self._by_length: dict[tuple[int, int], dict[int, str]] = {}
        for site, subnets in announced.items():
            for subnet in subnets:
                start, _, text = subnet.partition("/")
                bits, address = (128, int(IPv6Address(start))) if ":" in start else (32, int(IPv4Address(start)))
                self._by_length.setdefault((bits, int(text)), {})[address >> (bits - int(text))] = site
        self._lengths = sorted(self._by_length, key=lambda it: -it[1])

    def site(self, address: str) -> str | None:
        bits, value = (128, int(IPv6Address(address))) if ":" in address else (32, int(IPv4Address(address)))
        for of_bits, length in self._lengths:
            if of_bits == bits:
                found = self._by_length[of_bits, length].get(value >> (bits - length))
                if found is not None:
                    return found
        return None


def _seconds(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def _p99(values: list[float]) -> float:
    return sorted(values)[len(values) * 99 // 100]


def _resident_mb() -> float:
    """0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
    except OSError:
        return 0
