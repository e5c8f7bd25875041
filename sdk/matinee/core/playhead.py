"""The playhead: where the viewer is on the timeline, whether it moves, and for how long it had to wait."""

from typing import Literal

from matinee.core.notices import FirstFrameReady, Phase, StallEnded
from matinee.policy.buffering import is_enough
from matinee.policy.settings import BufferingSettings

Wait = Literal["starting", "seeking", "stalled"]


class Playhead:
    """A position that moves with the clock while it may: the viewer wants to play, and there is media."""

    def __init__(self, settings: BufferingSettings, *, position_ms: int, now_ms: int, is_ahead: bool = False) -> None:
        self.is_ahead: bool = is_ahead
        """Whether it stands there before anybody has asked to play; until `resume`."""
        self.wants_play: bool = not is_ahead
        self.wait: Wait | None = "starting"
        self.startup_ms: int = 0
        """From the wish to play until the picture could move; 0 before."""
        self.stalls: int = 0
        self.jumps: int = 0
        """How often it was put elsewhere; what lies between was not passed."""
        self.rate_permille: int = 1000
        """Of media time to the clock's; to be set by `set_rate`."""
        self._settings = settings
        self._position_ms = position_ms
        self._since_ms = now_ms
        self._here_ms = position_ms
        """How far media was here when last settled: the position does not pass it, however late that is noticed."""
        self._asked_ms = now_ms
        self._played_ms = 0
        self._stall_ms = 0
        self._earlier_stalls_ms = 0

    @property
    def is_moving(self) -> bool:
        return self.wants_play and self.wait is None

    @property
    def phase(self) -> Phase:
        if not self.wants_play:
            return "paused"
        return self.wait or "playing"

    def position_ms(self, *, now_ms: int) -> int:
        return self._position_ms + self._moved_ms(now_ms)

    def played_ms(self, *, now_ms: int) -> int:
        """Media that went by, seeks left out."""
        return self._played_ms + self._moved_ms(now_ms)

    def stall_ms(self, *, now_ms: int) -> int:
        if not self.wants_play or self.wait in ("starting", "seeking"):
            return self._stall_ms
        return self._stall_ms + now_ms - self._still_since_ms(now_ms)

    def hold(self, wait: Wait, *, now_ms: int) -> None:
        """The media ran out, or is elsewhere: stand still until `settle` finds enough."""
        self._book(now_ms)
        if self.wait == "starting":
            return
        self.wait = wait
        self._earlier_stalls_ms = self._stall_ms
        self.stalls += wait == "stalled"

    def settle(
        self, *, buffer_ms: int, left_ms: int | None, can_decrypt: bool, now_ms: int
    ) -> FirstFrameReady | StallEnded | None:
        """Stand still if the media has run out, move again if there is enough; the notice that is due.

        `left_ms`: until the end; None if there is none in sight.
        """
        still_since_ms = self._still_since_ms(now_ms)
        if self.is_moving and (buffer_ms <= 0 or still_since_ms < now_ms):
            self.hold("stalled", now_ms=still_since_ms)
        self._here_ms = self.position_ms(now_ms=now_ms) + buffer_ms
        if self.wait is None or self.is_ahead or not can_decrypt:
            return None
        wanted_ms = self._settings.resume_ms if self.wait == "stalled" else self._settings.start_ms
        wanted_ms = min(wanted_ms, self._settings.full_ms)
        if not is_enough(buffer_ms=buffer_ms, wanted_ms=wanted_ms, left_ms=wanted_ms if left_ms is None else left_ms):
            return None
        return self._release(now_ms)

    def pause(self, *, now_ms: int) -> None:
        self._book(now_ms)
        self.wants_play = False

    def resume(self, *, now_ms: int) -> None:
        self._book(now_ms)
        self.wants_play = True
        if self.is_ahead:
            self.is_ahead, self._asked_ms = False, now_ms

    def set_rate(self, permille: int, *, now_ms: int) -> None:
        """Move so much faster or slower from now on."""
        self._book(now_ms)
        self.rate_permille = permille

    def lasts_ms(self, media_ms: int) -> int:
        """How long that much media keeps the playhead moving."""
        return -(-media_ms * 1000 // self.rate_permille)

    def end(self, *, now_ms: int) -> None:
        """The title is over. What passed between its last moment and its being noticed is no stall."""
        self.pause(now_ms=self._still_since_ms(now_ms) if self.is_moving else now_ms)

    def seek(self, position_ms: int, *, now_ms: int) -> None:
        self.hold("seeking", now_ms=now_ms)
        self._position_ms = position_ms
        self.jumps += 1

    def slide(self, position_ms: int, *, now_ms: int) -> None:
        """Go on there, without a wait: what lies there is here."""
        self._book(now_ms)
        self._position_ms = position_ms
        self.jumps += 1

    def _release(self, now_ms: int) -> FirstFrameReady | StallEnded | None:
        self._book(now_ms)
        wait, self.wait = self.wait, None
        if wait == "starting":
            self.startup_ms = now_ms - self._asked_ms
            return FirstFrameReady(self.startup_ms)
        return StallEnded(self._stall_ms - self._earlier_stalls_ms) if wait == "stalled" else None

    def _moved_ms(self, now_ms: int) -> int:
        """How far it came since the last change: with the clock, as far as there is media."""
        if self.wait is not None or not self.wants_play:
            return 0
        elapsed_ms = (now_ms - self._since_ms) * self.rate_permille // 1000
        return min(elapsed_ms, max(0, self._here_ms - self._position_ms))

    def _still_since_ms(self, now_ms: int) -> int:
        """Since when it has not moved: now, as long as it moves; else since the media, or the will to play, ended."""
        if not self.is_moving:
            return self._since_ms
        return min(now_ms, self._since_ms + self.lasts_ms(max(0, self._here_ms - self._position_ms)))

    def _book(self, now_ms: int) -> None:
        """Book what the time since the last change brought."""
        self._played_ms = self.played_ms(now_ms=now_ms)
        self._stall_ms = self.stall_ms(now_ms=now_ms)
        self._position_ms = self.position_ms(now_ms=now_ms)
        self._since_ms = now_ms
