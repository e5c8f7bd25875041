"""A playback on this machine's devices."""

import asyncio
from contextlib import AbstractAsyncContextManager

from textual.geometry import Size

from matinee.core.notices import Ended, PhaseChanged, PlayerState
from matinee.errors import NotEntitled, SegmentUnavailable
from matinee.media.frames import VideoFrame
from matinee.runtime.player import Player
from matinee_player.audio import Speaker
from matinee_player.projection import Projection
from matinee_player.terminal import Devices
from matinee_player.video import palette_of
from matinee_player.view import CuesChanged, Drawing, Drawn, Fact, SecondPassed, Stopped, Trouble
from tests.support.players import FakeClient, FakePlayer, ManualClock, as_client


class Hall:
    """A projection with everything around it; facts are kept."""

    def __init__(self, *, columns: int = 80) -> None:
        self.client = FakeClient()
        self.clock = ManualClock()
        self.canvas = FakeCanvas(Size(columns, 22 if columns else 0))
        self.facts: list[Fact] = []
        self._news = asyncio.Event()
        devices = Devices(self.clock, palette_of("256"), Speaker(self.clock), lambda: False)
        self.projection = Projection(self._open, devices=devices, canvas=self.canvas, tell=self._tell)

    @property
    def player(self) -> FakePlayer:
        return self.client.players[-1]

    async def wait_told(self, fact: type[Fact]) -> None:
        while not any(isinstance(told, fact) for told in self.facts):
            self._news.clear()
            await self._news.wait()

    def _open(self) -> AbstractAsyncContextManager[Player]:
        return as_client(self.client).play("stripes")

    def _tell(self, fact: Fact) -> None:
        self.facts.append(fact)
        self._news.set()


async def test_pictures_go_to_the_canvas_until_the_end() -> None:
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hall.projection.run())
        await hall.wait_told(PhaseChanged)
        hall.player.advance(1_000)
        await hall.canvas.wait_shown(25)
        hall.player.advance(hall.player.state.duration_ms)
        await running
    assert hall.facts[-1] == Ended()
    assert hall.projection.player is None
    assert hall.projection.report is not None
    assert hall.projection.report.ended


async def test_the_state_is_told_at_once_and_then_four_times_a_second() -> None:
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hall.projection.run())
        await hall.wait_told(SecondPassed)
        hall.facts.clear()
        hall.clock.advance(250)
        await hall.wait_told(Drawn)
        running.cancel()
    assert isinstance(hall.facts[0], PlayerState)
    assert not any(isinstance(fact, SecondPassed) for fact in hall.facts)


async def test_subtitles_are_told_when_they_change() -> None:
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hall.projection.run())
        await hall.wait_told(PhaseChanged)
        hall.player.select_track("t-en")
        hall.player.advance(7_000)
        hall.player.advance(hall.player.state.duration_ms)
        await running
    told = [fact.lines for fact in hall.facts if isinstance(fact, CuesChanged)]
    assert told == [("The stripes move", "to the right."), ()]


async def test_pictures_are_asked_for_once_for_each_size() -> None:
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hall.projection.run())
        await hall.wait_told(SecondPassed)
        hall.projection.look()
        hall.canvas.size = Size(40, 22)
        hall.projection.look()
        running.cancel()
    assert hall.player.picture_sizes == [(78, 44), (40, 22)]


async def test_before_there_is_a_layout_no_size_is_asked_for() -> None:
    hall = Hall(columns=0)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hall.projection.run())
        await hall.wait_told(SecondPassed)
        running.cancel()
    assert hall.player.picture_sizes == []


async def test_a_playback_that_breaks_off_says_why() -> None:
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hall.projection.run())
        await hall.wait_told(PhaseChanged)
        hall.player.fail(SegmentUnavailable("Segment 7 is nowhere."))
    assert hall.facts[-1] == Stopped(Trouble(what="Segment 7 is nowhere.", what_to_do="Check the appliances."))


async def test_a_playback_that_does_not_start_says_why() -> None:
    hall = Hall()
    hall.client.trouble = NotEntitled("The plan does not cover it.")
    await hall.projection.run()
    assert isinstance(hall.facts[-1], Stopped)
    assert hall.projection.report is None


async def test_from_the_start_means_from_the_start() -> None:
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hall.projection.run(is_from_start=True))
        await hall.wait_told(SecondPassed)
        running.cancel()
    assert hall.player.sought == [0]


async def test_who_is_cancelled_closes_the_player_and_keeps_the_report() -> None:
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hall.projection.run())
        await hall.wait_told(SecondPassed)
        running.cancel()
    assert hall.client.closed == ["stripes"]
    assert hall.projection.report is not None


class FakeCanvas:
    """Counts what it is shown."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.shown: list[VideoFrame] = []
        self._more = asyncio.Event()

    @property
    def drawing(self) -> Drawing:
        return Drawing(shown=len(self.shown))

    def show(self, frame: VideoFrame) -> None:
        self.shown.append(frame)
        self._more.set()

    def catch_up(self) -> None:
        """Nothing ever waits here."""

    async def wait_shown(self, count: int) -> None:
        while len(self.shown) < count:
            self._more.clear()
            await self._more.wait()
