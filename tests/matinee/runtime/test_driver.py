"""What a driver does with what servers send: whole and understood, or a reason for the core."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from matinee.core.messages import Append, PauseAsked, SeekAsked, Started
from matinee.core.notices import FailedOver, Notice
from matinee.manifest.presentation import TrackKind
from matinee.policy.settings import RetrySettings
from matinee.runtime.driver import Driver
from matinee.runtime.http import Http
from matinee.runtime.source import ContentKeys, UrlSource
from matinee.runtime.tasks import Tasks
from matinee.testing.playbook import Viewer
from tests.support.media import MadeTitle, make_title
from tests.support.servers import MediaServer, serving_title


@dataclass
class Kept:
    """A sink that keeps what it is given."""

    appended: list[tuple[TrackKind, int, bytes]] = field(default_factory=list)
    discarded: list[TrackKind] = field(default_factory=list)
    keys: ContentKeys | None = None

    def unlock(self, keys: ContentKeys) -> None:
        self.keys = keys

    def append(self, append: Append, *, init: bytes | None, body: bytes, key: bytes | None) -> None:
        assert init is not None
        self.appended.append((append.target.of.kind, append.start_ms, body))

    def discard(self, kind: TrackKind) -> None:
        self.discarded.append(kind)

    def enter(self, position_ms: int) -> None:
        pass


@pytest.fixture
def title(tmp_path: Path) -> MadeTitle:
    return make_title(tmp_path, seconds=2, audio=False, rungs=1, encrypted=False)


@pytest.fixture
async def served(title: MadeTitle) -> AsyncIterator[MediaServer]:
    async with serving_title(title.folder, keys=title.keys) as server:
        yield server


async def test_segments_reach_the_sink_in_order_and_whole(served: MediaServer, title: MadeTitle) -> None:
    sink, notices = await _driven(served)
    assert [(kind, start_ms) for kind, start_ms, _ in sink.appended] == [("video", 0), ("video", 1_000)]
    assert tuple(body for _, _, body in sink.appended) == title.video[0].segments
    assert not any(isinstance(notice, FailedOver) for notice in notices)


async def test_a_truncated_file_never_reaches_the_sink(served: MediaServer, title: MadeTitle) -> None:
    first = title.folder / "video" / "0" / "1.m4s"
    first.write_bytes(first.read_bytes()[:-10])
    sink, _ = await _driven(served, until=5)
    assert sink.appended == []


async def test_a_seek_voids_what_was_appended(served: MediaServer) -> None:
    sink = Kept()
    async with asyncio.timeout(10), Http() as http, Tasks() as tasks:
        driver = _driver(served, sink, http, tasks, [])
        driver.receive(Started((served.url.removeprefix("http://"),)))
        while not sink.appended:
            await _turn(http)
        driver.receive(SeekAsked(1_500))
        driver.receive(PauseAsked())
        assert sink.discarded == ["video"]


def _driver(served: MediaServer, sink: Kept, http: Http, tasks: Tasks, notices: list[Notice]) -> Driver:
    viewer = Viewer(now_ms=http.clock.now_ms())
    source = UrlSource(f"{served.url}/manifest.mpd", http, retry=RetrySettings())
    return Driver(viewer.playback, source, sink, http, tasks, notices.append)


async def _driven(served: MediaServer, *, until: int = 4) -> tuple[Kept, list[Notice]]:
    """A session driven until so many requests have been answered."""
    sink, notices = Kept(), list[Notice]()
    async with asyncio.timeout(10), Http() as http, Tasks() as tasks:
        driver = _driver(served, sink, http, tasks, notices)
        driver.receive(Started((served.url.removeprefix("http://"),)))
        while len(served.requests) < until or (until == 4 and len(sink.appended) < 2):
            await _turn(http)
    return sink, notices


async def _turn(http: Http) -> None:
    await http.clock.wait_until(http.clock.now_ms() + 5)
