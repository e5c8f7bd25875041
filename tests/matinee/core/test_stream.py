"""What of one track is here, and which segment comes next."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.core.listings import Listings
from matinee.core.messages import Append, InitTarget, SegmentTarget
from matinee.core.stream import Stream, segment_ms_of
from matinee.manifest.presentation import Resource, SampleKey
from matinee.testing.playbook import init_of, presentation, segment_of, stream_of, track
from tests.support.cuts import cut

SEGMENTS = 5
TEXT = track("text", has_init=False)
CUTS = st.lists(st.integers(-900, 900), min_size=3 * SEGMENTS, max_size=3 * SEGMENTS)
"""How far each rung's cuts lie from every fourth second: less than a quarter of a segment."""


def uneven(offsets_ms: list[int]) -> Stream:
    cuts_ms = [
        [0, *(at * 4_000 + offset_ms for at, offset_ms in enumerate(offsets_ms[rung::3], start=1))] for rung in range(3)
    ]
    return stream_of(cut(track(segments=SEGMENTS), *cuts_ms), position_ms=0)


def bring(it: Stream, rung: int) -> Append:
    """The Append of the next segment at that rung, init and all."""
    appended = [
        it.arrived(target, request_id)
        for request_id, target in enumerate(it.want(rung))
        if isinstance(target, InitTarget | SegmentTarget)
    ]
    assert appended[-1] is not None
    return appended[-1]


def test_init_and_segment_are_wanted_together_and_the_init_once_for_each_rung() -> None:
    it = stream_of(track(), position_ms=0)
    assert it.want(1) == [init_of(track(), 1), segment_of(track(), 1, 0)]
    assert it.arrived(init_of(track(), 1), 1) is None
    assert it.arrived(segment_of(track(), 1, 0), 2) is not None
    assert it.want(1) == [segment_of(track(), 1, 1)]


@pytest.mark.parametrize("init_first", [True, False])
def test_a_segment_is_appended_once_its_init_is_here_whichever_comes_first(init_first: bool) -> None:
    it = stream_of(track(), position_ms=0)
    it.want(0)
    init, segment = init_of(track(), 0), segment_of(track(), 0, 0)
    arrivals: list[tuple[InitTarget | SegmentTarget, int]] = [(init, 7), (segment, 8)]
    first, second = arrivals if init_first else reversed(arrivals)
    assert it.arrived(*first) is None
    assert it.arrived(*second) == Append(8, segment, 7, start_ms=0, end_ms=4_000, run="0/0", is_last=False)


def test_where_segments_carry_their_own_init_none_is_wanted() -> None:
    it = stream_of(TEXT, position_ms=0)
    assert it.want(0) == [segment_of(TEXT, 0, 0)]
    assert it.arrived(segment_of(TEXT, 0, 0), 1) == Append(
        1, segment_of(TEXT, 0, 0), None, start_ms=0, end_ms=4_000, run="0/0", is_last=False
    )


def test_an_init_segment_whose_samples_have_a_key_of_their_own_asks_for_no_license() -> None:
    shown = track()
    key = SampleKey(url="http://a.test/key")
    listed = tuple(msgspec.structs.replace(segment, key=key) for segment in shown.renditions[0].segments)
    keyed = msgspec.structs.replace(shown.renditions[0], segments=listed)
    [init, _] = stream_of(msgspec.structs.replace(shown, renditions=(keyed,))).want(0)
    assert isinstance(init, InitTarget)
    assert not init.is_licensed


def test_the_length_of_a_segment_is_told_by_whichever_rung_is_listed() -> None:
    shown = track(ladder=(300, 1_000), segment_ms=2_000)
    unread = msgspec.structs.replace(shown.renditions[0], segments=(), index=Resource(path="index"))
    open_track = msgspec.structs.replace(shown, renditions=(unread, shown.renditions[1]))
    assert segment_ms_of(Stream(presentation(shown).periods[0], open_track, Listings(), position_ms=0)) == 2_000


def test_a_segment_that_is_wanted_no_more_is_not_appended() -> None:
    it = stream_of(track(), position_ms=0)
    _, segment = it.want(0)
    it.move_to(9_000)
    assert isinstance(segment, SegmentTarget)
    assert it.arrived(segment, 2) is None
    it.want(0)
    assert it.arrived(segment, 2) is None


@given(st.integers(0, 19_999))
def test_it_is_entered_at_the_segment_that_holds_the_position(position_ms: int) -> None:
    it = stream_of(track(segments=SEGMENTS), position_ms=position_ms)
    append = bring(it, 0)
    assert append.start_ms <= position_ms < append.end_ms


def test_beyond_the_end_it_is_entered_at_the_last_segment() -> None:
    append = bring(stream_of(track(segments=SEGMENTS), position_ms=10**9), 0)
    assert (append.target.segment.number - 1, append.is_last) == (SEGMENTS - 1, True)


@given(CUTS, st.lists(st.integers(0, 2), min_size=SEGMENTS, max_size=SEGMENTS))
def test_rungs_cut_at_different_milliseconds_continue_without_gap_or_repeat(
    offsets_ms: list[int], rungs: list[int]
) -> None:
    it = uneven(offsets_ms)
    assert [bring(it, rung).target.segment.number - 1 for rung in rungs] == list(range(SEGMENTS))
    assert it.is_whole


@given(CUTS, st.integers(0, 21_000), st.lists(st.integers(0, 2), min_size=2, max_size=8))
def test_entered_anywhere_it_skips_nothing_from_there_to_the_end(
    offsets_ms: list[int], position_ms: int, rungs: list[int]
) -> None:
    it = uneven(offsets_ms)
    bring(it, rungs[0])
    it.move_to(position_ms)
    indices: list[int] = []
    while not it.is_whole:
        append = bring(it, rungs[len(indices) % len(rungs)])
        assert indices or append.start_ms <= position_ms + 1_800
        indices.append(append.target.segment.number - 1)
    assert indices == list(range(indices[0], SEGMENTS))


def test_a_rung_that_ends_sooner_leaves_the_last_segment_to_the_one_before() -> None:
    uneven_ends = cut(track(ladder=(300, 1_000)), [0, 4_000, 8_000, 8_100], [0, 4_000, 8_000])
    it = stream_of(uneven_ends, position_ms=4_000)
    bring(it, 0)
    assert bring(it, 1).target == segment_of(uneven_ends, 0, 2)
    assert it.is_whole


def test_a_last_segment_of_one_millisecond_is_not_skipped() -> None:
    it = stream_of(cut(track(ladder=(300,)), [0, 4_000, 4_001]), position_ms=0)
    bring(it, 0)
    assert bring(it, 0).is_last


def test_a_segment_in_parts_is_appended_as_it_grows_and_the_frontier_goes_along() -> None:
    it = stream_of(TEXT, position_ms=0)
    [target] = it.want(0)
    grown = [it.arrived(target, 1, ready_ms=ready_ms) for ready_ms in (0, 1_000, 1_000, 3_000)]
    assert [(each.start_ms, each.end_ms, each.is_part) for each in grown if each] == [
        (0, 1_000, True),
        (1_000, 3_000, True),
    ]
    assert (it.frontier_ms, it.is_busy) == (3_000, True)
    assert it.arrived(target, 1) == Append(
        1, segment_of(TEXT, 0, 0), None, start_ms=3_000, end_ms=4_000, run="0/0", is_last=False
    )
    assert it.want(0) == [segment_of(TEXT, 0, 1)]


def test_parts_wait_for_the_init_segment() -> None:
    it = stream_of(track(), position_ms=0)
    init, segment = it.want(0)
    assert it.arrived(segment, 2, ready_ms=1_000) is None
    append = it.arrived(init, 1)
    assert append is not None
    assert (append.init_request_id, append.end_ms, append.is_part) == (1, 1_000, True)


def test_one_who_enters_within_a_segment_has_what_lies_before_for_the_decoder_only() -> None:
    it = stream_of(TEXT, position_ms=2_500)
    [target] = it.want(0)
    frontiers = list[int]()
    for ready_ms in (1_000, 3_000):
        assert it.arrived(target, 1, ready_ms=ready_ms) is not None
        frontiers.append(it.frontier_ms)
    assert frontiers == [2_500, 3_000]


def test_a_second_answer_goes_on_where_the_first_broke_off() -> None:
    it = stream_of(TEXT, position_ms=0)
    [target] = it.want(0)
    it.arrived(target, 1, ready_ms=2_000)
    assert it.arrived(target, 2, ready_ms=1_000) is None
    append = it.arrived(target, 2, ready_ms=3_000)
    assert append is not None
    assert (append.request_id, append.start_ms) == (2, 2_000)


def test_what_is_here_of_a_segment_that_is_let_go_stays_and_the_rest_comes_at_another_rung() -> None:
    it = stream_of(TEXT, position_ms=0)
    [high] = it.want(1)
    it.arrived(high, 1, ready_ms=3_000)
    it.let_go()
    assert it.frontier_ms == 3_000
    [low] = it.want(0)
    assert low == segment_of(TEXT, 0, 0)
    frontiers, from_ms = list[int](), set[int | None]()
    for ready_ms in (1_000, 3_500, None):
        append = it.arrived(low, 2, ready_ms=ready_ms)
        assert append is not None
        frontiers.append(it.frontier_ms)
        from_ms.add(append.from_ms)
    assert (frontiers, from_ms) == ([3_000, 3_500, 4_000], {3_000})
    [following] = it.want(0)
    append = it.arrived(following, 3)
    assert append is not None
    assert (append.start_ms, append.from_ms) == (4_000, None)


def test_one_let_go_twice_goes_on_where_the_first_left_off() -> None:
    it = stream_of(TEXT, position_ms=0)
    for rung, ready_ms in ((1, 2_000), (1, 1_000)):
        [target] = it.want(rung)
        it.arrived(target, rung, ready_ms=ready_ms)
        it.let_go()
    [target] = it.want(0)
    append = it.arrived(target, 3)
    assert append is not None
    assert (append.start_ms, append.end_ms, append.from_ms) == (0, 4_000, 2_000)
