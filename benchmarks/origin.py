"""An origin in a process of its own: serves a feature and its ClearKey license, and tells its address.

`python -m benchmarks.origin FEATURE` serves the encoded feature in that file until its input ends.
"""

import asyncio
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import uvloop
from aiohttp import web

from benchmarks.feature import Feature
from matinee.crypto.tokens import encode_base64url
from tests.support.media import KEY, KEY_ID
from tests.support.servers import serving

SECONDS = 4 * 3_600
_LICENSE = {
    "keys": [{"kty": "oct", "kid": encode_base64url(bytes.fromhex(KEY_ID)), "k": encode_base64url(KEY)}],
    "type": "temporary",
}


@asynccontextmanager
async def origin(feature: Feature) -> AsyncIterator[str]:
    """The URL of the manifest, while entered."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "feature"
        path.write_bytes(msgspec.msgpack.encode(feature))
        pipe = asyncio.subprocess.PIPE
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.origin", str(path), stdin=pipe, stdout=pipe
        )
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            url = (await server.stdout.readline()).decode().strip()
            yield f"{url}/manifest.mpd"
        finally:
            server.stdin.close()
            await server.wait()


async def serve(feature: Feature) -> None:
    """Until standard input ends."""
    async with serving(application(feature)) as url:
        print(url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def application(feature: Feature) -> web.Application:
    """Manifest, media and license of `feature`."""
    digests = {body: _digest(body) for bodies in feature.segments.values() for body in bodies}

    async def manifest(request: web.Request) -> web.Response:
        url = f"http://{request.host}/clearkey"
        return web.Response(body=feature.manifest(seconds=SECONDS, license_url=url))

    async def init(request: web.Request) -> web.Response:
        return web.Response(body=feature.inits[request.match_info["track"]])

    async def segment(request: web.Request) -> web.Response:
        bodies = feature.segments[request.match_info["track"]]
        body = bodies[int(request.match_info["number"]) % len(bodies)]
        return web.Response(body=body, headers={"Repr-Digest": digests[body]})

    async def license(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response(_LICENSE)

    app = web.Application()
    app.router.add_get("/manifest.mpd", manifest)
    app.router.add_get("/{track}/init.mp4", init)
    app.router.add_get(r"/{track}/{number:\d+}.m4s", segment)
    app.router.add_post("/clearkey", license)
    return app


def _digest(body: bytes) -> str:
    """As our appliances tell it (RFC 9530)."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


if __name__ == "__main__":
    uvloop.run(serve(msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Feature)))
