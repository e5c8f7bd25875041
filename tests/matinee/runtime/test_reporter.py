"""Telemetry of a session: the right events, in batches, and none lost while the collector is away."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from matinee.core.notices import (
    Failed,
    FailedOver,
    FirstFrameReady,
    PhaseChanged,
    PlayerState,
    RungSwitched,
    StallEnded,
)
from matinee.core.playback import Playback
from matinee.errors import ServiceUnavailable
from matinee.policy.settings import RetrySettings
from matinee.runtime.http import Http
from matinee.runtime.reporter import Reporter
from matinee.runtime.service import Service
from matinee.runtime.tasks import Tasks
from matinee.testing.playbook import Viewer
from matinee.wire.play import OcaUrl, PlayReply
from matinee.wire.telemetry import (
    ApplianceFailed,
    ErrorShown,
    FirstFrameShown,
    PlayEnded,
    PlayheadMoved,
    PlayStarted,
)
from matinee.wire.telemetry import RungSwitched as RungSwitchedTold
from matinee.wire.telemetry import StallEnded as StallEndedTold
from tests.support.scripted_plane import ControlPlane, scripted_plane

RETRY = RetrySettings(first_ms=1, cap_ms=5)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http() as http:
        yield http


@pytest.fixture
async def plane() -> AsyncIterator[ControlPlane]:
    async with scripted_plane({"a": "http://a/"}, {}) as plane:
        yield plane


async def test_each_notice_worth_telling_is_told_once(plane: ControlPlane, http: Http) -> None:
    reporter = _reporter(plane, http)
    state = _state()
    for notice in (
        FirstFrameReady(120),
        PhaseChanged("playing"),
        StallEnded(700),
        RungSwitched(300, 1_000),
        FailedOver(5, "a", "b", "reset"),
        Failed("license-refused", "No."),
    ):
        reporter.note(notice, state)
    reporter.beat(state)
    await reporter.say_goodbye(_playback().stats(now_ms=0).report("t"), state)
    assert [type(event) for event in plane.told] == [
        PlayStarted,
        FirstFrameShown,
        StallEndedTold,
        RungSwitchedTold,
        ApplianceFailed,
        ErrorShown,
        PlayheadMoved,
        PlayEnded,
    ]
    assert {event.session_id for event in plane.told} == {"session"}


async def test_a_collector_that_comes_back_gets_everything(plane: ControlPlane, http: Http) -> None:
    plane.refusal = (ServiceUnavailable("Away."), 503)
    reporter = _reporter(plane, http)
    reporter.beat(_state())
    async with Tasks() as tasks:
        tasks.start(reporter.run())
        reporter.note(FirstFrameReady(1), _state())
        plane.refusal = None
        async with asyncio.timeout(15):
            await plane.heard.wait()
    assert [type(event) for event in plane.told] == [PlayStarted, PlayheadMoved, FirstFrameShown]


def _reporter(plane: ControlPlane, http: Http) -> Reporter:
    reply = PlayReply(
        session_id="session",
        title_id="title",
        name="A title",
        manifest_url="",
        license="",
        oca_urls=(OcaUrl(appliance="a", url="http://a/"),),
        bitrate_ladder=(),
        steering_url="",
        telemetry_url=f"{plane.url}/v1/telemetry",
    )
    return Reporter(reply, "profile", Service(plane.url, http, retry=RETRY), retry=RETRY)


def _playback() -> Playback:
    return Viewer().playback


def _state() -> PlayerState:
    return _playback().state(now_ms=0)
