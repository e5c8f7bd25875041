"""The watch screen."""

from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from textual.pilot import Pilot

from matinee.core.notices import FailedOver
from matinee.errors import SegmentUnavailable, TooManyStreams
from matinee.runtime.player import Player
from matinee_player.app import PlayApp
from matinee_player.audio import Speaker
from matinee_player.screens.watch import WatchScreen
from tests.support.players import FakeClient, FakePlayer, ManualClock, as_client
from tests.support.screens import screen_text, until, until_approved, until_shown


class Evening:
    """A viewer in front of a terminal: what is played, the clock, and the app."""

    def __init__(self, client: FakeClient | None = None) -> None:
        self.client = client or FakeClient()
        self.clock = ManualClock()
        speaker = Speaker(self.clock, silence="this machine has no sound device")
        self.app = PlayApp(
            "Stripes", self._open, clock=self.clock, speaker=speaker, depth="truecolor", credit="© A studio"
        )

    @property
    def player(self) -> FakePlayer:
        return self.client.players[-1]

    async def begin(self, pilot: Pilot[Any]) -> None:
        """The picture moves."""
        await until(pilot, lambda: bool(self.client.players) and self.screen.view.phase == "playing")

    async def pass_time(self, pilot: Pilot[Any], span_ms: int) -> None:
        """Playback goes on that long, and the screen has looked."""
        self.player.advance(span_ms)
        await pilot.pause()
        self.clock.advance(1_000)
        await until(pilot, lambda: self.screen.view.position_ms == self.player.state.position_ms)

    @property
    def screen(self) -> WatchScreen:
        assert isinstance(self.app.screen, WatchScreen)
        return self.app.screen

    def _open(self) -> AbstractAsyncContextManager[Player]:
        return as_client(self.client).play("stripes")


@pytest.fixture
def evening() -> Evening:
    return Evening()


async def test_the_credit_is_shown_at_the_start_and_the_position_moves(evening: Evening) -> None:
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        await until_shown(pilot, "Stripes · © A studio")
        await evening.pass_time(pilot, 12_000)
        await until_shown(pilot, "▶  0:12")
        assert "© A studio" not in screen_text(evening.app)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_picture_and_overlay_look_as_approved(evening: Evening, size: tuple[int, int]) -> None:
    async with evening.app.run_test(size=size) as pilot:
        await evening.begin(pilot)
        await evening.pass_time(pilot, 12_000)
        await pilot.press("i")
        await until_shown(pilot, "289 shown, 0 dropped")
        await until_approved(pilot, f"watch-{size[0]}x{size[1]}")


async def test_space_pauses_and_goes_on(evening: Evening) -> None:
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        await pilot.press("space")
        await until_shown(pilot, "❚❚  Paused")
        assert evening.player.paused == 1
        await pilot.press("space")
        await until(pilot, lambda: "Paused" not in screen_text(evening.app))
        assert evening.player.resumed == 1


async def test_the_arrows_jump_ten_seconds_inside_the_title(evening: Evening) -> None:
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        for key, position_ms in [("right", 10_000), ("right", 20_000), ("left", 10_000), ("home", 0), ("left", 0)]:
            await pilot.press(key)
            assert evening.player.state.position_ms == position_ms
        await pilot.press("end")
        assert evening.player.state.position_ms == evening.player.state.duration_ms


async def test_subtitles_are_drawn_while_they_are_spoken(evening: Evening) -> None:
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        await pilot.press("s")
        await evening.pass_time(pilot, 3_000)
        await until_shown(pilot, "The stripes move")
        await evening.pass_time(pilot, 4_000)
        await until(pilot, lambda: "The stripes move" not in screen_text(evening.app))
        await pilot.press("s")
        await until_shown(pilot, "CC off")


async def test_the_audio_track_changes(evening: Evening) -> None:
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        await pilot.press("a")
        assert [track.is_selected for track in evening.player.state.tracks if track.kind == "audio"] == [False, True]


async def test_mute_is_shown_where_there_is_sound() -> None:
    evening = Evening()
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        await pilot.press("m")
        assert evening.screen.view.is_muted


async def test_pictures_are_asked_for_in_the_size_they_are_shown(evening: Evening) -> None:
    async with evening.app.run_test(size=(80, 24)) as pilot:
        await evening.begin(pilot)
        assert evening.player.picture_sizes[-1] == (78, 44)
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: evening.player.picture_sizes[-1] == (120, 68))


async def test_a_failover_is_told(evening: Evening) -> None:
    async with evening.app.run_test(notifications=True) as pilot:
        await evening.begin(pilot)
        evening.player.tell(FailedOver(5_000, "isp-a", "isp-b", "reset"))
        await until_shown(pilot, "isp-a → isp-b")


async def test_an_error_says_what_happened_and_what_to_do_and_can_be_tried_again(evening: Evening) -> None:
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        evening.player.fail(SegmentUnavailable("Segment 7 of Stripes could not be had from any appliance."))
        await until_shown(pilot, "Check the appliances.")
        await until_approved(pilot, "error-80x24")
        await pilot.press("r")
        await until(pilot, lambda: len(evening.client.players) == 2)
        await until(pilot, lambda: "Check the appliances." not in screen_text(evening.app))


async def test_a_title_that_does_not_start_says_why() -> None:
    client = FakeClient()
    client.trouble = TooManyStreams("Two streams are in use.")
    evening = Evening(client)
    async with evening.app.run_test() as pilot:
        await until_shown(pilot, "Stop playing on another device.")
        await pilot.press("escape")
    assert evening.app.return_value is None


async def test_after_the_end_home_watches_again_from_the_beginning(evening: Evening) -> None:
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        evening.player.advance(evening.player.state.duration_ms)
        await until_shown(pilot, "The end")
        await pilot.press("home")
        await until(pilot, lambda: len(evening.client.players) == 2)
        assert evening.client.closed == ["stripes"]


async def test_help_names_every_key(evening: Evening) -> None:
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        await pilot.press("question_mark")
        await until_shown(pilot, "what happens behind the picture")
        await until_approved(pilot, "help-80x24")


async def test_leaving_closes_the_player_and_brings_the_report(evening: Evening) -> None:
    async with evening.app.run_test() as pilot:
        await evening.begin(pilot)
        evening.player.advance(4_000)
        await pilot.press("q")
    report = evening.app.return_value
    assert report is not None
    assert report.played_ms == 4_000
    assert evening.client.closed == ["stripes"]
