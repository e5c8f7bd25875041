"""Real servers on loopback: files from a folder, a ClearKey license server, and faults on demand."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from matinee.crypto.tokens import decode_base64url, encode_base64url

Fault = Callable[[web.Request], bool]


@dataclass
class MediaServer:
    """What a served folder does, and what it was asked."""

    folder: Path
    keys: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    fault: str = ""
    """`http-<status>`, `truncated`, `garbage`, `silence` or `reset` for every segment from now on; empty: none."""
    retry_after: str = ""
    date: str = ""
    """What its clock says in a refusal; empty: the time."""
    url: str = ""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._file)
        app.router.add_post("/clearkey", self._clearkey)
        return app

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.requests.append(path)
        body = await asyncio.to_thread(self._read, path)
        if body is None:
            raise web.HTTPNotFound
        if self.fault and not path.endswith(".mpd"):
            return await self._fail(request, body)
        return web.Response(body=body)

    def _read(self, path: str) -> bytes | None:
        file = self.folder / path
        return file.read_bytes() if file.is_file() else None

    async def _fail(self, request: web.Request, body: bytes) -> web.StreamResponse:
        assert request.transport is not None
        if self.fault.startswith("http-"):
            headers = {"Retry-After": self.retry_after, "Date": self.date}
            headers = {name: value for name, value in headers.items() if value}
            return web.Response(status=int(self.fault.removeprefix("http-")), headers=headers)
        if self.fault == "garbage":
            return web.Response(body=b"\x00" * len(body))
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        if self.fault != "reset":
            await response.prepare(request)
        if self.fault == "truncated":
            await response.write(body[: len(body) // 2])
        if self.fault == "silence":
            await asyncio.Event().wait()
        request.transport.abort()
        return response

    async def _clearkey(self, request: web.Request) -> web.Response:
        asked = [decode_base64url(kid).hex() for kid in (await request.json())["kids"]]
        keys = [
            {"kty": "oct", "kid": encode_base64url(bytes.fromhex(kid)), "k": encode_base64url(self.keys[kid])}
            for kid in asked
            if kid in self.keys
        ]
        return web.Response(text=json.dumps({"keys": keys, "type": "temporary"}))


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The URL of `app` on a port of the kernel's choice, without a final `/`."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serving_title(folder: Path, *, keys: dict[str, bytes] | None = None) -> AsyncIterator[MediaServer]:
    """A folder served, with a ClearKey license server for its keys at `/clearkey`."""
    server = MediaServer(folder, keys=keys or {})
    async with serving(server.application()) as url:
        server.url = url
        yield server
