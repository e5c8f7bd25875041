"""A small server that stands in for any program of the system, and fails on demand."""

import argparse
import sys
import threading
from pathlib import Path

import aiohttp
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from matinee_asgi.serve import serve
from matinee_asgi.service import Service, compose
from matinee_local.plan import Process, UrlOf

MODULE = "tests.matinee_local.standin"


def standin(name: str, *arguments: str | UrlOf, port: int = 0) -> Process:
    """A process for a plan."""
    return Process(name=name, module=MODULE, arguments=("--name", name, *arguments), port=port)


async def document_at(url: str) -> dict[str, object]:
    """The JSON document there; nothing if nobody answers."""
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            document: dict[str, object] = await answer.json()
            return document
    except aiohttp.ClientError:
        return {}


def main() -> int:
    """`--die WORDS` says them and ends badly; `--mute` never listens; `--ill` answers its health check with 503."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", default="standin")
    parser.add_argument("--die")
    parser.add_argument("--mute", action="store_true")
    parser.add_argument("--ill", action="store_true")
    parser.add_argument("--parent", default="")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-file", type=Path)
    given = parser.parse_args()
    if given.die:
        sys.stderr.write(f"{given.die}\n")
        return 3
    if given.mute:
        threading.Event().wait()
    serve(compose([_service(given)]), name=given.name, host=given.host, port=given.port, ready_file=given.ready_file)
    return 0


def _service(given: argparse.Namespace) -> Service:
    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, 503 if given.ill else 200)

    async def status(request: Request) -> Response:
        return JSONResponse({"titles": ["a-title"], "bytes_sent": sum(sent), "hits": len(sent), "parent": given.parent})

    async def send(request: Request) -> Response:
        """Counts as media that was sent."""
        sent.append(int(request.query_params["bytes"]))
        return JSONResponse({})

    sent = [1_500_000]
    routes = (Route("/healthz", healthz), Route("/v1/status", status), Route("/v1/send", send))
    return Service(name="standin", routes=routes)


if __name__ == "__main__":
    sys.exit(main())
