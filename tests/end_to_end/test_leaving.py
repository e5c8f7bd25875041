"""Whenever and however a player is left, no task, no socket and no thread stays behind."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from matinee import Player, PlayerSettings, Playlist
from matinee.core.messages import Append, Command, Event, Fetch, ManifestTarget, ProgressMade, SegmentTarget
from matinee.errors import NotEntitled
from matinee.runtime.http import Network
from matinee.runtime.reporter import Reporter
from matinee.runtime.source import Source
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.network import ScriptedNetwork
from matinee.testing.titles import SyntheticTitle
from tests.support.media import make_title
from tests.support.servers import MediaServer, serving_title

MOMENTS: dict[str, type] = {
    "asks for the manifest": ManifestTarget,
    "asks for a segment": SegmentTarget,
    "has some bytes of one": ProgressMade,
    "takes one in": Append,
}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[MediaServer]:
    async with serving_title(tmp_path) as server:
        server.keys = make_title(tmp_path, seconds=2, laurl=f"{server.url}/clearkey").keys
        yield server


@pytest.mark.parametrize("moment", MOMENTS)
async def test_cancelled_in_any_phase_of_its_start_with_real_sockets(served: MediaServer, moment: str) -> None:
    reached = asyncio.Event()

    def witness(event: Event, commands: Sequence[Command], now_ms: int) -> None:
        targets = [command.target for command in commands if isinstance(command, Fetch)]
        if any(isinstance(it, MOMENTS[moment]) for it in (event, *commands, *targets)):
            reached.set()

    async with _nothing_left(), asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(Player.open(f"{served.url}/manifest.mpd", witness=witness)))
        await reached.wait()
        watching.cancel()
    assert watching.cancelled()


async def test_cancelled_while_it_shows_pictures_and_seeks(served: MediaServer) -> None:
    async def watch(shown: asyncio.Event) -> None:
        async with Player.open(f"{served.url}/manifest.mpd") as player:
            async for _ in player.video_frames():
                player.seek(1_500)
                shown.set()

    async with _nothing_left(), asyncio.TaskGroup() as group:
        shown = asyncio.Event()
        watching = group.create_task(watch(shown))
        await shown.wait()
        watching.cancel()


async def test_a_body_that_raises_gets_its_own_error(served: MediaServer) -> None:
    async with _nothing_left():
        with pytest.raises(ZeroDivisionError):
            async with Player.open(f"{served.url}/manifest.mpd") as player:
                await anext(player.video_frames())
                raise ZeroDivisionError


async def test_entering_that_raises_closes_what_it_had_opened() -> None:
    async def refused(http: Network) -> tuple[Source, Reporter | None]:
        raise NotEntitled("Not yours.")

    async with _nothing_left():
        with pytest.raises(NotEntitled):
            async with Player(refused):
                raise AssertionError("not entered")


async def test_a_player_that_was_left_ignores_wishes(served: MediaServer) -> None:
    async with Player.open(f"{served.url}/manifest.mpd") as player:
        await anext(player.video_frames())
    position_ms = player.state.position_ms
    async with _nothing_left():
        player.seek(0)
        player.resume()
    assert position_ms <= player.state.position_ms
    assert player.stats().sessions == 1


async def test_a_playlist_is_left_as_clean(served: MediaServer) -> None:
    async with _nothing_left():
        async with Playlist([f"{served.url}/manifest.mpd"] * 3) as playlist:
            positions = [frame.position_ms async for frame in playlist.video_frames()]
            await playlist.wait_ended()
        assert playlist.stats().ends == 3
        # Three times from the beginning, without a break of the iteration.
        assert sum(position == 0 for position in positions) + playlist.stats().frames_dropped >= 3


@pytest.mark.parametrize("at_ms", [0, 1, 10, 20, 25, 30, 45, 60, 100, 1_000, 4_500])
def test_cancelled_at_any_time_of_a_virtual_evening(at_ms: int) -> None:
    """The loop of `run_virtual` complains of whoever waits for ever; here nobody is left to."""

    async def story(clock: VirtualClock) -> list[str]:
        network = ScriptedNetwork(clock, hosts={"a.test": SyntheticTitle(duration_ms=20_000)})
        urls = ["https://a.test/manifest.mpd"] * 2
        settings = PlayerSettings(decode=False)

        async def watch() -> None:
            async with Playlist(urls, settings=settings, http=network) as playlist:
                await clock.wait_until(at_ms // 2)
                playlist.seek(12_000)
                await playlist.wait_ended()

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(at_ms / 1000):
                await watch()
        pending = [it.outcome for it in network.exchanges if it.outcome == "pending"]
        return pending + [str(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    assert run_virtual(story) == []


@asynccontextmanager
async def _nothing_left() -> AsyncIterator[None]:
    """Raises AssertionError if in the end there is more than there was before."""
    tasks, threads, pools = _own_tasks(), set(threading.enumerate()), _open_pools()
    yield
    assert _own_tasks() == tasks
    assert _open_pools() == pools
    for thread in set(threading.enumerate()) - threads:
        # One that decodes a picture ends with it; those of the event loop itself are nobody's.
        if thread.name.startswith("matinee"):
            await asyncio.to_thread(thread.join, 30)
            assert not thread.is_alive()


def _open_pools() -> int:
    """Of connections, in this process."""
    # By its type, not by `isinstance`: some objects of others act when they are asked what they are.
    pools = [it for it in gc.get_objects() if issubclass(type(it), aiohttp.BaseConnector)]
    return sum(not pool.closed for pool in pools)


async def _watch(player: Player) -> None:
    async with player:
        await player.wait_ended()


def _own_tasks() -> set[str]:
    """Of this side of the wire: the test's servers have tasks of their own."""
    return {str(task.get_coro()) for task in asyncio.all_tasks() if "RequestHandler" not in str(task.get_coro())}
