"""The peer of `benchmarks.ingest`: a bare Starlette handler that parses the same JSON, keeps nothing, asks nobody.

`python -m benchmarks.collector READY_FILE`, under the same uvicorn as ours.
"""

import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from matinee_asgi.serve import serve


async def tell(request: Request) -> JSONResponse:
    batch = await request.json()
    return JSONResponse({"accepted": len(batch["events"]), "refused": []}, 202)


if __name__ == "__main__":
    app = Starlette(routes=[Route("/v1/telemetry", tell, methods=["POST"])])
    serve(app, name="collector", host="127.0.0.1", port=0, ready_file=Path(sys.argv[1]))
