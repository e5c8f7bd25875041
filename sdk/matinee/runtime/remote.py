"""The remote control: everything that a viewer may wish of what plays."""

from abc import ABC, abstractmethod

from matinee.core.messages import (
    LiveAsked,
    LoopAsked,
    PauseAsked,
    RateAsked,
    ResumeAsked,
    SeekAsked,
    TextDeclined,
    TrackAsked,
    Wish,
)


class Remote(ABC):
    """Every wish answers at once; what comes of it stands in the state and is told by notices."""

    def pause(self) -> None:
        """Stand still."""
        self.wish(PauseAsked())

    def resume(self) -> None:
        """Go on; begin, if it was opened paused."""
        self.wish(ResumeAsked())

    def seek(self, position_ms: int) -> None:
        """Go there; beyond either end means that end."""
        self.wish(SeekAsked(position_ms))

    def go_live(self) -> None:
        """Go to where it is live, and stay there; of what is not live nothing changes."""
        self.wish(LiveAsked())

    def set_rate(self, permille: int) -> None:
        """Play so fast: 1000 is normal; bounded as in `matinee.core.playback`."""
        self.wish(RateAsked(permille))

    def set_loop(self, is_on: bool) -> None:
        """Begin again at the end, or no longer."""
        self.wish(LoopAsked(is_on))

    def select_track(self, track_id: str) -> None:
        """Take this track in place of the one of its kind; only one of `state.tracks` that is choosable."""
        self.wish(TrackAsked(track_id))

    def turn_text_off(self) -> None:
        """No subtitles."""
        self.wish(TextDeclined())

    @abstractmethod
    def wish(self, wish: Wish) -> None:
        """Any of the above, as a message. Changes nothing once playback is over."""
