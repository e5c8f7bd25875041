import pytest

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.addressing import MAX_SEGMENTS, Addressee, Budget, read_segments
from matinee.manifest.elements import read_elements
from matinee.manifest.presentation import Resource, Segment, TrackKind


def addressed(
    *levels: str, kind: TrackKind = "video", reference: str = "", period_ms: int | None = 6_000
) -> tuple[Segment, ...]:
    """What is read when Period, AdaptationSet and Representation hold `levels`, in that order."""
    elements = [read_elements(f"<Level>{level}</Level>".encode()) for level in levels]
    addressee = Addressee(
        element=elements[-1],
        kind=kind,
        representation_id="v1",
        bandwidth=800_000,
        reference=reference,
        period_ms=period_ms,
        budget=Budget(),
    )
    return read_segments(elements, of=addressee)


def timeline(entries: str, *, attributes: str = "") -> str:
    return (
        f'<SegmentTemplate timescale="1000" media="$Number$-$Time$" {attributes}>'
        f"<SegmentTimeline>{entries}</SegmentTimeline></SegmentTemplate>"
    )


def places(segments: tuple[Segment, ...]) -> list[tuple[int, int, int]]:
    """Number, start and duration."""
    return [(segment.number, segment.start_ms, segment.duration_ms) for segment in segments]


def paths(segments: tuple[Segment, ...]) -> list[str]:
    return [segment.resource.path for segment in segments]


def test_a_template_of_equal_durations_counts_to_the_end_of_the_period() -> None:
    template = '<SegmentTemplate duration="5" timescale="2" initialization="init-$Bandwidth$" media="$Number%03d$"/>'
    segments = addressed(template)
    assert segments[0].init == Resource(path="init-800000")
    assert places(segments) == [(1, 0, 2_500), (2, 2_500, 2_500), (3, 5_000, 1_000)]
    assert paths(segments) == ["001", "002", "003"]


def test_a_period_that_ends_between_two_ticks_still_has_its_last_segment() -> None:
    segments = addressed('<SegmentTemplate duration="4" media="$Number$"/>', period_ms=8_500)
    assert places(segments) == [(1, 0, 4_000), (2, 4_000, 4_000), (3, 8_000, 500)]


def test_time_in_a_template_of_equal_durations_is_media_time() -> None:
    template = '<SegmentTemplate duration="3" startNumber="7" presentationTimeOffset="100" media="$Number$-$Time$"/>'
    segments = addressed(template)
    assert paths(segments) == ["7-100", "8-103"]
    assert places(segments) == [(7, 0, 3_000), (8, 3_000, 3_000)]


def test_an_end_number_ends_the_count() -> None:
    segments = addressed('<SegmentTemplate duration="1" startNumber="0" endNumber="1" media="$Number$"/>')
    assert paths(segments) == ["0", "1"]


def test_a_timeline_spells_starts_durations_and_repetitions() -> None:
    segments = addressed(timeline('<S t="0" d="2000" r="1"/><S d="1000"/><S t="5500" d="500"/>'))
    assert places(segments) == [(1, 0, 2_000), (2, 2_000, 2_000), (3, 4_000, 1_000), (4, 5_500, 500)]
    assert paths(segments) == ["1-0", "2-2000", "3-4000", "4-5500"]


@pytest.mark.parametrize(
    ("entries", "starts_ms"),
    [
        ('<S d="2500" r="-1"/>', [0, 2_500, 5_000]),
        ('<S d="1000" r="-1"/><S t="2500" d="3500"/>', [0, 1_000, 2_000, 2_500]),
    ],
)
def test_an_open_repetition_reaches_to_the_next_entry_or_the_end(entries: str, starts_ms: list[int]) -> None:
    segments = addressed(timeline(entries))
    assert [segment.start_ms for segment in segments] == starts_ms


def test_the_presentation_time_offset_moves_media_time_onto_the_period() -> None:
    entries = '<S t="0" d="1000"/><S d="2500"/><S d="4000"/>'
    segments = addressed(timeline(entries, attributes='presentationTimeOffset="1020" startNumber="0"'))
    assert places(segments) == [(1, -20, 2_500), (2, 2_480, 4_000)]


def test_segments_beyond_the_end_are_left_out() -> None:
    segments = addressed(timeline('<S t="0" d="3000" r="9"/>'))
    assert places(segments) == [(1, 0, 3_000), (2, 3_000, 3_000)]


def test_segments_do_not_overlap_even_if_the_timeline_says_so() -> None:
    segments = addressed(timeline('<S t="0" d="3010"/><S t="3000" d="3000"/>'))
    assert places(segments) == [(1, 0, 3_000), (2, 3_000, 3_000)]


def test_a_segment_of_a_few_samples_has_a_millisecond() -> None:
    segments = addressed(
        '<SegmentTemplate timescale="48000" media="$Number$">'
        '<SegmentTimeline><S d="48000"/><S d="12"/></SegmentTimeline></SegmentTemplate>'
    )
    assert places(segments) == [(1, 0, 1_000), (2, 1_000, 1)]


def test_attributes_and_children_are_inherited_and_the_deepest_prevail() -> None:
    segments = addressed(
        '<SegmentTemplate timescale="1000" duration="9" startNumber="5" initialization="period-init"/>',
        '<SegmentTemplate duration="3000" media="set-$Number$"><Initialization sourceURL="ignored"/></SegmentTemplate>',
        '<SegmentTemplate media="rep-$Number$"/>',
    )
    assert segments[0].init == Resource(path="period-init")
    assert paths(segments) == ["rep-5", "rep-6"]


def test_the_deepest_kind_of_addressing_prevails() -> None:
    period = '<SegmentBase timescale="1000"/>'
    adaptation_set = '<SegmentList duration="6"><SegmentURL media="listed"/></SegmentList>'
    segments = addressed(period, adaptation_set, "")
    assert paths(segments) == ["listed"]


def test_a_list_names_each_segment_and_its_bytes() -> None:
    segments = addressed(
        '<SegmentList duration="3" startNumber="4"><Initialization range="0-99"/>'
        '<SegmentURL mediaRange="100-199"/><SegmentURL media="other.mp4"/></SegmentList>',
        reference="video/all.mp4",
    )
    assert segments[0].init == Resource(path="video/all.mp4", first_byte=0, last_byte=99)
    assert places(segments) == [(4, 0, 3_000), (5, 3_000, 3_000)]
    assert segments[0].resource == Resource(path="video/all.mp4", first_byte=100, last_byte=199)
    assert segments[1].resource == Resource(path="video/other.mp4")


def test_a_list_may_have_a_timeline() -> None:
    segments = addressed(
        '<SegmentList timescale="1000"><SegmentTimeline><S t="0" d="1000"/><S d="5000"/></SegmentTimeline>'
        '<SegmentURL media="a"/><SegmentURL media="b"/></SegmentList>'
    )
    assert places(segments) == [(1, 0, 1_000), (2, 1_000, 5_000)]


@pytest.mark.parametrize(
    "only", ['<SegmentList><SegmentURL media="all.mp4"/></SegmentList>', '<SegmentTemplate media="all.mp4"/>']
)
def test_a_single_segment_needs_no_duration(only: str) -> None:
    segments = addressed(only, period_ms=4_433)
    assert places(segments) == [(1, 0, 4_433)]
    assert paths(segments) == ["all.mp4"]


def test_a_timeline_needs_no_duration_of_the_period() -> None:
    segments = addressed(timeline('<S d="3000" r="2"/>'), period_ms=None)
    assert places(segments)[-1] == (3, 6_000, 3_000)


def test_subtitles_beside_the_media_are_one_segment() -> None:
    assert addressed("", kind="text", reference="text/en.vtt") == (
        Segment(number=1, start_ms=0, duration_ms=6_000, resource=Resource(path="text/en.vtt")),
    )


@pytest.mark.parametrize("single", ["", '<SegmentBase indexRange="833-912"/>'])
def test_a_single_file_of_video_is_not_played_yet(single: str) -> None:
    with pytest.raises(FormatUnsupported, match=r"single file whose index \(sidx\)"):
        addressed(single, reference="all.mp4")


def test_sequences_of_segments_are_not_played() -> None:
    with pytest.raises(FormatUnsupported, match="S@k"):
        addressed(timeline('<S d="3000" k="3"/>'))


@pytest.mark.parametrize(
    ("addressing", "reason"),
    [
        ('<SegmentTemplate timescale="0" duration="1" media="$Number$"/>', "timescale is 0"),
        ('<SegmentTemplate duration="0" media="$Number$"/>', "duration is 0"),
        ('<SegmentTemplate duration="2"/>', "says where it lies"),
        ('<SegmentTemplate duration="2" startNumber="9" endNumber="1" media="$Number$"/>', "no segment lies within"),
        ("<SegmentList/>", "no SegmentURL"),
        ('<SegmentList><SegmentURL media="a"/><SegmentURL media="b"/></SegmentList>', "how long segments are"),
        ('<SegmentList duration="6"><SegmentURL media="a" mediaRange="9-1"/></SegmentList>', "ends before it begins"),
        ('<SegmentList duration="6"><SegmentURL media="a" mediaRange="9"/></SegmentList>', "not a whole number"),
        (timeline('<S t="0"/>'), "d is 0"),
        (timeline('<S d="1000" r="-1"/><S d="1000"/>'), "how far"),
        (timeline('<S t="3000" d="1000"/><S t="1000" d="1000"/>'), "does not begin before the next"),
        (timeline('<S t="60000" d="1000"/>'), "no segment lies within"),
        (timeline(""), "no segment lies within"),
    ],
)
def test_addressing_that_breaks_the_format_is_refused_with_the_reason(addressing: str, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        addressed(addressing)


@pytest.mark.parametrize(
    "addressing",
    ['<SegmentTemplate duration="2" media="$Number$"/>', "<SegmentTemplate/>", timeline('<S d="1000" r="-1"/>')],
)
def test_without_a_period_to_fill_something_must_say_how_long_segments_are(addressing: str) -> None:
    with pytest.raises(ManifestInvalid, match=r"how long|how far"):
        addressed(addressing, period_ms=None)


@pytest.mark.parametrize(
    "addressing",
    [
        timeline('<S d="1" r="999999999"/>'),
        timeline('<S d="1" r="9999999999999999999"/>'),
        '<SegmentTemplate timescale="9999999999" duration="1" media="$Number$"/>',
        '<SegmentTemplate duration="1" endNumber="9999999999999999999" media="$Number$"/>',
    ],
)
def test_endless_lists_of_segments_are_refused_before_they_are_made(addressing: str) -> None:
    with pytest.raises(ManifestInvalid, match=f"more than {MAX_SEGMENTS} segments"):
        addressed(addressing, period_ms=None if "endNumber" in addressing else 6_000)


def test_long_urls_times_many_segments_are_refused() -> None:
    with pytest.raises(ManifestInvalid, match="URLs have more than"):
        addressed(f'<SegmentTemplate timescale="9999" duration="1" media="{"x" * 4000}"/>')
