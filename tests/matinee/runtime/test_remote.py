"""Every button says what it says."""

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
from matinee.runtime.remote import Remote


class Recorder(Remote):
    def __init__(self) -> None:
        self.wishes: list[Wish] = []

    def wish(self, wish: Wish) -> None:
        self.wishes.append(wish)


def test_each_button_is_one_wish() -> None:
    it = Recorder()
    it.pause()
    it.resume()
    it.seek(4_000)
    it.go_live()
    it.set_rate(1_500)
    it.set_loop(True)
    it.select_track("audio-de")
    it.turn_text_off()
    assert it.wishes == [
        PauseAsked(),
        ResumeAsked(),
        SeekAsked(4_000),
        LiveAsked(),
        RateAsked(1_500),
        LoopAsked(True),
        TrackAsked("audio-de"),
        TextDeclined(),
    ]
