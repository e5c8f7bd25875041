"""What the viewer comes to, and when; what he jumps over; what is told twice."""

import msgspec
import pytest

from matinee.core.agenda import MOST_EVENTS, RENEWAL_SCHEME, Agenda
from matinee.core.messages import ClockSynced, EventsFound, ManifestTarget
from matinee.core.notices import EventReached
from matinee.core.playhead import Playhead
from matinee.manifest.presentation import TimedEvent
from matinee.policy.settings import BufferingSettings
from matinee.testing.playbook import Viewer, fetches, presentation
from tests.support.broadcasts import ZERO_WALL_MS, broadcast

SETTINGS = BufferingSettings(start_ms=1_000, resume_ms=1_000, full_ms=10_000)
HERE_MS = 60_000


def event(start_ms: int, *, duration_ms: int | None = None, event_id: str | None = None) -> TimedEvent:
    return TimedEvent(
        scheme="urn:ads",
        event_id=str(start_ms) if event_id is None else event_id,
        start_ms=start_ms,
        duration_ms=duration_ms,
    )


class Passing:
    """A viewer with a minute of media, who moves from `position_ms` on at the time 0."""

    def __init__(self, *events: TimedEvent, position_ms: int = 0) -> None:
        self.agenda = Agenda()
        self.agenda.learn(events)
        self.playhead = Playhead(SETTINGS, position_ms=0, now_ms=0)
        self.go_to(position_ms, now_ms=0)

    def go_to(self, position_ms: int, *, now_ms: int) -> None:
        self.playhead.seek(position_ms, now_ms=now_ms)
        assert self.told(now_ms=now_ms) == []
        self.playhead.settle(buffer_ms=HERE_MS - position_ms, left_ms=None, can_decrypt=True, now_ms=now_ms)

    def told(self, *, now_ms: int) -> list[int]:
        """Where the events start that he has come to by then."""
        notices = [it.notice for it in self.agenda.pass_by(self.playhead, now_ms=now_ms)]
        return [notice.event.start_ms for notice in notices if isinstance(notice, EventReached)]

    def wake_at_ms(self, *, now_ms: int) -> int | None:
        return self.agenda.wake_at_ms(self.playhead, now_ms=now_ms)


def test_an_event_is_told_when_the_viewer_comes_to_it_and_once() -> None:
    it = Passing(event(5_000))
    assert it.told(now_ms=4_999) == []
    assert it.told(now_ms=5_000) == [5_000]
    assert it.told(now_ms=6_000) == []


def test_several_come_in_the_order_of_the_title() -> None:
    it = Passing(event(3_000), event(2_000), event(9_000))
    assert it.told(now_ms=5_000) == [2_000, 3_000]


@pytest.mark.parametrize(("permille", "wake_ms"), [(1_000, 5_000), (2_000, 2_500), (300, 16_667)])
def test_it_wakes_when_the_next_is_reached_at_the_speed_in_use(permille: int, wake_ms: int) -> None:
    it = Passing(event(5_000))
    it.playhead.set_rate(permille, now_ms=0)
    assert it.wake_at_ms(now_ms=0) == wake_ms
    assert it.told(now_ms=wake_ms) == [5_000]
    assert it.wake_at_ms(now_ms=wake_ms) is None


def test_a_viewer_who_stands_still_comes_to_nothing() -> None:
    it = Passing(event(5_000))
    it.playhead.pause(now_ms=1_000)
    assert it.wake_at_ms(now_ms=1_000) is None
    assert it.told(now_ms=9_000) == []


def test_what_was_jumped_over_is_not_told_but_what_still_lasts_where_he_lands_is() -> None:
    it = Passing(event(1_000), event(2_000, duration_ms=9_000), event(3_000, duration_ms=10), event(12_000))
    it.go_to(10_000, now_ms=500)
    assert it.wake_at_ms(now_ms=500) == 500
    assert it.told(now_ms=500) == [2_000]
    assert it.told(now_ms=2_500) == [12_000]


def test_who_lands_on_an_event_has_come_to_it() -> None:
    it = Passing(event(10_000), position_ms=10_000)
    assert it.told(now_ms=80) == [10_000]


def test_who_goes_back_comes_to_it_again() -> None:
    it = Passing(event(2_000))
    assert it.told(now_ms=3_000) == [2_000]
    it.go_to(1_000, now_ms=3_000)
    assert it.told(now_ms=4_000) == [2_000]


def test_what_is_told_again_is_the_same_event_also_when_it_was_changed() -> None:
    it = Passing(event(2_000, event_id="ad"))
    it.agenda.learn([event(2_000, event_id="ad"), event(4_000, event_id="ad")])
    assert it.told(now_ms=3_000) == []
    assert it.told(now_ms=4_000) == [4_000]
    it.agenda.learn([event(4_000, event_id="ad", duration_ms=30_000)])
    assert it.told(now_ms=5_000) == []


def test_without_an_id_it_is_known_by_its_time() -> None:
    it = Passing(event(1_000, event_id=""), event(2_000, event_id=""), event(1_000, event_id=""))
    assert it.told(now_ms=3_000) == [1_000, 2_000]


def test_what_is_learned_too_late_is_told_only_while_it_lasts() -> None:
    it = Passing()
    assert it.told(now_ms=5_000) == []
    it.agenda.learn([event(1_000), event(2_000, duration_ms=60_000)])
    assert it.wake_at_ms(now_ms=5_000) == 5_000
    assert it.told(now_ms=5_001) == [2_000]


def test_there_is_an_end_to_what_is_kept_and_what_is_over_makes_room() -> None:
    it = Passing(*map(event, range(MOST_EVENTS + 5)))
    assert it.agenda.dropped == 5
    it.told(now_ms=500)
    it.agenda.learn([event(50_000)])
    assert it.agenda.dropped == 5
    assert it.told(now_ms=50_000)[-1] == 50_000


def test_the_end_of_a_manifest_is_news_for_the_player_once_and_none_for_the_program() -> None:
    it = Passing()
    ending = msgspec.structs.replace(event(2_000), scheme=RENEWAL_SCHEME, value="1")
    assert [it.agenda.learn([ending]), it.agenda.learn([ending])] == [True, False]
    assert it.told(now_ms=3_000) == []
    it.go_to(1_000, now_ms=3_000)
    assert it.told(now_ms=5_000) == []


def test_what_the_manifest_and_segments_tell_of_a_moment_is_told_at_that_moment() -> None:
    shown, own = presentation(), TimedEvent(scheme="urn:own", start_ms=9_000)
    ad = TimedEvent(scheme="urn:ads", start_ms=5_000)
    [period] = shown.periods
    it = Viewer()
    commands = it.start(msgspec.structs.replace(shown, periods=(msgspec.structs.replace(period, events=(ad,)),)))
    it.receive(EventsFound((own, ad)))
    it.play_through(commands)
    assert [notice.event for notice in it.notices if isinstance(notice, EventReached)] == [ad, own]


def test_the_word_of_a_segment_that_the_manifest_ends_makes_it_be_read_anew() -> None:
    it = Viewer()
    it.receive(ClockSynced(ZERO_WALL_MS + 100_000))
    it.start(broadcast())
    ending = TimedEvent(scheme=RENEWAL_SCHEME, value="1", event_id="7", start_ms=120_000)
    told = [it.receive(EventsFound((ending,)), after_ms=after_ms) for after_ms in (5_000, 100)]
    assert [sum(fetch.target == ManifestTarget() for fetch in fetches(commands)) for commands in told] == [1, 0]
