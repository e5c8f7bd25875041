"""A fleet that fills, on virtual time: the real filler on every appliance, the real placement, links that are modelled.

    origin ──► exchange ══► cluster of ISP appliances, side by side on one switch

A link passes one piece after the other at its rate, and counts what it carries: so what two want at once takes twice
as long, and what is fetched twice is seen. `══►` are the links that cost.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from matinee.clock import Clock
from matinee.errors import SegmentUnavailable
from matinee.wire.placement import Placement, Source
from matinee.wire.title import INDEX_NAME, MediaFile
from matinee_edge.fill.filler import Filler
from matinee_edge.fill.stock import NOT_HELD
from matinee_edge.listing import Listing

SILENCE_MS = 3_000
"""After so long whoever asks knows that nobody is there."""


@dataclass
class Link:
    kbps: int
    carried_bytes: int = 0
    _free_ms: float = 0.0

    def passed_ms(self, size_bytes: int, *, now_ms: int) -> float:
        """When the bytes will have passed."""
        self.carried_bytes += size_bytes
        self._free_ms = max(self._free_ms, now_ms) + size_bytes * 8 / self.kbps
        return self._free_ms


@dataclass(kw_only=True)
class Node:
    """An appliance."""

    name: str
    kind: str
    group: str
    switch: Link
    """Its own link."""
    uplink: Link | None = None
    """What it shares with its group towards all parents."""
    held: dict[str, set[str]] = field(default_factory=dict)
    is_up: bool = True
    fetching: dict[tuple[str, str], asyncio.Event] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        return Source(name=self.name, base_url=f"http://{self.name}.example")

    def holds(self, title_id: str, file: MediaFile) -> bool:
        return file.path in self.held.get(title_id, ())


class Tree:
    """All nodes, and the bytes between them."""

    def __init__(self, titles: Iterable[Listing], nodes: Iterable[Node], *, clock: Clock) -> None:
        self.titles: Mapping[str, Listing] = {listing.title_id: listing for listing in titles}
        self.nodes: Mapping[str, Node] = {node.name: node for node in nodes}
        self.clock = clock
        [self.origin] = [node for node in self.nodes.values() if node.kind == "origin"]
        for listing in self.titles.values():
            self.origin.held[listing.title_id] = set(listing.files)

    async def pour(self, source: Node, target: Node, title_id: str, file: MediaFile) -> None:
        """The target holds the file, by way of all links between. Raises SegmentUnavailable if one of them dies."""
        if not source.is_up:
            await self.clock.wait_until(self.clock.now_ms() + SILENCE_MS)
            raise SegmentUnavailable(f"{source.name} does not answer.")
        links = [source.switch, target.switch]
        if source.group != target.group and target.uplink is not None:
            links.append(target.uplink)
        now_ms = self.clock.now_ms()
        passed_ms = max(link.passed_ms(file.size_bytes, now_ms=now_ms) for link in links)
        await self.clock.wait_until(int(passed_ms) + 1)
        if not all(node.is_up for node in (source, target)):
            raise SegmentUnavailable(f"The connection of {source.name} and {target.name} was cut.")
        target.held.setdefault(title_id, set()).add(file.path)

    async def fetch(self, source: Node, target: Node, title_id: str, file: MediaFile) -> None:
        """As `pour`, once however many want it of the target; a source that lacks it gets it of the origin first."""
        while not target.holds(title_id, file):
            if (under_way := target.fetching.get((title_id, file.path))) is not None:
                await under_way.wait()
                continue
            over = target.fetching[title_id, file.path] = asyncio.Event()
            try:
                if source.is_up and source is not self.origin and not source.holds(title_id, file):
                    await self.fetch(self.origin, source, title_id, file)
                await self.pour(source, target, title_id, file)
            finally:
                del target.fetching[title_id, file.path]
                over.set()


class TreeStock:
    """The `matinee_edge.fill.stock.Stock` of one node."""

    def __init__(self, tree: Tree, node: Node) -> None:
        self._tree = tree
        self._node = node

    def listing(self, title_id: str) -> Listing | None:
        return self._tree.titles[title_id] if title_id in self._node.held else None

    def lacking(self, title_id: str) -> Sequence[MediaFile]:
        held = self._node.held.get(title_id)
        return [] if held is None else [it for it in self._tree.titles[title_id].files.values() if it.path not in held]

    def is_pressed(self) -> bool:
        return False

    async def renew(self, title_id: str, *, source: Source) -> None:
        await self._tree.fetch(self._tree.nodes[source.name], self._node, title_id, self._tree.titles[title_id].index)

    async def land(self, title_id: str, file: MediaFile, *, source: Source, is_of_peer: bool) -> None:
        node = self._tree.nodes[source.name]
        if is_of_peer and node.is_up and not node.holds(title_id, file):
            raise SegmentUnavailable(f"{node.name} does not hold {file.path}.", reason=NOT_HELD)
        await self._tree.fetch(node, self._node, title_id, file)


@dataclass(kw_only=True)
class Cut:
    """A node is away from one moment to another."""

    name: str
    from_ms: int
    until_ms: int


async def fill(
    tree: Tree, placements: Mapping[str, Placement], *, folder: Path, cuts: Sequence[Cut], until_ms: int
) -> dict[str, int]:
    """When each node was whole; one that was not by `until_ms` is absent. A node that is away has no filler."""
    whole_ms: dict[str, int] = {}

    async def run(name: str) -> None:
        node = tree.nodes[name]
        filler = Filler(
            TreeStock(tree, node),
            name=name,
            parent=tree.origin.source,
            zone=ZoneInfo("UTC"),
            memory=folder / f"{name}.json",
            clock=tree.clock,
            draw=lambda: int.from_bytes(sha256(f"{name}{tree.clock.now_ms()}".encode()).digest()[:4]),
            concurrency=4,
        )
        filler.hold(placements[name])
        await filler.run()

    async def live(name: str) -> None:
        for cut in sorted((it for it in cuts if it.name == name), key=lambda it: it.from_ms):
            with suppress(TimeoutError):
                async with asyncio.timeout((cut.from_ms - tree.clock.now_ms()) / 1000):
                    await run(name)
            tree.nodes[name].is_up = False
            await tree.clock.wait_until(cut.until_ms)
            tree.nodes[name].is_up = True
        await run(name)

    async def watch() -> None:
        while len(whole_ms) < len(placements) and tree.clock.now_ms() < until_ms:
            await tree.clock.wait_until(tree.clock.now_ms() + 10_000)
            for name in placements.keys() - whole_ms.keys():
                if is_whole(tree, name, placements[name]):
                    whole_ms[name] = tree.clock.now_ms()

    async with asyncio.TaskGroup() as group:
        lives = [group.create_task(live(name)) for name in placements]
        await watch()
        for it in lives:
            it.cancel()
    return whole_ms


def is_whole(tree: Tree, name: str, placement: Placement) -> bool:
    held = tree.nodes[name].held
    return all(
        len(held.get(title.title_id, ())) == len(tree.titles[title.title_id].files) for title in placement.titles
    )


def title_of(title_id: str, *, files: int, file_bytes: int, index_bytes: int = 500_000) -> Listing:
    """A title of one representation; nobody looks into its files, so that any digest will do."""
    index = MediaFile(path=INDEX_NAME, size_bytes=index_bytes, sha256=f"index of {title_id}")
    media = tuple(
        MediaFile(path=f"v1/{number}.m4s", size_bytes=file_bytes, sha256="ab" * 32, representation_id="v1")
        for number in range(files)
    )
    paths = {file.path: file for file in (index, *media)}
    return Listing(title_id=title_id, files=paths, representations={"v1": media}, audio=frozenset())
