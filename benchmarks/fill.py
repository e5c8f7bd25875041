"""A night's fill of two tiers: what crosses the links that cost, against the least that must, and when all is whole.

Fifty appliances: an origin, five exchanges, eleven clusters of four at ISPs. The filler and the placement are the real
ones, on virtual time. In the night an exchange is away for an hour, and an appliance is killed and comes back. The
peer is the same filler told of no peers: everybody fetches everything from its parent.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.bars import Measured, at_least, at_most
from benchmarks.fill_tree import Cut, Link, Node, Tree, fill, is_whole, title_of
from matinee.testing.clock import DAY_MS, VirtualClock, run_virtual
from matinee.wire.placement import Placement
from matinee_backend.settings import PlacementSettings
from tests.support.placement import Fleet

EXCHANGES, CLUSTERS, OF_A_CLUSTER = 5, 11, 4
HOUR_MS = 3_600_000
ONE_WALL_MS = 1_767_661_200_000
"""2026-01-06, 01:00 UTC: the window opens in an hour, and is open for four."""
OPENS_MS, CLOSES_MS = HOUR_MS, 5 * HOUR_MS
CLUSTER_KBPS = 250_000
"""Of the link of a cluster to its exchange: what the plan puts into it, each title once, takes an hour and a half."""
SWITCH_KBPS = 10_000_000


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """How a fill went."""

    crossed_bytes: int
    """Over the links of exchanges and clusters."""
    least_bytes: int
    """Each exchange gets the catalog once, each cluster whatever it should hold once."""
    whole: int
    """Appliances that had everything when the window closed."""
    appliances: int
    last_whole_ms: int
    """After the window opened; -1 if not all were."""

    @property
    def ratio(self) -> float:
        return round(self.crossed_bytes / self.least_bytes, 4)


def measured(*, is_smoke: bool) -> Measured:
    titles, files = (8, 6) if is_smoke else (80, 40)
    ours = night(titles=titles, files=files, has_cuts=True)
    calm = night(titles=titles, files=files, has_cuts=False)
    naive = night(titles=titles, files=files, has_cuts=True, knows_peers=False)
    for name, it in (("ours", ours), ("ours, nothing cut", calm), ("without peers", naive)):
        print(
            f"{name:20}{it.crossed_bytes / 1e9:>8.1f} GB, {it.ratio:.3f} of the least; "
            f"{it.whole} of {it.appliances} whole, the last after {it.last_whole_ms / 60_000:.0f} min",
            flush=True,
        )
    clauses = [
        at_most(
            "a night's fill: bytes across the exchange links, of the least",
            ours.ratio,
            bar=1.05,
            peers=f"without peers {naive.ratio}",
        ),
        at_least(
            "a night's fill: appliances whole when the window closes",
            ours.whole,
            bar=ours.appliances,
            peers=f"without peers {naive.whole}",
        ),
    ]
    return Measured(clauses, {"ours": ours, "nothing cut": calm, "without peers": naive})


def night(*, titles: int, files: int, has_cuts: bool, knows_peers: bool = True) -> Night:
    """One night on virtual time."""

    async def story(clock: VirtualClock) -> Night:
        tree, placements = await _planned(clock, titles=titles, files=files)
        told = placements if knows_peers else {name: _alone(it) for name, it in placements.items()}
        with TemporaryDirectory() as folder:
            cuts = _CUTS if has_cuts else ()
            whole_ms = await fill(tree, told, folder=Path(folder), cuts=cuts, until_ms=CLOSES_MS)
        uplinks = {id(node.uplink): node.uplink for node in tree.nodes.values() if node.uplink is not None}
        return Night(
            crossed_bytes=sum(link.carried_bytes for link in uplinks.values()),
            least_bytes=_least_bytes(tree, placements),
            whole=sum(is_whole(tree, name, placement) for name, placement in placements.items()),
            appliances=len(placements),
            last_whole_ms=max(whole_ms.values()) - OPENS_MS if len(whole_ms) == len(placements) else -1,
        )

    with _without_warnings():
        return run_virtual(story, wall_ms=ONE_WALL_MS, most_ms=DAY_MS)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """What is cut off on purpose is not told."""
    log = logging.getLogger("matinee")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


_CUTS = (
    Cut(name="exchange-1", from_ms=OPENS_MS + HOUR_MS // 2, until_ms=OPENS_MS + 3 * HOUR_MS // 2),
    Cut(name="isp-3-0", from_ms=OPENS_MS + HOUR_MS // 3, until_ms=OPENS_MS + 4 * HOUR_MS // 3),
)


async def _planned(clock: VirtualClock, *, titles: int, files: int) -> tuple[Tree, dict[str, Placement]]:
    """The fleet, and what the control plane tells each: titles that are out in three days, of Zipf's popularity."""
    listings = [title_of(f"title-{number:03}", files=files, file_bytes=50_000_000) for number in range(titles)]
    size_bytes = sum(file.size_bytes for file in listings[0].files.values())
    fleet = Fleet(clock=clock, settings=PlacementSettings(shelf_bytes=size_bytes * titles * 3 // 4))
    for rank, listing in enumerate(listings, start=1):
        release = clock.wall_ms() + 3 * DAY_MS
        await fleet.add(listing.title_id, size_bytes=size_bytes, release=release)
        await fleet.watch(listing.title_id, viewers=200 // rank, wall_ms=clock.wall_ms() - DAY_MS)
    nodes = [Node(name="origin", kind="origin", group="origin", switch=Link(SWITCH_KBPS))]
    fleet.join("origin")
    for number in range(EXCHANGES):
        name = f"exchange-{number}"
        fleet.join(name, region=f"region-{number}")
        switch, uplink = Link(SWITCH_KBPS), Link(SWITCH_KBPS)
        nodes.append(Node(name=name, kind="exchange", group=name, switch=switch, uplink=uplink))
    for cluster in range(CLUSTERS):
        names = [f"isp-{cluster}-{number}" for number in range(OF_A_CLUSTER)]
        fleet.join(*names, group=f"cluster-{cluster}", region=f"region-{cluster % EXCHANGES}")
        uplink = Link(CLUSTER_KBPS)
        group = f"cluster-{cluster}"
        nodes += [Node(name=it, kind="isp", group=group, switch=Link(SWITCH_KBPS), uplink=uplink) for it in names]
    placements = {node.name: await fleet.placer.placement_for(node.name) for node in nodes if node.kind != "origin"}
    return Tree(listings, nodes, clock=clock), placements


def _alone(placement: Placement) -> Placement:
    titles = tuple(msgspec.structs.replace(title, holders=()) for title in placement.titles)
    return msgspec.structs.replace(placement, titles=titles, peers=())


def _least_bytes(tree: Tree, placements: dict[str, Placement]) -> int:
    wanted: dict[str, set[str]] = {}
    for name, placement in placements.items():
        wanted.setdefault(tree.nodes[name].group, set()).update(title.title_id for title in placement.titles)
    size_bytes = {it.title_id: sum(file.size_bytes for file in it.files.values()) for it in tree.titles.values()}
    return sum(size_bytes[title_id] for titles in wanted.values() for title_id in titles)
