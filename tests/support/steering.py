"""A steering server on loopback, with the title that it steers: scripted answers, and everything it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from aiohttp import web

from matinee.clock import Clock
from matinee.testing.network import HostRequest
from matinee.testing.titles import SyntheticTitle
from tests.support.servers import serving

HOUR_MS = 3_600_000


class Reply(NamedTuple):
    """What the server answers a question with."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}


SILENCE = Reply(status=0)
CUT_SHORT = Reply(status=-1)


def document(**said: Any) -> Reply:
    """A steering document; underscores stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in said.items()}
    return Reply(body=json.dumps({"VERSION": 1, "TTL": 60, "PATHWAY-PRIORITY": ["a", "b"]} | named).encode())


def refusal(status: int, retry_after: str = "") -> Reply:
    return Reply(status, headers={"Retry-After": retry_after} if retry_after else {})


class Asked(NamedTuple):
    """A request, by the player's clock."""

    now_ms: int
    host: str
    """Without port."""
    path: str
    query: str


@dataclass
class SteeringServer:
    """Places `a` and `b` hold the title; questions are answered from the script, its last answer for ever."""

    clock: Clock
    script: list[Reply]
    attributes: str = ""
    """Of the manifest's ContentSteering."""
    steering_path: str = "steer"
    away: set[str] = field(default_factory=set)
    """Places that answer 503."""
    questions: list[Asked] = field(default_factory=list)
    media: list[Asked] = field(default_factory=list)
    held: int = 0
    url: str = ""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/manifest.mpd", self._manifest)
        app.router.add_get("/{place:[ab]}/{path:.*}", self._media)
        app.router.add_get("/{path:.*}", self._steer)
        return app

    @property
    def places(self) -> list[str]:
        """Where each piece of media was asked for, by name, or by host where that is another."""
        return [it.host if it.host != "127.0.0.1" else it.path[1] for it in self.media]

    def _title(self) -> SyntheticTitle:
        places = tuple((name, f"{self.url}/{name}/") for name in "ab")
        return SyntheticTitle(duration_ms=3 * HOUR_MS, ladder=(8,), audio_kbps=0, places=places)

    async def _manifest(self, _: web.Request) -> web.Response:
        steering = f"<ContentSteering {self.attributes}>{self.url}/{self.steering_path}</ContentSteering><Period"
        return web.Response(body=self._title().manifest().replace(b"<Period", steering.encode()))

    async def _media(self, request: web.Request) -> web.Response:
        asked = self._asked(request)
        self.media.append(asked)
        if request.match_info["place"] in self.away:
            return web.Response(status=503)
        path = "/" + request.match_info["path"]
        body = self._title()(HostRequest(host="", path=path, query="", method="GET", headers={}, body=b"", wall_ms=0))
        return web.Response(body=body) if isinstance(body, bytes) else web.Response(status=404)

    async def _steer(self, request: web.Request) -> web.StreamResponse:
        self.questions.append(self._asked(request))
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if reply == SILENCE:
            self.held += 1
            await asyncio.Event().wait()
        if reply == CUT_SHORT:
            return await self._cut_short(request)
        date = formatdate(self.clock.wall_ms() / 1000, usegmt=True)
        return web.Response(status=reply.status, body=reply.body, headers={"Date": date, **reply.headers})

    async def _cut_short(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"VERSION":')
        assert request.transport is not None
        request.transport.close()
        return response

    def _asked(self, request: web.Request) -> Asked:
        host = urlsplit(f"//{request.host}").hostname or ""
        return Asked(self.clock.now_ms(), host, request.path, request.rel_url.raw_query_string)


@asynccontextmanager
async def steering_server(clock: Clock, *script: Reply, **changes: Any) -> AsyncIterator[SteeringServer]:
    server = SteeringServer(clock, list(script), **changes)
    async with serving(server.application()) as url:
        server.url = url
        yield server
