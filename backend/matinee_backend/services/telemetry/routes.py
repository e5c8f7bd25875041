"""POST /v1/telemetry, what follows from it, and GET /v1/quality for operators."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.responses import Response

from matinee.wire.telemetry import TelemetryAnswer, TelemetryBatch
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.body import read_body
from matinee_asgi.endpoint import Endpoint, get
from matinee_asgi.reply import MAX_BODY_BYTES, reply
from matinee_asgi.service import Service
from matinee_backend.services.telemetry.follow import Follower
from matinee_backend.services.telemetry.intake import Intake
from matinee_backend.services.telemetry.observe import Observatory, Outlook
from matinee_backend.services.telemetry.rules import Told, read_batch


def telemetry_service(
    *,
    bearer: BearerCheck,
    intake: Intake,
    site_of: Callable[[Request], Awaitable[str]],
) -> Service:
    """`site_of`: whose network a request comes from; empty where nobody announces it."""

    async def tell(request: Request) -> Response:
        who = bearer.member(request)
        intake.check_room()
        body = await read_body(request, max_bytes=MAX_BODY_BYTES)
        batch = read_batch(body)
        told = Told(
            account_id=who.sub,
            heard_wall_ms=bearer.clock.wall_ms(),
            site=await site_of(request),
            events=batch.events,
            dropped=batch.dropped,
            dropped_id=batch.dropped_id,
        )
        if told.events or told.dropped:
            await intake.keep(told, size_bytes=len(body))
        answer = TelemetryAnswer(accepted=len(told.events), refused=batch.refused)
        return reply(answer, status=202, headers={"Cache-Control": "no-store"})

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        await intake.remember()
        async with _beside(intake.run(), name="keep events"):
            yield

    return Service(
        name="telemetry",
        endpoints=(
            Endpoint(
                method="POST",
                path="/v1/telemetry",
                handle=tell,
                body=TelemetryBatch,
                answer=TelemetryAnswer,
                says="The events are in the log, but for those that it names; what follows from them follows soon.",
                status=202,
                bearer="member",
            ),
        ),
        running=running,
    )


def history_service(follower: Follower) -> Service:
    """No routes: what was told becomes history, and streams are kept or ended."""
    return Service(name="history", running=lambda: _beside(follower.run(), name="follow the event log"))


def quality_service(*, bearer: BearerCheck, observatory: Observatory) -> Service:
    async def quality(request: Request) -> Outlook:
        bearer.operator(request)
        return await observatory.outlook()

    return Service(
        name="quality",
        endpoints=(
            get(
                "/v1/quality",
                quality,
                answer=Outlook,
                says="How viewers fare now, by title, network and appliance; for operators.",
                bearer="operator",
            ),
        ),
        running=lambda: _beside(observatory.run(), name="watch how viewers fare"),
    )


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None], *, name: str) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work, name=name)
        yield
        task.cancel()
