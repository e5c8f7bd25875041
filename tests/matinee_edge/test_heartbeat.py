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
from starlette.types import ASGIApp

from matinee.wire.placement import PlacedTitle, Placement, placement_digest
from matinee.wire.steering import (
    HEARTBEAT_EVERY_MS,
    Announcement,
    AnnouncementReply,
    Heartbeat,
    HeartbeatReply,
    shelf_digest,
)
from matinee_asgi.reply import body_of, reply
from matinee_asgi.service import Service, compose
from matinee_edge.heartbeat import MAX_HINT_MS, Heart, interval_ms
from tests.support.clock import HandClock
from tests.support.edge import Issuer, eventually, served

PLACEMENT = Placement(titles=(PlacedTitle(title_id="heat"),))


class Control:
    """A control plane that notes heartbeats and answers with a placement, or with what a test sets."""

    def __init__(self) -> None:
        self.heard: list[Heartbeat] = []
        self.bearers: list[str] = []
        self.refusal: Response | None = None
        self.announced: list[Announcement] = []
        self.shelves: set[str] = set()
        self.tell_place = False
        self.placements: dict[str, Placement] = {}
        """By appliance; PLACEMENT for others."""

    async def announcement(self, request: Request) -> Response:
        self.announced.append(await body_of(request, Announcement))
        return self.refusal or reply(AnnouncementReply(subnets=0))

    async def heartbeat(self, request: Request) -> Response:
        self.bearers.append(request.headers["authorization"])
        told = await body_of(request, Heartbeat)
        self.heard.append(told)
        if told.titles is not None:
            self.shelves.add(told.shelf)
        placed = self.placements.get(told.appliance, PLACEMENT)
        placement = placed if told.placed != placement_digest(placed) else None
        tell_titles = told.shelf not in self.shelves
        return self.refusal or reply(
            HeartbeatReply(placement=placement, tell_titles=tell_titles, tell_place=self.tell_place)
        )

    def app(self, url: str) -> ASGIApp:
        routes = (
            Route("/v1/appliances/{appliance}/heartbeat", self.heartbeat, methods=["POST"]),
            Route("/v1/appliances/{appliance}/announcement", self.announcement, methods=["POST"]),
        )
        return compose([Service(name="steering", routes=routes)])


@asynccontextmanager
async def heart(
    folder: Path, control: Control, *, clock: HandClock | None = None, url: str | None = None
) -> AsyncIterator[tuple[Heart, list[Placement]]]:
    issuer, placements = Issuer(folder), list[Placement]()

    def say() -> Heartbeat:
        titles = ("alien",)
        digest = shelf_digest(titles)
        return Heartbeat(appliance="isp-a", kind="isp", base_url="http://127.0.0.1:1", shelf=digest, titles=titles)

    async with served(control.app) as served_url, aiohttp.ClientSession() as session:
        yield (
            Heart(
                url or served_url,
                token_file=issuer.control_token_file,
                session=session,
                place=Announcement(appliance="isp-a", subnets=("10.0.0.0/8",)),
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
        assert placements == [PLACEMENT]
        assert set(control.bearers) == {f"Bearer {(tmp_path / 'control.token').read_text()}"}
        assert it.is_heard


async def test_titles_travel_only_when_their_digest_is_new_there(tmp_path: Path) -> None:
    control = Control()
    async with heart(tmp_path, control) as (it, _):
        await it.beat()
        await it.beat()
    assert [told.titles for told in control.heard] == [None, ("alien",), None]
    assert len({told.shelf for told in control.heard}) == 1


async def test_where_it_stands_is_told_at_the_start_and_when_it_is_asked_for(tmp_path: Path) -> None:
    control = Control()
    async with heart(tmp_path, control) as (it, _):
        await it.beat()
        await it.beat()
        assert control.announced == [Announcement(appliance="isp-a", subnets=("10.0.0.0/8",))]
        control.tell_place = True
        await it.beat()
        assert len(control.announced) == 1
        await it.beat()
        assert len(control.announced) == 2


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
        control.refusal = Response(b'{"placement": 5}')
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
            # The first heartbeat is said twice, the second time with its titles.
            await eventually(lambda count=count: len(control.heard) == count + 1 and clock.waiting)  # type: ignore[misc]
            await clock.advance(2 * HEARTBEAT_EVERY_MS)
        running.cancel()


def test_intervals_are_spread_around_the_agreed_one_and_respect_a_bounded_hint() -> None:
    drawn = [interval_ms(hint_ms=0, draw=draw) for draw in range(0, 100_000, 7)]
    assert min(drawn) >= HEARTBEAT_EVERY_MS * 7 // 8
    assert max(drawn) <= HEARTBEAT_EVERY_MS * 9 // 8
    assert len(set(drawn)) > 100
    assert interval_ms(hint_ms=9_000, draw=3) == 9_003
    assert interval_ms(hint_ms=10**12, draw=0) == MAX_HINT_MS
