"""The playhead: where the viewer is on the timeline, whether it moves, and for how long it had to wait."""

from typing import Literal

from matinee.core.notices import FirstFrameReady, Phase, StallEnded
from matinee.policy.buffering import is_enough
from matinee.policy.settings import BufferingSettings

Wait = Literal["starting", "seeking", "stalled"]


class Playhead:
    """A position that moves with the clock while it may: the viewer wants to play, and there is media."""

    def __init__(self, settings: BufferingSettings, *, position_ms: int, now_ms: int) -> None:
        self.wants_play = True
        self.wait: Wait | None = "starting"
        self.startup_ms = 0
        """From the wish to play until the picture could move; 0 before."""
        self.stalls = 0
        self._settings = settings
        self._position_ms = position_ms
        self._since_ms = now_ms
        self._waiting_since_ms = now_ms
        self._played_ms = 0
        self._stall_ms = 0

    @property
    def is_moving(self) -> bool:
        return self.wants_play and self.wait is None

    @property
    def phase(self) -> Phase:
        if not self.wants_play:
            return "paused"
        return self.wait or "playing"

    def position_ms(self, *, now_ms: int) -> int:
        return self._position_ms + (now_ms - self._since_ms if self.is_moving else 0)

    def played_ms(self, *, now_ms: int) -> int:
        """Media that went by, seeks left out."""
        return self._played_ms + (now_ms - self._since_ms if self.is_moving else 0)

    def stall_ms(self, *, now_ms: int) -> int:
        return self._stall_ms + (now_ms - self._since_ms if self._is_stalling else 0)

    def hold(self, wait: Wait, *, now_ms: int) -> None:
        """The media ran out, or is elsewhere: stand still until `settle` finds enough."""
        self._book(now_ms)
        if self.wait == "starting":
            return
        self.wait = wait
        self._waiting_since_ms = now_ms
        self.stalls += self._is_stalling

    def settle(
        self, *, buffer_ms: int, left_ms: int, can_decrypt: bool, now_ms: int
    ) -> FirstFrameReady | StallEnded | None:
        """Stand still if the media has run out, move again if there is enough; the notice that is due."""
        if self.is_moving and buffer_ms <= 0:
            self.hold("stalled", now_ms=now_ms)
        if self.wait is None or not can_decrypt:
            return None
        wanted_ms = self._settings.resume_ms if self.wait == "stalled" else self._settings.start_ms
        if not is_enough(buffer_ms=buffer_ms, wanted_ms=wanted_ms, left_ms=left_ms):
            return None
        return self._release(now_ms)

    def pause(self, *, now_ms: int) -> None:
        self._book(now_ms)
        self.wants_play = False

    def resume(self, *, now_ms: int) -> None:
        self._book(now_ms)
        self.wants_play = True

    def seek(self, position_ms: int, *, now_ms: int) -> None:
        self.hold("seeking", now_ms=now_ms)
        self._position_ms = position_ms

    def _release(self, now_ms: int) -> FirstFrameReady | StallEnded | None:
        wait, waited_ms = self.wait, now_ms - self._waiting_since_ms
        self._book(now_ms)
        self.wait = None
        if wait == "starting":
            self.startup_ms = waited_ms
            return FirstFrameReady(waited_ms)
        return StallEnded(waited_ms) if wait == "stalled" else None

    @property
    def _is_stalling(self) -> bool:
        return self.wants_play and self.wait == "stalled"

    def _book(self, now_ms: int) -> None:
        """Book what the time since the last change brought."""
        self._played_ms = self.played_ms(now_ms=now_ms)
        self._stall_ms = self.stall_ms(now_ms=now_ms)
        self._position_ms = self.position_ms(now_ms=now_ms)
        self._since_ms = now_ms
