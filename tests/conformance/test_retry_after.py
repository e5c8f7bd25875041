"""`Retry-After` for every class of requests: a table of who is refused, how, and when the next request comes."""

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import pytest

from matinee.crypto.tokens import encode_base64url
from matinee.policy.settings import PlayerSettings, RetrySettings, TelemetrySettings
from matinee.policy.steering import DEFAULT_TTL_MS
from matinee.runtime.courier import Courier
from matinee.runtime.player import Player
from matinee.runtime.reporter import Reporter
from matinee.runtime.service import Service
from matinee.runtime.source import UrlSource
from matinee.runtime.tasks import Tasks
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.faults import Refusal
from matinee.testing.network import HostRequest, ScriptedNetwork
from matinee.testing.titles import MANIFEST_PATH, SyntheticTitle
from matinee.wire.play import PlayReply

RETRY = RetrySettings(first_ms=2_000, cap_ms=8_000, hint_cap_ms=45_000)
SETTINGS = PlayerSettings(decode=False, retry=RETRY)
KEY_ID = "0123456789abcdef" * 2
SLACK_MS = 500
"""From the request to the refusal, and from the end of the wait to the next request."""


class Header(NamedTuple):
    what: str
    text: str
    """`Retry-After`, as sent."""
    floor_ms: int = 0
    """The wait it wishes."""
    until_ms: int = 0
    """The time it names, counted from 09:00:00, when the story begins."""


HEADERS = [
    Header("seconds", "17", floor_ms=17_000),
    Header("date", "Mon, 05 Jan 2026 09:00:20 GMT", until_ms=20_000),
    Header("old date", "Monday, 05-Jan-26 09:00:20 GMT", until_ms=20_000),
    Header("past", "Mon, 05 Jan 2026 08:59:00 GMT"),
    Header("absurd", "9" * 20, floor_ms=RETRY.hint_cap_ms),
    Header("absurd date", "Mon, 05 Jan 9999 09:00:00 GMT", floor_ms=RETRY.hint_cap_ms),
    Header("negative", "-17"),
    Header("missing", ""),
    Header("nonsense", "later, perhaps"),
]


class RequestClass(NamedTuple):
    name: str
    path: str
    story: Callable[[ScriptedNetwork], Coroutine[Any, Any, None]]
    """Goes on until the request has been made twice, at the latest once the title has ended."""
    duration_ms: int = 8_000
    """Of the title."""
    least_ms: int = 0
    """The wait without a hint is no shorter..."""
    most_ms: int = RETRY.first_ms
    """... and no longer."""


async def watching(network: ScriptedNetwork) -> None:
    async with Player.open(f"http://a.test{MANIFEST_PATH}", settings=SETTINGS, http=network) as player:
        await player.wait_ended()


async def unlocking(network: ScriptedNetwork) -> None:
    source = UrlSource("http://a.test/", network, retry=RETRY)
    keys = await source.keys((KEY_ID,), license_url="http://a.test/license")
    assert keys.by_id == {KEY_ID: bytes(16)}


async def telling(network: ScriptedNetwork) -> None:
    reply = PlayReply(
        session_id="session",
        title_id="title",
        name="A title",
        manifest_url="",
        license="",
        oca_urls=(),
        bitrate_ladder=(),
        steering_url="",
        telemetry_url="http://a.test/telemetry",
    )
    courier = Courier(Service("http://a.test", network, retry=RETRY), retry=RETRY)
    reporter = Reporter(reply, "profile", courier, settings=TelemetrySettings())
    async with Tasks() as tasks:
        tasks.start(reporter.run())
        await network.clock.wait_until(120_000)


CLASSES = [
    RequestClass("segment", "/video/0/1.m4s", watching),
    RequestClass("manifest", MANIFEST_PATH, watching),
    RequestClass("license", "/license", unlocking),
    RequestClass("telemetry", "/telemetry", telling),
    RequestClass("steering", "/steer", watching, 400_000, DEFAULT_TTL_MS, DEFAULT_TTL_MS * 11 // 10),
]


@dataclass(frozen=True)
class Everything:
    """A host of all that any of them asks for."""

    title: SyntheticTitle

    def __call__(self, request: HostRequest) -> bytes | None:
        match request.path:
            case "/license":
                key = {"kty": "oct", "kid": encode_base64url(bytes.fromhex(KEY_ID)), "k": encode_base64url(bytes(16))}
                return json.dumps({"keys": [key]}).encode()
            case "/telemetry":
                return b""
            case "/steer":
                return b'{"VERSION": 1, "TTL": 300}'
            case "/manifest.mpd":
                steering = b"<ContentSteering>/steer</ContentSteering><Period"
                return self.title.manifest().replace(b"<Period", steering)
            case _:
                return self.title(request)


@pytest.mark.parametrize(
    ("asked", "status", "header"),
    product(CLASSES, (429, 503), HEADERS),
    ids=lambda it: str(it) if isinstance(it, int) else it[0],
)
def test_nobody_comes_back_sooner_than_asked_nor_much_later(asked: RequestClass, status: int, header: Header) -> None:
    async def story(clock: VirtualClock) -> list[int]:
        title = SyntheticTitle(duration_ms=asked.duration_ms, ladder=(100,), audio_kbps=0)
        network = ScriptedNetwork(clock, hosts={"a.test": Everything(title)})
        network.fail(Refusal(status, header.text), path=asked.path, most=1)
        await asked.story(network)
        return [it.at_ms for it in network.exchanges if it.path == asked.path]

    first_ms, second_ms, *_ = run_virtual(story)
    least_ms, most_ms = asked.least_ms, asked.most_ms
    if hint_ms := header.floor_ms or max(0, header.until_ms - first_ms):
        least_ms, most_ms = hint_ms, hint_ms + RETRY.first_ms
    assert least_ms <= second_ms - first_ms <= most_ms + SLACK_MS
