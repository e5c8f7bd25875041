"""Appliances on loopback: tokens, servers in this process, and a spy between an appliance and its parent."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.clock import Clock, SystemClock
from matinee.crypto.tokens import SigningKey, encode_base64url
from matinee.wire.auth import AccessClaims, MediaClaims
from matinee.wire.title import MediaFile
from matinee_asgi.listening import listener, url_of
from matinee_edge.appliance import Appliance
from matinee_edge.eviction import EVICTION_POLICIES
from matinee_edge.front.heads import Head
from matinee_edge.front.outgoing import Reply
from matinee_edge.hits import Hits
from matinee_edge.misses import Misses
from matinee_edge.parent import Parent
from matinee_edge.settings import EdgeSettings
from matinee_edge.shelf import Shelf
from matinee_edge.sources import Sources

FAR_WALL_MS = 1 << 50
DEADLINE_S = 10


class Issuer:
    """A service that signs tokens, and the file that says it is trusted."""

    def __init__(self, folder: Path) -> None:
        self.key = SigningKey.generate()
        self.trust = folder / "trust.json"
        self.media_token_file = folder / "media.token"
        self.control_token_file = folder / "control.token"
        self.trust_keys(self.key)
        self.media_token_file.write_text(self.media_token("*"))
        claims = AccessClaims(sub="appliance:isp-a", role="appliance", exp_wall_ms=FAR_WALL_MS)
        self.control_token_file.write_text(self.key.sign(claims))

    def trust_keys(self, *keys: SigningKey) -> None:
        draft = self.trust.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode({key.key_id: encode_base64url(key.public) for key in keys}))
        draft.replace(self.trust)

    def media_token(self, *titles: str, exp_wall_ms: int = FAR_WALL_MS) -> str:
        return self.key.sign(MediaClaims(sub="viewer", titles=titles, exp_wall_ms=exp_wall_ms))


class Spy:
    """ASGI middleware in front of a parent: notes what is asked, and lets a test hold or spoil the answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.asked: list[str] = []
        """Paths without their token, in the order of asking."""
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.free_answers = 0
        """So many are answered although `is_open` is not set."""
        self.spoil: Callable[[bytes], bytes] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "/titles/" not in scope["path"]:
            await self._app(scope, receive, send)
            return
        self.asked.append(scope["path"].partition("/titles/")[2])
        if not self.is_open.is_set() and len(self.asked) > self.free_answers:
            await self.is_open.wait()

        async def spoilt(message: Message) -> None:
            if self.spoil is not None and message["type"] == "http.response.zerocopysend":
                body = os.pread(message["file"].fileno(), message["count"], message["offset"])
                more = message["more_body"]
                message = {"type": "http.response.body", "body": self.spoil(body), "more_body": more}
            await send(message)

        await self._app(scope, receive, spoilt)


class _QuickServer(uvicorn.Server):
    """A server that stops when it is told to, without looking every tenth of a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to pytest."""
        yield

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for task in list(self.server_state.tasks):
            task.cancel()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self.lifespan.shutdown()


@asynccontextmanager
async def served(build: Callable[[str], ASGIApp]) -> AsyncIterator[str]:
    """The URL of an application that uvicorn serves on loopback while entered."""
    with listener("127.0.0.1", 0) as listening:
        url = url_of(listening, "127.0.0.1")
        server = _QuickServer(uvicorn.Config(build(url), log_config=None, log_level="error", loop="none"))
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(sockets=[listening]))
            await eventually(lambda: server.started or serving.done())
            try:
                yield url
            finally:
                server.stopping.set()


class _Spied(Appliance):
    """With a spy in front of its application, which is asked about everything."""

    def __init__(self, settings: EdgeSettings, *, url: str, spies: list[Spy]) -> None:
        super().__init__(settings, url=url, clock=SystemClock(), draw=lambda: 0)
        self._spy = Spy(super().app())
        spies.append(self._spy)
        self.hits = _NoHits(self._gate, self._supply, tally=self._tally, max_requests=1)

    def app(self) -> ASGIApp:
        return self._spy


class _NoHits(Hits):
    def answer(self, head: Head, *, closes: bool, date: bytes) -> Reply | None:
        return None


@asynccontextmanager
async def appliance(settings: EdgeSettings, *, spy: list[Spy] | None = None) -> AsyncIterator[str]:
    """The URL of an appliance; a spy in front of it is appended to `spy`."""
    with listener("127.0.0.1", 0) as listening:
        url = url_of(listening, "127.0.0.1", scheme="https" if settings.tls_certificate else "http")
        it = (
            Appliance(settings, url=url, clock=SystemClock(), draw=lambda: 0)
            if spy is None
            else _Spied(settings, url=url, spies=spy)
        )
        stopped = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(it.serve(listening, until=stopped))
            try:
                yield url
            finally:
                serving.cancel()


def origin_settings(folder: Path, issuer: Issuer, **changes: Any) -> EdgeSettings:
    known: dict[str, Any] = {"name": "origin", "kind": "origin", "shelf": folder, "trust": issuer.trust}
    return EdgeSettings(**known | changes)


def isp_settings(folder: Path, issuer: Issuer, **changes: Any) -> EdgeSettings:
    known: dict[str, Any] = {"name": "isp-a", "kind": "isp", "shelf": folder, "trust": issuer.trust}
    return EdgeSettings(**known | {"media_token_file": issuer.media_token_file} | changes)


def shelf_in(
    root: Path, *, clock: Clock | None = None, quota_bytes: int = 1 << 40, policy: str = "popularity", draw: int = 0
) -> Shelf:
    """A shelf as it lies in the folder."""
    return Shelf(
        root,
        clock=clock or SystemClock(),
        draw=lambda: draw,
        quota_bytes=quota_bytes,
        policy=EVICTION_POLICIES[policy],
    )


async def stock(shelf: Shelf, media: Path, *titles: str, lacking: str = "") -> None:
    """These titles, as they lie in `media`, are on the shelf, but for the path that is to lack."""
    for title_id in titles:
        await shelf.adopt(title_id, (media / title_id / "title.json").read_bytes())
        for file in shelf.lacking(title_id):
            if file.path != lacking:
                put(shelf, media, file, title_id=title_id)


def put(shelf: Shelf, media: Path, file: MediaFile, *, title_id: str) -> None:
    """The file, as it lies in `media`, lands on the shelf."""
    landing = shelf.landing(file)
    try:
        landing.write((media / title_id / file.path).read_bytes())
        landing.verify()
        shelf.land(title_id, landing)
    finally:
        landing.discard()


@asynccontextmanager
async def pulling(
    shelf: Shelf, *parents: Parent, clock: Clock | None = None, deadline_ms: int = 5_000, max_fetches: int = 16
) -> AsyncIterator[Misses]:
    """What fetches onto the shelf from the first of these who can."""
    sources = Sources(clock=clock or SystemClock(), draw=lambda: 0)
    sources.use(parents)
    misses = Misses(shelf, sources, clock=clock or SystemClock(), deadline_ms=deadline_ms, max_fetches=max_fetches)
    async with sources.running(), misses.running():
        yield misses


async def eventually(condition: Callable[[], object], *, deadline_s: float = DEADLINE_S) -> None:
    """Returns once the condition holds. Raises TimeoutError at the deadline."""
    clock = SystemClock()
    async with asyncio.timeout(deadline_s):
        while not condition():
            await clock.wait_until(clock.now_ms() + 5)
