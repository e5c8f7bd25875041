"""POST /v1/telemetry."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from starlette.requests import Request

from matinee.wire.telemetry import TelemetryBatch
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.endpoint import post
from matinee_asgi.service import Service
from matinee_backend.ports import EventLog
from matinee_backend.services.telemetry.follow import Follower
from matinee_backend.services.telemetry.rules import check_batch, log_values


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    accepted: int
    """Events that are now in the log."""


def telemetry_service(*, bearer: BearerCheck, events: EventLog, follower: Follower) -> Service:
    async def tell(request: Request, batch: TelemetryBatch) -> Accepted:
        who = bearer.member(request)
        check_batch(batch)
        values = log_values(batch, account_id=who.sub, wall_ms=bearer.clock.wall_ms())
        if values:
            await events.append(values)
        return Accepted(accepted=len(values))

    @asynccontextmanager
    async def following() -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(follower.run(), name="follow the event log")
            yield
            task.cancel()

    return Service(
        name="telemetry",
        endpoints=(
            post(
                "/v1/telemetry",
                tell,
                body=TelemetryBatch,
                answer=Accepted,
                says="The events are in the log; what follows from them follows soon.",
                status=202,
                bearer="member",
            ),
        ),
        running=following,
    )
