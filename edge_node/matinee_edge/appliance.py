"""One appliance: its parts put together, and what runs beside the requests."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from matinee.clock import Clock
from matinee.wire.placement import Placement
from matinee.wire.steering import Announcement, Heartbeat, shelf_digest
from matinee_asgi.listening import listener, url_of
from matinee_asgi.service import compose
from matinee_edge.admission import Admission
from matinee_edge.app import MediaDesk, Status, service_of
from matinee_edge.cross_origin import cross_origin
from matinee_edge.door import door, open_files
from matinee_edge.fill.filler import Filler
from matinee_edge.fill.releases import PLACEMENT_NAME, Releases
from matinee_edge.folder import Folder
from matinee_edge.front.server import Front
from matinee_edge.gate import Gate
from matinee_edge.gauge import Gauge
from matinee_edge.heartbeat import Heart
from matinee_edge.hits import Hits
from matinee_edge.holdings import Holdings
from matinee_edge.restock import Restock
from matinee_edge.settings import EdgeSettings
from matinee_edge.supply import Supply
from matinee_edge.tally import Tally
from matinee_edge.workers.crew import Crew

log = logging.getLogger("matinee.edge")

GRACE_MS = 6_000
"""How long what is being sent may take to finish after a stop."""
TEND_EVERY_MS = 1_000
"""How often an origin looks for titles that an encoder put there, and others note what was asked for."""


class Appliance:
    """An appliance of any kind."""

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
        releases = Releases(settings.shelf / PLACEMENT_NAME, clock=clock)
        self._gate = Gate(settings.trust, clock=clock, release_of=releases.of)
        self._heart: Heart | None = None
        self._restock = Restock(settings, clock=clock, draw=draw) if settings.kind != "origin" else None
        self._holdings: Holdings = self._restock.shelf if self._restock is not None else Folder(settings.shelf)
        misses = self._restock.misses if self._restock is not None else None
        self._supply = Supply(self._holdings, misses=misses, files=open_files(settings), tally=self._tally)
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

    @property
    def _filler(self) -> Filler | None:
        return self._restock.filler if self._restock is not None else None

    def status(self) -> Status:
        """How it is doing."""
        tally, heart, filler = self._tally, self._heart, self._filler
        heard = heart.is_heard if heart is not None else None
        return Status(
            name=self._settings.name,
            kind=self._settings.kind,
            titles=self._holdings.whole_titles(),
            announced=heart.announced if heart is not None else (),
            placed=filler.placed if filler is not None else (),
            filling=self._holdings.progress(),
            fill=filler.progress() if filler is not None else None,
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

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        beside: list[Callable[[], Coroutine[None, None, None]]] = [self._tend]
        async with AsyncExitStack() as stack:
            if self._restock is not None:
                await stack.enter_async_context(self._restock.running())
                beside += self._restock.beside
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
            hear=self._restock.hold if self._restock is not None else _ignore,
            clock=self._clock,
            draw=self._draw,
        )

    def _heartbeat(self) -> Heartbeat:
        titles, filler = self._holdings.whole_titles(), self._filler
        return Heartbeat(
            appliance=self._settings.name,
            kind=self._settings.kind,
            base_url=self._base_url,
            shelf=shelf_digest(titles),
            titles=titles,
            placed=filler.placed_digest if filler is not None else "",
            used=self._gauge.read(),
            draining=self._is_draining,
        )

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


def _ignore(placement: Placement) -> None:
    """An origin holds what encoders put there, whatever is placed."""
