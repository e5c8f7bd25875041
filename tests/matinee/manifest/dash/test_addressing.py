import tracemalloc
from collections.abc import Sequence

import pytest

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.dash.addressing import HEAD_BYTES, Addressed, Addressee, Ledger, Span, read_addressing
from matinee.manifest.elements import read_elements
from matinee.manifest.presentation import Resource, Segment, SingleFile, TrackKind
from matinee.manifest.segments import MAX_LISTED_SEGMENTS
from matinee.manifest.timeline import ENDLESS_MS, MAX_SEGMENTS


def read(
    *levels: str,
    kind: TrackKind = "video",
    mime_type: str = "video/mp4",
    reference: str = "",
    start_ms: int = 0,
    end_ms: int | None = 6_000,
    is_live: bool = False,
) -> Addressed:
    """What is read when Period, AdaptationSet and Representation hold `levels`, in that order."""
    elements = [read_elements(f"<Level>{level}</Level>".encode()) for level in levels]
    addressee = Addressee(
        element=elements[-1],
        kind=kind,
        mime_type=mime_type,
        representation_id="v1",
        bandwidth=800_000,
        reference=reference,
        early_ms=0,
        span=Span(start_ms=start_ms, end_ms=end_ms, is_live=is_live),
        ledger=Ledger(),
    )
    return read_addressing(elements, of=addressee)


def addressed(
    *levels: str, reference: str = "", start_ms: int = 0, end_ms: int | None = 6_000, is_live: bool = False
) -> Sequence[Segment]:
    """The segments that are read."""
    return read(*levels, reference=reference, start_ms=start_ms, end_ms=end_ms, is_live=is_live).segments


def timeline(entries: str, *, attributes: str = "") -> str:
    return (
        f'<SegmentTemplate timescale="1000" media="$Number$-$Time$" {attributes}>'
        f"<SegmentTimeline>{entries}</SegmentTimeline></SegmentTemplate>"
    )


def places(segments: Sequence[Segment]) -> list[tuple[int, int, int]]:
    """Number, start and duration."""
    return [(segment.number, segment.start_ms, segment.duration_ms) for segment in segments]


def paths(segments: Sequence[Segment]) -> list[str]:
    return [segment.resource.path for segment in segments]


def test_a_template_of_equal_durations_counts_to_the_end_of_the_period() -> None:
    template = '<SegmentTemplate duration="5" timescale="2" initialization="init-$Bandwidth$" media="$Number%03d$"/>'
    segments = addressed(template)
    assert segments[0].init == Resource(path="init-800000")
    assert places(segments) == [(1, 0, 2_500), (2, 2_500, 2_500), (3, 5_000, 1_000)]
    assert paths(segments) == ["001", "002", "003"]


def test_a_period_that_ends_between_two_ticks_still_has_its_last_segment() -> None:
    segments = addressed('<SegmentTemplate duration="4" media="$Number$"/>', end_ms=8_500)
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
    assert places(segments) == [(1, -20, 2_500), (2, 2_480, 3_520)]


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
    segments = addressed(only, end_ms=4_433)
    assert places(segments) == [(1, 0, 4_433)]
    assert paths(segments) == ["all.mp4"]


def test_a_timeline_needs_no_duration_of_the_period() -> None:
    segments = addressed(timeline('<S d="3000" r="2"/>'), end_ms=None)
    assert places(segments)[-1] == (3, 6_000, 3_000)


def test_subtitles_beside_the_media_are_one_segment() -> None:
    (only,) = read("", kind="text", reference="text/en.vtt", start_ms=4_000, end_ms=9_000).segments
    assert only == Segment(
        number=1, start_ms=4_000, duration_ms=5_000, resource=Resource(path="text/en.vtt"), shift_ms=4_000
    )


def test_a_single_file_has_its_index_at_the_stated_bytes_and_its_init_before_them() -> None:
    base = '<SegmentBase indexRange="833-912" timescale="90000" presentationTimeOffset="45000"/>'
    found = read(base, reference="all.mp4", start_ms=2_000)
    assert found.segments == ()
    assert found.index == Resource(path="all.mp4", first_byte=833, last_byte=912)
    init = Resource(path="all.mp4", first_byte=0, last_byte=832)
    assert found.single_file == SingleFile(init=init, shift_ms=1_500)


def test_a_stated_init_of_a_single_file_prevails() -> None:
    found = read('<SegmentBase indexRange="833-912"><Initialization range="0-799"/></SegmentBase>', reference="all.mp4")
    assert found.single_file == SingleFile(init=Resource(path="all.mp4", first_byte=0, last_byte=799))


@pytest.mark.parametrize("single", ["", "<SegmentBase/>"])
def test_a_single_file_without_a_stated_index_has_it_in_its_head(single: str) -> None:
    found = read(single, reference="all.mp4")
    assert found.index == Resource(path="all.mp4", first_byte=0, last_byte=HEAD_BYTES - 1)
    assert found.single_file == SingleFile()


def test_a_single_file_other_than_mp4_is_not_played() -> None:
    with pytest.raises(FormatUnsupported, match="single file of 'video/webm'"):
        read('<SegmentBase indexRange="9-99"/>', mime_type="video/webm", reference="all.webm")


def test_segments_lie_on_the_timeline_of_the_presentation() -> None:
    entries = '<S t="60000" d="2000" r="2"/>'
    segments = addressed(timeline(entries, attributes='presentationTimeOffset="60500"'), start_ms=9_000, end_ms=14_000)
    assert places(segments) == [(1, 8_500, 2_000), (2, 10_500, 2_000), (3, 12_500, 1_500)]
    assert {segment.shift_ms for segment in segments} == {9_000 - 60_500}


def test_the_shift_leads_the_first_sample_of_the_period_onto_its_start() -> None:
    (only,) = addressed(
        '<SegmentTemplate timescale="90000" presentationTimeOffset="100001" duration="540000" media="$Time$"/>',
        start_ms=7,
        end_ms=6_007,
    )
    assert only.shift_ms is not None
    assert 100_001 * 1_000 // 90_000 + only.shift_ms == only.start_ms == 7


def test_while_it_is_live_a_template_goes_on_practically_for_ever() -> None:
    segments = addressed('<SegmentTemplate duration="2" media="$Number$"/>', start_ms=4_000, end_ms=None, is_live=True)
    assert places(segments[:2]) == [(1, 4_000, 2_000), (2, 6_000, 2_000)]
    assert segments[1_000_000].start_ms == 2_000_004_000
    assert segments[-1].end_ms == ENDLESS_MS


def test_while_it_is_live_an_open_repetition_goes_on_practically_for_ever() -> None:
    segments = addressed(timeline('<S t="5000" d="1000"/><S d="2000" r="-1"/>'), end_ms=None, is_live=True)
    assert places(segments[:3]) == [(1, 5_000, 1_000), (2, 6_000, 2_000), (3, 8_000, 2_000)]
    assert segments[-1].end_ms == ENDLESS_MS


def test_while_it_is_live_there_may_be_nothing_yet() -> None:
    assert not addressed(timeline(""), end_ms=None, is_live=True)
    assert not addressed(timeline('<S t="9000" d="1000"/>'), is_live=True)
    assert not read("", kind="text", reference="en.vtt", end_ms=None, is_live=True).segments


@pytest.mark.parametrize(("stated", "early_ms"), [("1.75", 1_750), ("0", 0), ("-1", -1_000), ("INF", ENDLESS_MS)])
def test_a_live_segment_may_be_asked_for_early_if_the_manifest_says_so(stated: str, early_ms: int) -> None:
    template = f'<SegmentTemplate duration="2" media="$Number$" availabilityTimeOffset="{stated}"/>'
    assert read(template, is_live=True).early_ms == early_ms
    assert read(template, is_live=False).early_ms == 0


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
        (timeline('<S t="3000" d="1000"/><S t="1000" d="1000"/>'), "does not begin after the segment before"),
        (timeline('<S t="60000" d="1000"/>'), "no segment lies within"),
        (timeline(""), "no segment lies within"),
    ],
)
def test_addressing_that_breaks_the_format_is_refused_with_the_reason(addressing: str, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        addressed(addressing)


@pytest.mark.parametrize(
    "addressing",
    ['<SegmentTemplate duration="2" media="x"/>', '<SegmentTemplate media="x"/>', timeline('<S d="1000" r="-1"/>')],
)
def test_without_a_period_to_fill_something_must_say_how_long_segments_are(addressing: str) -> None:
    with pytest.raises(ManifestInvalid, match=r"how long|how far"):
        addressed(addressing, end_ms=None)


@pytest.mark.parametrize("count", [1_000_000_000, 200_000_000_000])
def test_a_billion_segments_cost_nothing(count: int) -> None:
    tracemalloc.start()
    try:
        segments = addressed(timeline(f'<S d="20" r="{count - 1}"/>'), end_ms=None)
        assert (len(segments), segments[-1].end_ms) == (count, count * 20)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("addressing", "reason"),
    [
        (timeline('<S d="1" r="9223372036854775806"/>'), f"more than {MAX_SEGMENTS} segments"),
        ('<SegmentTemplate timescale="9999999999" duration="1" media="$Number$"/>', "timescale exceeds"),
        ('<SegmentTemplate timescale="90000" duration="1" media="$Number$"/>', "shorter than a millisecond"),
        (timeline('<S d="1" r="9"/>').replace('"1000"', '"9999"'), "shorter than a millisecond"),
        ('<SegmentTemplate presentationTimeOffset="9223372036854775807" duration="1" media="x"/>', "4,000 years"),
        (timeline('<S d="9223372036854775807"/>', attributes='presentationTimeOffset="9000000000000000"'), "years"),
        (timeline('<S d="9223372036854775807"/><S d="1"/><S d="2"/>'), "starts after"),
    ],
)
def test_absurd_times_are_refused(addressing: str, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        addressed(addressing)


def test_lists_that_all_representations_inherit_are_bounded_together() -> None:
    element, ledger = read_elements(b"<SegmentURL/>"), Ledger()
    with pytest.raises(ManifestInvalid, match=f"lists more than {MAX_LISTED_SEGMENTS} segments"):
        for _ in range(MAX_LISTED_SEGMENTS + 1):
            ledger.take_listed(Resource(path="x"), at=element)


def test_long_urls_times_many_listed_segments_are_refused() -> None:
    urls = '<SegmentURL media="s"/>' * 20_000
    with pytest.raises(ManifestInvalid, match="URLs have more than"):
        addressed(f'<SegmentList duration="1">{urls}</SegmentList>', reference="x" * 4_000 + "/")
