import pytest

from matinee.manifest.presentation import Resource, Segment
from matinee.manifest.segments import ReckonedSegments, Rule, index_at, whole_ms
from matinee.manifest.templates import Template
from matinee.manifest.timeline import Scale, even_timeline


def reckoned(*, count: int = 5, start_ms: int = 1_000, end_ms: int = 1 << 47) -> ReckonedSegments:
    rule = Rule(
        timeline=even_timeline(0, 2_000),
        scale=Scale(1_000, 0, start_ms),
        end_ms=end_ms,
        start_number=7,
        media=Template(pattern="%(Number)d-%(Time)d.m4s"),
        init=None,
    )
    return ReckonedSegments(rule, range(count))


def test_a_segment_is_reckoned_when_it_is_looked_at() -> None:
    assert reckoned()[1] == Segment(
        number=8, start_ms=3_000, duration_ms=2_000, resource=Resource(path="8-2000.m4s"), shift_ms=1_000
    )


def test_it_is_a_sequence_like_any_other() -> None:
    segments = reckoned()
    assert (len(segments), [segment.number for segment in segments]) == (5, [7, 8, 9, 10, 11])
    assert segments[-1] == segments[4]
    assert [segment.number for segment in segments[1:-1]] == [8, 9, 10]
    assert [segment.number for segment in segments[::-2]] == [11, 9, 7]
    with pytest.raises(IndexError):
        segments[5]


def test_equal_rules_make_equal_segments() -> None:
    assert reckoned() == reckoned()
    assert hash(reckoned()) == hash(reckoned())
    assert reckoned() != reckoned(count=4)
    assert reckoned() != tuple(reckoned())
    assert repr(reckoned()) == "<5 segments>"


def test_a_slice_of_endless_segments_costs_nothing() -> None:
    assert len(reckoned(count=1 << 40)[1_000:]) == (1 << 40) - 1_000


@pytest.mark.parametrize(
    ("position_ms", "index"), [(0, -1), (999, -1), (1_000, 0), (2_999, 0), (3_000, 1), (9_000, 4), (99_000, 4)]
)
def test_the_segment_at_a_position_is_the_last_that_has_started(position_ms: int, index: int) -> None:
    assert index_at(reckoned(), position_ms) == index
    assert index_at(tuple(reckoned()), position_ms) == index


def test_a_slice_finds_positions_by_its_own_count() -> None:
    assert index_at(reckoned()[2:4], 5_000) == 0
    assert index_at(reckoned()[2:4], 99_000) == 1
    assert index_at(reckoned()[2:4], 0) == -1


def test_a_last_segment_that_is_cut_short_would_have_been_as_long_as_the_others() -> None:
    segments = reckoned(end_ms=4_500)
    assert segments[1].duration_ms == 1_500
    assert [whole_ms(segments, 1), whole_ms(tuple(segments), 1)] == [2_000, 2_000]
