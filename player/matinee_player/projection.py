"""One playback on this machine's devices: pictures to the terminal, sound to the speaker, facts to the screen."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec
from textual.geometry import Size

from matinee.core.notices import Ended, PlaybackReport
from matinee.errors import MatineeError
from matinee.media.frames import VideoFrame
from matinee.runtime.player import Player
from matinee_player.session import attend
from matinee_player.terminal import Devices
from matinee_player.video import fit
from matinee_player.view import CuesChanged, Drawing, Drawn, Fact, SecondPassed, Stopped, trouble_of

OpenPlayer = Callable[[], AbstractAsyncContextManager[Player]]
"""Starts a playback that lasts as long as its context."""

_LOOK_MS = 250
_LOOKS_PER_SECOND = 1000 // _LOOK_MS


class Canvas(Protocol):
    """Where the pictures go."""

    @property
    def size(self) -> Size:
        """In cells; nothing before there is a layout."""
        ...

    @property
    def drawing(self) -> Drawing:
        """What was drawn so far."""
        ...

    def show(self, frame: VideoFrame) -> None:
        """Draws the frame, now or when the terminal is ready."""
        ...

    def catch_up(self) -> None:
        """Draws what waited for the terminal."""
        ...


class Projection:
    """Runs a player to its end; what happens is told as facts, in order."""

    def __init__(
        self, open_player: OpenPlayer, *, devices: Devices, canvas: Canvas, tell: Callable[[Fact], None]
    ) -> None:
        self._open_player = open_player
        self._devices = devices
        self._canvas = canvas
        self._tell = tell
        self._asked_size: tuple[int, int] | None = None
        self._cues: tuple[str, ...] = ()
        self.player: Player | None = None
        """None while nothing plays."""
        self.report: PlaybackReport | None = None
        """Of the playback that is over; None before the first."""

    async def run(self, *, is_from_start: bool = False) -> None:
        """Plays to the end, to an error, or until cancelled; the last fact says which of the first two."""
        speaker = self._devices.speaker
        try:
            async with self._open_player() as player:
                self.player, self._asked_size, self._cues = player, None, ()
                if is_from_start:
                    player.seek(0)
                speaker.start()
                try:
                    failure = await attend(
                        player, self._show(player), self._sound(player), self._hear(player), self._look_often()
                    )
                finally:
                    speaker.stop()
                    self.look()
                    self.report, self.player = player.report(), None
        except MatineeError as error:
            failure = error
        self._tell(Ended() if failure is None else Stopped(trouble_of(failure)))

    def look(self) -> None:
        """The screen knows what is so now; the picture and the sound follow it."""
        if self.player is None:
            return
        state = self.player.state
        self._tell(state)
        self._canvas.catch_up()
        drawing = self._canvas.drawing
        late = self.player.report().frames_dropped
        self._tell(Drawn(msgspec.structs.replace(drawing, dropped=drawing.dropped + late)))
        self._devices.speaker.follow(state.position_ms, is_moving=state.phase == "playing")
        self._ask_for_size(self.player, state.width, state.height)

    def _ask_for_size(self, player: Player, width: int, height: int) -> None:
        """Pictures are scaled once, by the decoder, to the pixels they take here."""
        columns, rows = self._canvas.size
        if not columns or not rows:
            return
        place = fit(width, height, columns=columns, rows=rows)
        if self._asked_size != (place.width, place.height):
            self._asked_size = (place.width, place.height)
            player.set_picture_size(place.width, place.height)

    async def _show(self, player: Player) -> None:
        async for frame in player.video_frames():
            self._canvas.show(frame)
            cues = player.cues_at(frame.position_ms)
            if cues != self._cues:
                self._cues = cues
                self._tell(CuesChanged(cues))

    async def _sound(self, player: Player) -> None:
        async for block in player.audio_blocks():
            self._devices.speaker.play(block)

    async def _hear(self, player: Player) -> None:
        async for notice in player.notices():
            self._tell(notice)

    async def _look_often(self) -> None:
        clock = self._devices.clock
        looks = 0
        while True:
            self.look()
            if looks % _LOOKS_PER_SECOND == 0:
                self._tell(SecondPassed())
            looks += 1
            await clock.wait_until(clock.now_ms() + _LOOK_MS)
