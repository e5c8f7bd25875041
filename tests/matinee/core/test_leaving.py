"""What is no longer wanted."""

from matinee.core.delivery import Arrival, Delivery
from matinee.core.health import ApplianceHealth
from matinee.core.leaving import decline_text, leave, put_off, take_back
from matinee.core.messages import Announce, Cancel, Discard
from matinee.core.notices import TracksChanged
from matinee.core.selection import Selection
from matinee.policy.settings import PlayerSettings
from matinee.testing.playbook import presentation, segment_of, track

SETTINGS = PlayerSettings(text_language="en")
VIDEO, TEXT = track(segments=5), track("text", language="en", has_init=False)


def watched() -> tuple[Selection, Delivery]:
    """A viewer for whom the first segment of pictures and of subtitles is under way."""
    delivery = Delivery(SETTINGS, ApplianceHealth(SETTINGS.failover), seed=1)
    delivery.appliances = ("a",)
    selection = Selection(presentation(VIDEO, TEXT), SETTINGS, position_ms=0)
    for stream in selection.streams:
        for target in stream.want(0):
            delivery.ask(target, now_ms=0)
    return selection, delivery


def test_to_leave_a_stream_cancels_what_was_asked_for_it_and_voids_what_is_kept() -> None:
    selection, delivery = watched()
    commands = list(leave(delivery, selection.streams[0]))
    assert commands == [Cancel(1), Cancel(2), Discard("video")]


def test_subtitles_that_are_declined_are_gone() -> None:
    selection, delivery = watched()
    assert list(decline_text(selection, delivery)) == [Cancel(3), Discard("text"), Announce(TracksChanged())]
    assert selection.stream_of("text") is None
    assert list(decline_text(selection, delivery)) == []


def test_a_segment_that_is_taken_back_is_the_next_again() -> None:
    selection, delivery = watched()
    broken = segment_of(VIDEO, 0, 2)
    assert Discard("video") in list(take_back(Arrival(broken, "a", []), delivery, selection, 0))
    stream = selection.stream_of("video")
    assert stream is not None
    assert stream.next_segment(0) == broken.segment


def test_what_is_not_there_yet_may_be_asked_for_again() -> None:
    selection, delivery = watched()
    video = selection.streams[0]
    delivery.early = video.wanted
    put_off(delivery, selection)
    assert video.wanted is None
    assert delivery.early is None
