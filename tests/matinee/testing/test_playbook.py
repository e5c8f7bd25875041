"""A playbook plays the viewer's world: what it delivers arrives, what it wakes is awake, and all of it is kept."""

import pytest

from matinee.core.messages import SegmentTarget
from matinee.core.notices import Ended, FailedOver
from matinee.testing.playbook import Viewer, fetches, presentation, segment_fetch, track


def test_a_title_delivered_whole_is_played_to_its_end() -> None:
    it = Viewer()
    it.play_through(it.start())
    assert it.notices[-1] == Ended()
    assert [target.segment.number for target in it.appended] == [1, 2, 3, 4, 5]
    assert it.now_ms >= 21_000


def test_a_failed_request_is_read_off_the_commands_it_causes() -> None:
    it = Viewer(appliances=("a", "b"))
    first = segment_fetch(it.start())
    [again] = fetches(it.fail(first, "reset"))
    assert (again.target, again.appliance) == (first.target, "b")
    assert [notice.reason for notice in it.notices if isinstance(notice, FailedOver)] == ["reset"]


def test_time_passes_when_the_viewer_delivers_and_when_it_wakes() -> None:
    it = Viewer(now_ms=0)
    it.deliver(segment_fetch(it.start()), after_ms=250)
    assert it.now_ms == 250
    due_ms = it.wake_at_ms
    it.wake()
    assert it.now_ms == due_ms


def test_tracks_are_laid_out_as_asked() -> None:
    shown = presentation(track("audio", ladder=(96,), segments=3, segment_ms=2_000, language="de"))
    assert shown.duration_ms == 6_000
    [audio] = shown.periods[0].tracks
    assert (audio.track_id, [it.start_ms for it in audio.renditions[0].segments]) == ("audio-de", [0, 2_000, 4_000])


def test_more_than_one_segment_request_is_no_segment_request() -> None:
    it = Viewer()
    commands = it.start(presentation(track(), track("audio", ladder=(96,))))
    assert sum(isinstance(fetch.target, SegmentTarget) for fetch in fetches(commands)) == 2
    with pytest.raises(ValueError, match="too many values"):
        segment_fetch(commands)
