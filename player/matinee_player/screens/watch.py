"""The watch screen: one title, its picture, and every key that steers it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.reactive import reactive
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled

from matinee.core.notices import Ended, FailedOver, PlaybackReport
from matinee.errors import MatineeError
from matinee.runtime.player import Player
from matinee_player.report import notice_text
from matinee_player.screens.help import HelpScreen, Keys
from matinee_player.session import attend
from matinee_player.terminal import Devices
from matinee_player.video import fit
from matinee_player.view import (
    CuesChanged,
    Drawn,
    Fact,
    MuteToggled,
    OverlayToggled,
    SecondPassed,
    Sought,
    Stopped,
    View,
    next_audio,
    next_text,
    reduce,
    seek_target_ms,
    trouble_of,
)
from matinee_player.widgets.controls import Controls
from matinee_player.widgets.notes import Announcement, Subtitles, TooSmall, TroublePanel
from matinee_player.widgets.overlay import Overlay
from matinee_player.widgets.picture import MovingPicture

OpenPlayer = Callable[[], AbstractAsyncContextManager[Player]]
"""Starts a playback that lasts as long as its context."""

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
_LOOK_MS = 250
_LOOKS_PER_SECOND = 1000 // _LOOK_MS


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
        self._open_player = open_player
        self._devices = devices
        self._first_view = View(title=title, credit=credit, silence=devices.speaker.silence)
        self._player: Player | None = None
        self._session: Worker[None] | None = None
        self._asked_size: tuple[int, int] | None = None
        self._report: PlaybackReport | None = None
        self._is_from_start = False
        self._picture = MovingPicture(devices.palette, clock=devices.clock, is_behind=devices.is_behind)
        self._trouble = TroublePanel()
        self.set_reactive(WatchScreen.view, self._first_view)

    @property
    def report(self) -> PlaybackReport | None:
        """Of the playback that is over; None before the first."""
        return self._report

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
        self._ask_for_size()

    def action_retry(self) -> None:
        """Playing from where the service says, unless it plays already."""
        if self._player is None:
            kept = {"is_overlay_shown": self.view.is_overlay_shown, "is_muted": self.view.is_muted}
            self._trouble.trouble = None
            self.view = msgspec.structs.replace(self._first_view, **kept)
            self._session = self.run_worker(self._play(), exclusive=True)

    async def action_leave(self) -> None:
        """Playback has stopped and the screen is gone."""
        await self.stop()
        self.dismiss(self._report)

    async def stop(self) -> None:
        """Nothing plays any more; the player's connections are closed."""
        if self._session is not None:
            self._session.cancel()
            with suppress(WorkerCancelled):
                await self._session.wait()

    def action_toggle_pause(self) -> None:
        """Pauses, goes on, or starts again after the end."""
        if self._player is None:
            self.action_retry()
        elif self.view.phase == "paused":
            self._player.resume()
        else:
            self._player.pause()
        self._look()

    def action_seek_by(self, by_ms: int) -> None:
        """The playhead has jumped by that much, inside the title."""
        self._seek(seek_target_ms(self.view, by_ms))

    def action_seek_home(self) -> None:
        """The playhead is at the beginning; a title that has ended starts again."""
        if self._player is None:
            self._is_from_start = True
            self.action_retry()
        self._seek(0)

    def action_seek_end(self) -> None:
        """The playhead is at the end."""
        self._seek(self.view.duration_ms)

    def action_next_audio(self) -> None:
        """The next audio track is heard."""
        track = next_audio(self.view.tracks)
        if self._player is None or track is None:
            self.notify("There is no other audio track.")
            return
        self._player.select_track(track.track_id)
        self._devices.speaker.forget()
        self._look()

    def action_next_text(self) -> None:
        """The next subtitles are shown, or none after the last."""
        if self._player is None or not any(track.kind == "text" for track in self.view.tracks):
            self.notify("There are no subtitles.")
            return
        track = next_text(self.view.tracks)
        if track is None:
            self._player.turn_text_off()
        else:
            self._player.select_track(track.track_id)
        self._look()

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

    async def _play(self) -> None:
        speaker = self._devices.speaker
        try:
            async with self._open_player() as player:
                self._player, self._asked_size = player, None
                if self._is_from_start:
                    self._is_from_start = False
                    player.seek(0)
                speaker.start()
                try:
                    failure = await attend(
                        player, self._show_frames(player), self._sound(player), self._hear(player), self._look_often()
                    )
                finally:
                    speaker.stop()
                    self._look()
                    self._report, self._player = player.report(), None
        except MatineeError as error:
            failure = error
        self._tell(Ended() if failure is None else Stopped(trouble_of(failure)))

    async def _show_frames(self, player: Player) -> None:
        async for frame in player.video_frames():
            self._picture.show(frame)
            cues = player.cues_at(frame.position_ms)
            if cues != self.view.cues:
                self._tell(CuesChanged(cues))

    async def _sound(self, player: Player) -> None:
        async for block in player.audio_blocks():
            self._devices.speaker.play(block)

    async def _hear(self, player: Player) -> None:
        async for notice in player.notices():
            self._tell(notice)
            text = notice_text(notice) if isinstance(notice, FailedOver) else None
            if text is not None:
                self.notify(text, title="Switched appliance")

    async def _look_often(self) -> None:
        clock = self._devices.clock
        looks = 0
        while True:
            self._look()
            if looks % _LOOKS_PER_SECOND == 0:
                self._tell(SecondPassed())
            looks += 1
            await clock.wait_until(clock.now_ms() + _LOOK_MS)

    def _look(self) -> None:
        """The view tells what is so now; the picture and the sound follow it."""
        if self._player is None:
            return
        state = self._player.state
        self._tell(state)
        self._picture.catch_up()
        drawing = self._picture.drawing
        late = self._player.report().frames_dropped
        self._tell(Drawn(msgspec.structs.replace(drawing, dropped=drawing.dropped + late)))
        self._devices.speaker.follow(state.position_ms, is_moving=state.phase == "playing")
        self._ask_for_size()

    def _ask_for_size(self) -> None:
        """Pictures are scaled once, by the decoder, to the pixels they take here."""
        columns, rows = self._picture.size
        if self._player is None or not columns or not rows:
            return
        place = fit(self.view.width, self.view.height, columns=columns, rows=rows)
        if self._asked_size != (place.width, place.height):
            self._asked_size = (place.width, place.height)
            self._player.set_picture_size(*self._asked_size)

    def _seek(self, position_ms: int) -> None:
        if self._player is None:
            return
        self._player.seek(position_ms)
        self._devices.speaker.forget()
        self._tell(Sought(position_ms))

    def _tell(self, fact: Fact) -> None:
        self.view = reduce(self.view, fact)
        self._trouble.trouble = self.view.trouble
