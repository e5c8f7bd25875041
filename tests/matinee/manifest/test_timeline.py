import pytest

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.elements import read_elements
from matinee.manifest.timeline import MAX_SEGMENTS, Scale, Timeline, even_timeline, read_timeline


def timeline(entries: str) -> Timeline:
    return read_timeline(read_elements(f"<SegmentTimeline>{entries}</SegmentTimeline>".encode()))


def stretches(of: Timeline) -> list[tuple[int, int]]:
    return [of.stretch(index) for index in range(of.count)]


def test_entries_that_go_on_alike_are_one_run() -> None:
    found = timeline('<S t="5" d="2"/><S d="2"/><S t="9" d="2" r="3"/><S t="18" d="2"/><S d="1"/>')
    assert list(found.starts) == [5, 18, 20]
    assert stretches(found) == [(5, 7), (7, 9), (9, 11), (11, 13), (13, 15), (15, 17), (18, 20), (20, 21)]


def test_the_next_segment_ends_one_that_is_too_long() -> None:
    assert stretches(timeline('<S t="0" d="10" r="1"/><S t="15" d="10"/>')) == [(0, 10), (10, 15), (15, 25)]


def test_segments_before_a_time_are_counted_without_looking_at_each() -> None:
    found = timeline('<S t="5" d="2" r="1"/><S t="20" d="10"/>')
    assert [found.before(time) for time in (5, 6, 7, 8, 19, 20, 21, 99)] == [0, 1, 1, 2, 2, 2, 3, 3]
    assert even_timeline(0, 3).before(10**12) == 333_333_333_334


def test_an_open_repetition_reaches_as_far_as_wanted() -> None:
    found = timeline('<S t="0" d="4"/><S d="3" r="-1"/>')
    assert (found.count, found.open_at is not None) == (MAX_SEGMENTS, True)
    assert found.before(11) == 4


def test_the_shortest_repeated_duration_does_not_count_a_last_segment_of_a_few_samples() -> None:
    assert timeline('<S d="9" r="1"/><S d="5"/><S d="5"/><S d="1"/>').least_repeated == 5
    assert timeline('<S d="9"/><S d="1"/>').least_repeated == 0


def test_segments_that_consist_of_several_are_not_played() -> None:
    with pytest.raises(FormatUnsupported, match="S@k"):
        timeline('<S d="9" k="3"/>')


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ('<S d="0"/>', "d is 0"),
        ('<S t="0" d="5" r="1"/><S t="5" d="5"/>', "does not begin after"),
        ('<S d="5" r="-1"/><S d="5"/>', "how far"),
        (f'<S d="5" r="{MAX_SEGMENTS - 1}"/><S d="5"/>', "segments"),
        (f'<S d="5" r="{MAX_SEGMENTS}"/>', "segments"),
    ],
)
def test_a_timeline_that_breaks_the_format_is_refused(entries: str, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        timeline(entries)


@pytest.mark.parametrize("scale", [Scale(90_000, 45_001, 3_000), Scale(1, 0, 0), Scale(30_000, 1_001, 9)])
def test_a_scale_leads_there_and_back(scale: Scale) -> None:
    for ms in range(scale.start_ms, scale.start_ms + 50):
        time = scale.time(ms)
        assert scale.ms(time) >= ms > scale.ms(time - 1)
    assert scale.ms(scale.offset) == scale.start_ms
