"""Restocking: a shelf, and all that keeps it filled and whole."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from matinee.clock import Clock
from matinee.wire.placement import Placement, Source
from matinee_edge.eviction import EVICTION_POLICIES
from matinee_edge.fill.filler import Filler
from matinee_edge.fill.releases import PLACEMENT_NAME
from matinee_edge.fill.upstream import Upstream
from matinee_edge.fill.windows import known_zone
from matinee_edge.misses import Misses
from matinee_edge.parent import Parent
from matinee_edge.scrub import Scrub
from matinee_edge.settings import EdgeSettings
from matinee_edge.shelf import Shelf
from matinee_edge.sources import Sources


class Restock:
    """Of an appliance that has a shelf of its own. Without a parent, what is there is all there will be."""

    def __init__(self, settings: EdgeSettings, *, clock: Clock, draw: Callable[[], int]) -> None:
        """`draw`: 30 uniform bits."""
        self._settings = settings
        self._sources = Sources(clock=clock, draw=draw)
        self.shelf = Shelf(
            settings.shelf,
            clock=clock,
            draw=draw,
            quota_bytes=settings.shelf_bytes,
            policy=EVICTION_POLICIES[settings.eviction],
        )
        self.misses: Misses | None = None
        self.filler: Filler | None = None
        if settings.parent is not None and settings.media_token_file is not None:
            self.misses = Misses(
                self.shelf,
                self._sources,
                clock=clock,
                deadline_ms=settings.parent_deadline_ms,
                max_fetches=settings.max_fetches,
            )
            upstream = Upstream(
                self.shelf,
                self.misses,
                parent=settings.parent,
                token_file=settings.media_token_file,
                deadline_ms=settings.parent_deadline_ms,
            )
            self.filler = self._filler(upstream, settings.parent, clock=clock, draw=draw)
            self._follow(self.filler.placement)
        land = self.misses.land if self.misses is not None else None
        self._scrub = Scrub(self.shelf, land=land, rate_kbps=settings.scrub_kbps, clock=clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While entered, what lacks can be fetched."""
        async with AsyncExitStack() as stack:
            if self.misses is not None:
                await stack.enter_async_context(self._sources.running())
                await stack.enter_async_context(self.misses.running())
            yield

    @property
    def beside(self) -> Sequence[Callable[[], Coroutine[None, None, None]]]:
        """What runs for ever beside the requests, while this is running."""
        return [self._scrub.run, *([self.filler.run] if self.filler is not None else [])]

    def hold(self, placement: Placement) -> None:
        """From now on these titles should be here."""
        if self.filler is None or placement == self.filler.placement:
            return
        self.filler.hold(placement)
        self._follow(placement)

    def _filler(self, upstream: Upstream, parent: str, *, clock: Clock, draw: Callable[[], int]) -> Filler:
        settings = self._settings
        return Filler(
            upstream,
            name=settings.name,
            parent=Source(name="parent", base_url=parent),
            zone=known_zone(settings.time_zone),
            memory=settings.shelf / PLACEMENT_NAME,
            clock=clock,
            draw=draw,
            concurrency=settings.fill_concurrency,
            is_at_once=settings.fill_at_once,
        )

    def _follow(self, placement: Placement) -> None:
        """What is placed stays; what lacks is asked of the peers that are named, then of the parents, then of ours."""
        parent, token_file = self._settings.parent, self._settings.media_token_file
        assert parent is not None
        assert token_file is not None
        self.shelf.place([title.title_id for title in placement.titles])
        parents = [*(source.base_url for source in placement.parents), parent]
        peers = [source.base_url for source in placement.peers if source.name != self._settings.name]
        self._sources.use(
            [
                *_parents(peers, token_file=token_file, is_peer=True),
                *_parents(parents, token_file=token_file, is_peer=False),
            ]
        )


def _parents(urls: Sequence[str], *, token_file: Path, is_peer: bool) -> list[Parent]:
    return [Parent(url, token_file=token_file, is_peer=is_peer) for url in dict.fromkeys(urls)]
