"""Which stream asks for what next, and when."""

import msgspec
import pytest

from matinee.core.delivery import Delivery
from matinee.core.edge import LiveEdge
from matinee.core.feeding import Feeding
from matinee.core.health import ApplianceHealth
from matinee.core.messages import (
    Announce,
    Append,
    Cancel,
    ClockSynced,
    Fetch,
    IndexTarget,
    InitTarget,
    PartArrived,
    ProgressMade,
    SegmentTarget,
)
from matinee.core.notices import RungSwitched
from matinee.core.playhead import Playhead
from matinee.core.reckoning import Reckoning
from matinee.core.selection import Selection
from matinee.manifest.presentation import Live, Presentation, Resource
from matinee.policy.settings import BufferingSettings, PlayerSettings
from matinee.testing.playbook import Viewer, fetches, presentation, track
from tests.support.broadcasts import LIVE, SEGMENT_MS, ZERO_WALL_MS, broadcast

SETTINGS = PlayerSettings(buffering=BufferingSettings(full_ms=6_000))


class Fed:
    """A viewer of `shown`; for what is live, 100 s are so at the time 0."""

    def __init__(self, shown: Presentation, *, position_ms: int = 0, synced: bool = True) -> None:
        self.delivery = Delivery(SETTINGS, ApplianceHealth(SETTINGS.failover), seed=1)
        self.delivery.appliances = ("a",)
        self.reckoning = Reckoning(SETTINGS.abr)
        edge = LiveEdge(SETTINGS.live)
        edge.read(shown.live, now_ms=0)
        if synced:
            edge.clock.synced(wall_ms=ZERO_WALL_MS + 100_000, now_ms=0)
        self.it = Feeding(SETTINGS.buffering, delivery=self.delivery, reckoning=self.reckoning, edge=edge)
        self.selection = Selection(shown, SETTINGS, position_ms=position_ms)
        self.playhead = Playhead(SETTINGS.buffering, position_ms=position_ms, now_ms=0)

    def ask_for_the_top(self) -> Fetch:
        """Ask for a segment of the highest rung, which was in use before."""
        self.reckoning.measured(size_bytes=3_000_000, elapsed_ms=4_000, first_byte_ms=50)
        stream = self.selection.streams[0]
        stream.rung = len(stream.ladder) - 1
        commands = [self.delivery.ask(target, now_ms=0) for target in stream.want(stream.rung)]
        return fetches(commands[-1])[0]

    def ask(self, *, now_ms: int = 0) -> list[Fetch]:
        return fetches(list(self.it.ask(self.selection, self.playhead, now_ms=now_ms)))

    def next_ms(self, *, now_ms: int = 0) -> int | None:
        return self.it.next_ms(self.selection, self.playhead, now_ms=now_ms)

    def bring(self, asked: list[Fetch], *, now_ms: int = 0) -> None:
        for fetch in asked:
            self.delivery.arrived(fetch.request_id, size_bytes=1_000, now_ms=now_ms, position_ms=0)
            for stream in self.selection.streams:
                if isinstance(fetch.target, InitTarget | SegmentTarget) and fetch.target.of.kind == stream.kind:
                    stream.arrived(fetch.target, fetch.request_id)
        buffer_ms = self.selection.buffer_ms(self.playhead.position_ms(now_ms=now_ms))
        self.playhead.settle(buffer_ms=buffer_ms, left_ms=None, can_decrypt=True, now_ms=now_ms)


def kinds(asked: list[Fetch]) -> list[tuple[str, str]]:
    return [
        (it.target.of.kind, type(it.target).__name__)
        for it in asked
        if isinstance(it.target, InitTarget | SegmentTarget)
    ]


def test_init_and_first_segment_of_each_kind_are_asked_for_together_and_nothing_twice() -> None:
    it = Fed(presentation(track(), track("audio")))
    assert kinds(it.ask()) == [
        ("video", "InitTarget"),
        ("video", "SegmentTarget"),
        ("audio", "InitTarget"),
        ("audio", "SegmentTarget"),
    ]
    assert it.ask() == []


def test_with_a_full_buffer_the_next_is_asked_for_when_there_is_room() -> None:
    it = Fed(presentation())
    it.bring(it.ask())
    it.bring(it.ask())
    assert (it.ask(now_ms=1_999), it.next_ms()) == ([], 2_000)
    assert len(it.ask(now_ms=2_000)) == 1


def test_with_a_full_buffer_one_who_does_not_move_wants_nothing() -> None:
    it = Fed(presentation())
    it.bring(it.ask())
    it.bring(it.ask())
    it.playhead.pause(now_ms=0)
    assert (it.next_ms(now_ms=9_000), it.ask(now_ms=9_000)) == (None, [])


def test_where_segments_must_be_listed_first_the_index_is_asked_for() -> None:
    shown = presentation(track())
    listed = track().renditions[0]
    indexed = msgspec.structs.replace(listed, segments=(), index=Resource(path="v.m3u8"))
    period = msgspec.structs.replace(
        shown.periods[0], tracks=(msgspec.structs.replace(track(), renditions=(indexed,)),)
    )
    [fetch] = Fed(msgspec.structs.replace(shown, periods=(period,))).ask()
    assert isinstance(fetch.target, IndexTarget)


@pytest.mark.parametrize(("early_ms", "asked_at_ms"), [(0, 2_000), (1_500, 500)])
def test_what_is_being_made_is_asked_for_when_it_is_there_or_as_early_as_it_is_offered(
    early_ms: int, asked_at_ms: int
) -> None:
    it = Fed(broadcast(early_ms=early_ms), position_ms=100_000)
    assert (it.ask(now_ms=asked_at_ms - 1), it.next_ms()) == ([], asked_at_ms)
    assert len(it.ask(now_ms=asked_at_ms)) == 2


def test_nothing_is_asked_for_while_nobody_knows_what_is_there_nor_once_it_is_gone() -> None:
    unknown = Fed(broadcast(), position_ms=100_000, synced=False)
    assert (unknown.ask(), unknown.next_ms()) == ([], None)
    gone = Fed(broadcast(), position_ms=20_000)
    assert (gone.ask(), gone.next_ms()) == ([], None)
    assert len(Fed(broadcast(Live(zero_wall_ms=LIVE.zero_wall_ms)), position_ms=20_000).ask()) == 2


def test_another_rung_than_before_is_announced() -> None:
    it = Fed(presentation())
    it.bring(it.ask())
    for _ in range(9):
        it.reckoning.measured(size_bytes=2_000_000, elapsed_ms=1_000)
    commands = list(it.it.ask(it.selection, it.playhead, now_ms=0))
    assert Announce(RungSwitched(300, 3_000)) in commands


def test_a_segment_that_comes_too_slowly_is_left_for_a_lower_rung() -> None:
    fed = Fed(presentation(track(ladder=(300, 1_000, 3_000))))
    segment = fed.ask_for_the_top()
    left: list[Fetch] = []
    for now_ms in range(250, 6_000, 250):
        fed.delivery.progressed(ProgressMade(segment.request_id, now_ms * 20, 1_500_000), now_ms=now_ms)
        left = fetches(list(fed.it.reconsider(fed.selection, fed.playhead, now_ms=now_ms)))
        if left:
            break
    lower = left[-1].target
    assert isinstance(lower, SegmentTarget)
    assert lower.segment.start_ms == 0
    assert lower.of.rung < 2


def test_a_segment_that_comes_in_time_is_let_come() -> None:
    fed = Fed(presentation(track(ladder=(300, 1_000, 3_000), segments=20)))
    fed.selection.streams[0].frontier_ms = 40_000
    segment = fed.ask_for_the_top()
    for now_ms in range(250, 1_500, 250):
        fed.delivery.progressed(ProgressMade(segment.request_id, now_ms * 1_000, 1_500_000), now_ms=now_ms)
        assert list(fed.it.reconsider(fed.selection, fed.playhead, now_ms=now_ms)) == []


class Chunked:
    """A viewer three seconds behind live, of segments in chunks of half a second: the top rung's next is under way."""

    def __init__(self) -> None:
        self.it = it = Viewer(appliances=("a",))
        it.receive(ClockSynced(ZERO_WALL_MS + 100_000))
        shown = track(segments=2_000, segment_ms=SEGMENT_MS, has_init=False)
        pending = fetches(it.start(broadcast(early_ms=1_500, shown=shown)))
        while pending:
            pending = fetches(it.deliver(pending[0], kbps=20_000, after_ms=100))
        [self.segment] = fetches(it.wake())
        self.asked_ms = it.now_ms

    def bring(self, *, kbps: int, for_ms: int) -> list[Fetch]:
        """So much comes of it, after a first chunk that came at once; what is asked for because of that."""
        it, request_id, first_bytes = self.it, self.segment.request_id, 187_500
        it.receive(ProgressMade(request_id, first_bytes, 0, first_bytes, 40, is_between=True), after_ms=40)
        it.receive(PartArrived(request_id, 500))
        for flowing_ms in range(50, for_ms, 50):
            came = flowing_ms * kbps // 8
            progress = ProgressMade(request_id, first_bytes + came, 0, first_bytes + came, 40 + flowing_ms)
            if asked := fetches(it.receive(progress, after_ms=50)):
                return asked
            if it.wake_at_ms is not None and it.wake_at_ms <= it.now_ms and (asked := fetches(it.wake())):
                return asked
        return []


def test_a_chunked_segment_that_will_be_late_is_left_and_its_rest_taken_of_a_lower_rung() -> None:
    chunked = Chunked()
    high = chunked.segment.target
    [lower] = chunked.bring(kbps=500, for_ms=2_000)
    assert isinstance(high, SegmentTarget)
    assert isinstance(lower.target, SegmentTarget)
    assert (high.of.rung, lower.target.of.rung, lower.target.segment.number) == (2, 0, high.segment.number)
    assert Cancel(chunked.segment.request_id) in chunked.it.commands
    assert chunked.it.now_ms - chunked.asked_ms < 1_500
    [append] = [it for it in chunked.it.deliver(lower, after_ms=200) if isinstance(it, Append)]
    assert (append.start_ms, append.from_ms) == (high.segment.start_ms, high.segment.start_ms + 500)


def test_a_chunked_segment_that_comes_as_fast_as_it_is_made_is_let_come() -> None:
    assert Chunked().bring(kbps=3_000, for_ms=1_500) == []


def test_who_goes_elsewhere_remembers_what_was_under_way() -> None:
    fed = Fed(presentation())
    [_, segment] = fed.ask()
    fed.delivery.progressed(ProgressMade(segment.request_id, 1_000, 1_500_000), now_ms=100)
    fed.delivery.progressed(ProgressMade(segment.request_id, 100_000, 1_500_000), now_ms=900)
    fed.it.remember(now_ms=900)
    assert fed.reckoning.throughput_kbps == 100_000 * 8 // 800


def test_what_the_link_carried_of_late_is_what_the_next_choice_goes_by() -> None:
    chunked = Chunked()
    before_kbps = chunked.it.playback.state(now_ms=chunked.it.now_ms).throughput_kbps
    assert chunked.bring(kbps=500, for_ms=2_000)
    assert chunked.it.playback.state(now_ms=chunked.it.now_ms).throughput_kbps < before_kbps
