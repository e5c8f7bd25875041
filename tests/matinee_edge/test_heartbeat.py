"""Heartbeats: what is said, what is heard, and the quiet while nobody answers."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from matinee.wire.placement import PlacedTitle, Placement
from matinee.wire.steering import HEARTBEAT_EVERY_MS, Heartbeat
from matinee_asgi.reply import body_of, reply
from matinee_asgi.serve import Program
from matinee_asgi.service import Service, compose
from matinee_edge.heartbeat import MAX_HINT_MS, Heart, interval_ms
from tests.support.clock import HandClock
from tests.support.edge import Issuer, eventually, served


class Control:
    """A control plane that notes heartbeats and answers with a placement, or with what a test sets."""

    def __init__(self) -> None:
        self.heard: list[Heartbeat] = []
        self.bearers: list[str] = []
        self.refusal: Response | None = None

    async def heartbeat(self, request: Request) -> Response:
        self.bearers.append(request.headers["authorization"])
        self.heard.append(await body_of(request, Heartbeat))
        return self.refusal or reply(Placement(titles=(PlacedTitle(title_id="heat"),)))

    def program(self, url: str) -> Program:
        route = Route("/v1/appliances/{appliance}/heartbeat", self.heartbeat, methods=["POST"])
        return Program(app=compose([Service(name="steering", routes=(route,))]))


@asynccontextmanager
async def heart(
    folder: Path, control: Control, *, clock: HandClock | None = None, url: str | None = None
) -> AsyncIterator[tuple[Heart, list[Placement]]]:
    issuer, placements = Issuer(folder), list[Placement]()

    def say() -> Heartbeat:
        return Heartbeat(appliance="isp-a", kind="isp", base_url="http://127.0.0.1:1", titles=("alien",))

    async with served(control.program) as served_url, aiohttp.ClientSession() as session:
        yield (
            Heart(
                url or served_url,
                token_file=issuer.control_token_file,
                session=session,
                say=say,
                hear=placements.append,
                clock=clock or HandClock(),
                draw=lambda: 0,
            ),
            placements,
        )


async def test_a_heartbeat_carries_the_token_and_brings_the_placement(tmp_path: Path) -> None:
    control = Control()
    async with heart(tmp_path, control) as (it, placements):
        assert await it.beat() == 0
        assert placements == [Placement(titles=(PlacedTitle(title_id="heat"),))]
        assert control.heard[0].titles == ("alien",)
        assert control.bearers == [f"Bearer {(tmp_path / 'control.token').read_text()}"]
        assert it.is_heard


async def test_a_title_is_announced_once_a_heartbeat_that_names_it_was_answered(tmp_path: Path) -> None:
    control = Control()
    async with heart(tmp_path, control) as (it, _):
        seen = []
        for refusal in (Response(status_code=500), None):
            control.refusal = refusal
            await it.beat()
            seen.append(it.announced)
    assert seen == [(), ("alien",)]


async def test_the_control_planes_absence_and_return_are_logged_once_each(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    control = Control()
    with caplog.at_level(logging.INFO, "matinee.edge.heartbeat"):
        async with heart(tmp_path, control) as (it, _):
            control.refusal = Response(status_code=500)
            await it.beat()
            await it.beat()
            control.refusal = None
            await it.beat()
            await it.beat()
    levels = [record.levelname for record in caplog.records if record.name == "matinee.edge.heartbeat"]
    assert levels == ["WARNING", "INFO"]


async def test_a_control_plane_that_is_not_there_or_talks_nonsense_does_no_harm(tmp_path: Path) -> None:
    control = Control()
    async with heart(tmp_path, control, url="http://127.0.0.1:1") as (it, placements):
        assert await it.beat() == 0
        assert (it.is_heard, placements) == (False, [])
    async with heart(tmp_path, control) as (it, placements):
        control.refusal = Response(b'{"titles": 5}')
        assert await it.beat() == 0
        assert (it.is_heard, placements) == (False, [])


async def test_the_servers_wish_to_be_left_alone_is_heard(tmp_path: Path) -> None:
    control = Control()
    async with heart(tmp_path, control) as (it, _):
        control.refusal = Response(status_code=503, headers={"Retry-After": "7"})
        assert await it.beat() == 7_000
        control.refusal = Response(status_code=503, headers={"Retry-After": "soon"})
        assert await it.beat() == 0


async def test_the_heart_goes_on_beating(tmp_path: Path) -> None:
    control, clock = Control(), HandClock()
    async with heart(tmp_path, control, clock=clock) as (it, _), asyncio.TaskGroup() as group:
        running = group.create_task(it.run())
        for count in (1, 2, 3):
            await eventually(lambda count=count: len(control.heard) == count and clock.waiting)  # type: ignore[misc]
            await clock.advance(2 * HEARTBEAT_EVERY_MS)
        running.cancel()


def test_intervals_are_spread_around_the_agreed_one_and_respect_a_bounded_hint() -> None:
    drawn = [interval_ms(hint_ms=0, draw=draw) for draw in range(0, 100_000, 7)]
    assert min(drawn) >= HEARTBEAT_EVERY_MS * 7 // 8
    assert max(drawn) <= HEARTBEAT_EVERY_MS * 9 // 8
    assert len(set(drawn)) > 100
    assert interval_ms(hint_ms=9_000, draw=3) == 9_003
    assert interval_ms(hint_ms=10**12, draw=0) == MAX_HINT_MS
