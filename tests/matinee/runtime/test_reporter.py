"""Telemetry of a session: the right events, in batches, and none lost while the collector is away."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from matinee.core.messages import PauseAsked, SeekAsked
from matinee.core.notices import (
    EventReached,
    Failed,
    FailedOver,
    FirstFrameReady,
    Jumped,
    PhaseChanged,
    PlayerState,
    RungSwitched,
    StallEnded,
)
from matinee.core.playback import Playback
from matinee.errors import ServiceUnavailable
from matinee.manifest.presentation import TimedEvent
from matinee.policy.settings import RetrySettings, TelemetrySettings
from matinee.runtime.courier import Courier
from matinee.runtime.http import Http
from matinee.runtime.reporter import Reporter
from matinee.runtime.service import Service
from matinee.runtime.tasks import Tasks
from matinee.testing.playbook import Viewer
from matinee.wire.play import OcaUrl, PlayReply
from matinee.wire.telemetry import (
    AdReached,
    ApplianceFailed,
    ErrorShown,
    FirstFrameShown,
    PlayEnded,
    PlayheadMoved,
    PlayStarted,
    Sought,
    StallBegan,
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
        PhaseChanged("stalled"),
        StallEnded(700),
        RungSwitched(300, 1_000),
        FailedOver(5, "a", "b", "reset"),
        Jumped(5, 9),
        EventReached(TimedEvent(scheme="urn:scte:scte35:2013:bin", value="", event_id="7", start_ms=5)),
        EventReached(TimedEvent(scheme="urn:own", value="", start_ms=5)),
        Failed("license-refused", "No."),
    ):
        reporter.note(notice, state)
    reporter.ask(SeekAsked(60_000), state)
    reporter.ask(PauseAsked(), state)
    reporter.beat(state)
    await reporter.say_goodbye(_playback().stats(now_ms=0).report("t"), state)
    assert [type(event) for event in plane.told] == [
        PlayStarted,
        FirstFrameShown,
        ErrorShown,
        PlayEnded,
        StallBegan,
        StallEndedTold,
        RungSwitchedTold,
        ApplianceFailed,
        Sought,
        AdReached,
        Sought,
        PlayheadMoved,
    ]
    assert {event.session_id for event in plane.told} == {"session"}


@pytest.mark.parametrize("is_told", [True, False])
async def test_titles_profiles_and_addresses_are_told_where_they_may_be(
    plane: ControlPlane, http: Http, is_told: bool
) -> None:
    settings = TelemetrySettings(tells_titles=is_told, tells_addresses=is_told)
    reporter = _reporter(plane, http, settings=settings)
    reporter.note(FailedOver(5, "http://cdn.example/", "isp-a", "reset"), _state())
    reporter.beat(_state())
    await reporter.say_goodbye(_playback().stats(now_ms=0).report("A title"), _state())
    told = msgspec.json.encode(plane.told).decode()
    assert [secret in told for secret in ('"title"', '"profile"', "cdn.example")] == [is_told] * 3
    assert "isp-a" in told
    assert "A title" not in told


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
    assert [type(event) for event in plane.told] == [PlayStarted, FirstFrameShown, PlayheadMoved]


def _reporter(plane: ControlPlane, http: Http, *, settings: TelemetrySettings | None = None) -> Reporter:
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
    courier = Courier(Service(plane.url, http, retry=RETRY), retry=RETRY)
    return Reporter(reply, "profile", courier, settings=settings or TelemetrySettings())


def _playback() -> Playback:
    return Viewer().playback


def _state() -> PlayerState:
    return _playback().state(now_ms=0)
