"""One appliance: its parts put together, and what runs beside the requests."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from matinee.clock import Clock
from matinee.wire.placement import Placement, Source
from matinee.wire.steering import Announcement, Heartbeat, shelf_digest
from matinee_asgi.listening import listener, url_of
from matinee_asgi.service import compose
from matinee_edge.admission import Admission
from matinee_edge.app import MediaDesk, Status, service_of
from matinee_edge.cross_origin import cross_origin
from matinee_edge.door import door
from matinee_edge.eviction import EVICTION_POLICIES
from matinee_edge.fill.filler import PLACEMENT_NAME, Filler
from matinee_edge.fill.upstream import Upstream
from matinee_edge.fill.windows import known_zone
from matinee_edge.folder import Folder
from matinee_edge.front.server import Front
from matinee_edge.gate import Gate
from matinee_edge.gauge import Gauge
from matinee_edge.heartbeat import Heart
from matinee_edge.held import OpenFiles
from matinee_edge.hits import Hits
from matinee_edge.holdings import Holdings
from matinee_edge.misses import Misses
from matinee_edge.parent import Parent
from matinee_edge.scrub import Scrub
from matinee_edge.settings import EdgeSettings
from matinee_edge.shelf import Shelf
from matinee_edge.sources import Sources
from matinee_edge.supply import Supply
from matinee_edge.tally import Tally
from matinee_edge.workers.crew import Crew

log = logging.getLogger("matinee.edge")

GRACE_MS = 6_000
"""How long what is being sent may take to finish after a stop."""
TEND_EVERY_MS = 1_000
"""How often an origin looks for titles that an encoder put there, and others note what was asked for."""


class Appliance:
    """An appliance of any kind; `program` is what serves it."""

    def __init__(self, settings: EdgeSettings, *, url: str, clock: Clock, draw: Callable[[], int]) -> None:
        """`url`: where it listens; `draw`: random non-negative integers, for jitter.

        Raises SettingsInvalid if a file that the settings name cannot be used.
        """
        self._settings = settings
        self._base_url = settings.public_url or url
        self._clock = clock
        self._draw = draw
        self._tally = Tally()
        self._gauge = Gauge(
            self._tally,
            clock=clock,
            shelf=settings.shelf,
            link_kbps=settings.link_kbps,
            most_connections=settings.max_connections,
        )
        self._is_draining = False
        self._gate = Gate(settings.trust, clock=clock, release_of=self._release_of)
        self._sources = Sources(clock=clock, draw=draw)
        self._misses: Misses | None = None
        self._filler: Filler | None = None
        self._scrub: Scrub | None = None
        self._heart: Heart | None = None
        self._holdings: Holdings = Folder(settings.shelf) if settings.kind == "origin" else self._shelf()
        files = OpenFiles(max_files=settings.max_open_files, memory_bytes=settings.memory_bytes)
        self._supply = Supply(self._holdings, misses=self._misses, files=files, tally=self._tally)
        self.hits = Hits(self._gate, self._supply, tally=self._tally, max_requests=settings.max_requests)

    async def serve(self, listening: socket.socket, *, until: asyncio.Event) -> None:
        """Serve on the socket, which stays the caller's, until told; then finish what is being sent.

        The control plane is told first, so that nobody new is sent here. With more than one worker the socket's port
        must be shared.
        """
        async with self._running(), asyncio.TaskGroup() as group:
            told = asyncio.Event()
            serving = [group.create_task(self._front(self._tally).serve([listening], until=told))]
            if self._settings.workers > 1:
                serving.append(group.create_task(self._serve_with_crew(listening.getsockname()[1])))
            await until.wait()
            await self._drain()
            told.set()
            for task in serving[1:]:
                task.cancel()
            await asyncio.wait(serving, timeout=GRACE_MS / 1000)
            serving[0].cancel()

    async def _serve_with_crew(self, port: int) -> None:
        """Workers serve on the port, and ask at a private door for what they cannot answer, until this is cancelled."""
        with listener("127.0.0.1", 0) as private:
            crew = Crew(
                self._settings,
                port=port,
                keeper=url_of(private, "127.0.0.1"),
                tally=self._tally,
                asked=self._supply.asked,
                clock=self._clock,
            )
            # What is relayed is counted where it came in.
            inner = self._front(Tally(), is_private=True)
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(inner.serve([private], until=asyncio.Event()))
                try:
                    await crew.run(self._settings.workers - 1)
                finally:
                    serving.cancel()

    def _front(self, tally: Tally, *, is_private: bool = False) -> Front:
        return door(
            self.app(), self.hits, settings=self._settings, tally=tally, clock=self._clock, is_private=is_private
        )

    def app(self) -> ASGIApp:
        """The rules."""
        admission = Middleware(Admission, max_requests=self._settings.max_requests, tally=self._tally)
        desk = MediaDesk(self._gate, self._supply)
        return compose([service_of(desk, status=self.status)], middleware=[*cross_origin(), admission])

    def status(self) -> Status:
        """How it is doing."""
        tally, heart = self._tally, self._heart
        heard = heart.is_heard if heart is not None else None
        return Status(
            name=self._settings.name,
            kind=self._settings.kind,
            titles=self._holdings.whole_titles(),
            announced=heart.announced if heart is not None else (),
            placed=self._filler.placed if self._filler is not None else (),
            filling=self._holdings.progress(),
            fill=self._filler.progress() if self._filler is not None else None,
            control_plane="unasked" if heard is None else "answers" if heard else "silent",
            draining=self._is_draining,
            requests=tally.requests,
            connections=tally.connections,
            bytes_sent=tally.bytes_sent,
            hits=tally.hits,
            misses=tally.misses,
            errors=tally.errors,
            turned_away=tally.turned_away,
        )

    def _shelf(self) -> Shelf:
        """A shelf of our own, and whatever keeps it filled and whole."""
        settings = self._settings
        shelf = Shelf(
            settings.shelf,
            clock=self._clock,
            draw=self._draw,
            quota_bytes=settings.shelf_bytes,
            policy=EVICTION_POLICIES[settings.eviction],
        )
        if settings.parent is not None and settings.media_token_file is not None:
            self._fill(shelf, parent=settings.parent, token_file=settings.media_token_file)
        land = self._misses.land if self._misses is not None else None
        self._scrub = Scrub(shelf, land=land, rate_kbps=settings.scrub_kbps, clock=self._clock)
        return shelf

    def _fill(self, shelf: Shelf, *, parent: str, token_file: Path) -> None:
        settings = self._settings
        self._misses = Misses(
            shelf,
            self._sources,
            clock=self._clock,
            deadline_ms=settings.parent_deadline_ms,
            max_fetches=settings.max_fetches,
        )
        self._filler = Filler(
            Upstream(
                shelf,
                self._misses,
                parent=parent,
                token_file=token_file,
                deadline_ms=settings.parent_deadline_ms,
            ),
            name=settings.name,
            parent=Source(name="parent", base_url=parent),
            zone=known_zone(settings.time_zone),
            memory=settings.shelf / PLACEMENT_NAME,
            clock=self._clock,
            draw=self._draw,
            concurrency=settings.fill_concurrency,
            is_at_once=settings.fill_at_once,
        )
        shelf.place(self._filler.placed)
        self._ask(self._filler.placement)

    def _ask(self, placement: Placement) -> None:
        """What is missing is asked of the peers that the placement names, then of its parents, then of our own."""
        settings = self._settings
        assert settings.parent is not None
        assert settings.media_token_file is not None
        parents = {source.base_url: False for source in placement.parents} | {settings.parent: False}
        peers = {source.base_url: True for source in placement.peers if source.name != settings.name}
        self._sources.use(
            [
                Parent(url, token_file=settings.media_token_file, is_peer=is_peer)
                for url, is_peer in (peers | parents).items()
            ]
        )

    def _release_of(self, title_id: str) -> int:
        return self._filler.release_of(title_id) if self._filler is not None else 0

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        beside: list[Callable[[], Coroutine[None, None, None]]] = []
        async with AsyncExitStack() as stack:
            if self._misses is not None and self._filler is not None:
                await stack.enter_async_context(self._sources.running())
                await stack.enter_async_context(self._misses.running())
                beside.append(self._filler.run)
            if self._scrub is not None:
                beside.append(self._scrub.run)
            beside.append(self._tend)
            if self._settings.control is not None and self._settings.control_token_file is not None:
                session = await stack.enter_async_context(aiohttp.ClientSession())
                self._heart = self._heart_with(session)
                beside.append(self._heart.run)
            await stack.enter_async_context(_running_beside(beside))
            yield

    def _heart_with(self, session: aiohttp.ClientSession) -> Heart:
        assert self._settings.control is not None
        assert self._settings.control_token_file is not None
        return Heart(
            self._settings.control,
            token_file=self._settings.control_token_file,
            session=session,
            place=Announcement(
                appliance=self._settings.name,
                site=self._settings.site,
                cluster=self._settings.cluster,
                region=self._settings.region,
                subnets=self._settings.subnets,
                shelf_bytes=self._settings.shelf_bytes,
            ),
            say=self._heartbeat,
            hear=self._hear,
            clock=self._clock,
            draw=self._draw,
        )

    def _heartbeat(self) -> Heartbeat:
        titles = self._holdings.whole_titles()
        return Heartbeat(
            appliance=self._settings.name,
            kind=self._settings.kind,
            base_url=self._base_url,
            shelf=shelf_digest(titles),
            titles=titles,
            placed=self._filler.placed_digest if self._filler is not None else "",
            used=self._gauge.read(),
            draining=self._is_draining,
        )

    def _hear(self, placement: Placement) -> None:
        """An origin holds what encoders put there, whatever is placed."""
        if self._filler is None:
            return
        self._filler.hold(placement)
        self._holdings.place(self._filler.placed)
        self._ask(placement)

    async def _tend(self) -> None:
        while True:
            await self._clock.wait_until(self._clock.now_ms() + TEND_EVERY_MS)
            await self._supply.tend()

    async def _drain(self) -> None:
        self._is_draining = True
        log.info("draining: %d requests are being answered", self._tally.answering)
        if self._heart is not None:
            await self._heart.beat()


@asynccontextmanager
async def _running_beside(runs: list[Callable[[], Coroutine[None, None, None]]]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run()) for run in runs]
        yield
        for task in tasks:
            task.cancel()
