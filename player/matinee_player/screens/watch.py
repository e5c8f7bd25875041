"""The watch screen: one title, its picture, and every key that steers it."""

from contextlib import suppress
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.reactive import reactive
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled

from matinee.core.notices import FailedOver, PlaybackReport
from matinee_player.projection import OpenPlayer, Projection
from matinee_player.report import notice_text
from matinee_player.screens.help import HelpScreen, Keys
from matinee_player.terminal import Devices
from matinee_player.view import (
    Fact,
    MuteToggled,
    OverlayToggled,
    Sought,
    View,
    next_audio,
    next_text,
    reduce,
    seek_target_ms,
)
from matinee_player.widgets.controls import Controls
from matinee_player.widgets.notes import Announcement, Subtitles, TooSmall, TroublePanel
from matinee_player.widgets.overlay import Overlay
from matinee_player.widgets.picture import MovingPicture

KEYS: Keys = (
    ("Space", "pause, and go on"),
    ("← →", "10 seconds back, forward"),
    ("Home End", "to the beginning, to the end"),
    ("a", "next audio track"),
    ("s", "next subtitles, or none"),
    ("m", "mute"),
    ("i", "what happens behind the picture"),
    ("r", "try again after an error"),
    ("?", "this page"),
    ("q Esc", "stop watching"),
)


class WatchScreen(Screen[PlaybackReport | None]):
    """Dismissed with the report of what the viewer got; None if nothing was played."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_pause"),
        Binding("left", "seek_by(-10_000)"),
        Binding("right", "seek_by(10_000)"),
        Binding("home", "seek_home"),
        Binding("end", "seek_end"),
        Binding("a", "next_audio"),
        Binding("s", "next_text"),
        Binding("m", "toggle_mute"),
        Binding("i", "toggle_overlay"),
        Binding("r", "retry"),
        Binding("question_mark", "help"),
        Binding("q,escape", "leave"),
    ]
    # Not repainted itself: that would be the whole screen, picture included, at every look.
    view: reactive[View] = reactive(View(title=""), repaint=False)

    def __init__(self, title: str, open_player: OpenPlayer, *, devices: Devices, credit: str = "") -> None:
        super().__init__()
        self._devices = devices
        self._first_view = View(title=title, credit=credit, silence=devices.speaker.silence)
        self._picture = MovingPicture(devices.palette, clock=devices.clock, is_behind=devices.is_behind)
        self._projection = Projection(open_player, devices=devices, canvas=self._picture, tell=self._tell)
        self._playing: Worker[None] | None = None
        self._trouble = TroublePanel()
        self.set_reactive(WatchScreen.view, self._first_view)

    @property
    def report(self) -> PlaybackReport | None:
        """Of the playback that is over; None before the first."""
        return self._projection.report

    def compose(self) -> ComposeResult:
        with Container(classes="stage"):
            yield self._picture
            yield Subtitles().data_bind(WatchScreen.view)
        yield Controls().data_bind(WatchScreen.view)
        yield Announcement().data_bind(WatchScreen.view)
        yield Overlay().data_bind(WatchScreen.view)
        yield self._trouble
        yield TooSmall()

    def on_mount(self) -> None:
        self.action_retry()

    def on_resize(self) -> None:
        self._projection.look()

    def action_retry(self, is_from_start: bool = False) -> None:
        """Playing from where the service says, or from the start; unless it plays already."""
        if self._projection.player is None:
            kept = {"is_overlay_shown": self.view.is_overlay_shown, "is_muted": self.view.is_muted}
            self._trouble.trouble = None
            self.view = msgspec.structs.replace(self._first_view, **kept)
            self._playing = self.run_worker(self._projection.run(is_from_start=is_from_start), exclusive=True)

    async def action_leave(self) -> None:
        """Playback has stopped and the screen is gone."""
        await self.stop()
        self.dismiss(self.report)

    async def stop(self) -> None:
        """Nothing plays any more; the player's connections are closed."""
        if self._playing is not None:
            self._playing.cancel()
            with suppress(WorkerCancelled):
                await self._playing.wait()

    def action_toggle_pause(self) -> None:
        """Pauses, goes on, or starts again after the end."""
        player = self._projection.player
        if player is None:
            self.action_retry()
        elif self.view.phase == "paused":
            player.resume()
        else:
            player.pause()
        self._projection.look()

    def action_seek_by(self, by_ms: int) -> None:
        """The playhead has jumped by that much, inside the title."""
        self._seek(seek_target_ms(self.view, by_ms))

    def action_seek_home(self) -> None:
        """The playhead is at the beginning; a title that has ended starts again."""
        if self._projection.player is None:
            self.action_retry(is_from_start=True)
        self._seek(0)

    def action_seek_end(self) -> None:
        """The playhead is at the end."""
        self._seek(self.view.duration_ms)

    def action_next_audio(self) -> None:
        """The next audio track is heard."""
        player, track = self._projection.player, next_audio(self.view.tracks)
        if player is None or track is None:
            self.notify("There is no other audio track.")
            return
        player.select_track(track.track_id)
        self._devices.speaker.forget()
        self._projection.look()

    def action_next_text(self) -> None:
        """The next subtitles are shown, or none after the last."""
        player = self._projection.player
        if player is None or not any(track.kind == "text" for track in self.view.tracks):
            self.notify("There are no subtitles.")
            return
        track = next_text(self.view.tracks)
        if track is None:
            player.turn_text_off()
        else:
            player.select_track(track.track_id)
        self._projection.look()

    def action_toggle_mute(self) -> None:
        """Sound goes off or on."""
        self._tell(MuteToggled())
        self._devices.speaker.is_muted = self.view.is_muted

    def action_toggle_overlay(self) -> None:
        """The overlay comes or goes."""
        self._tell(OverlayToggled())

    def action_help(self) -> None:
        """Every key of this screen."""
        self.app.push_screen(HelpScreen("Watch", KEYS))

    def _seek(self, position_ms: int) -> None:
        if self._projection.player is not None:
            self._projection.player.seek(position_ms)
            self._devices.speaker.forget()
            self._tell(Sought(position_ms))

    def _tell(self, fact: Fact) -> None:
        self.view = reduce(self.view, fact)
        self._trouble.trouble = self.view.trouble
        if isinstance(fact, FailedOver):
            self.notify(notice_text(fact) or "", title="Switched appliance")
