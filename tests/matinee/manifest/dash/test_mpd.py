import tracemalloc
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import FormatUnsupported, ManifestInvalid, MatineeError
from matinee.manifest.dash.adaptation import MAX_ADAPTATION_SETS
from matinee.manifest.dash.addressing import MAX_RENDITIONS
from matinee.manifest.dash.mpd import MAX_PERIODS, read_dash
from matinee.manifest.presentation import Live, Period, Presentation, Resource, Segment, Steering, Track
from matinee.manifest.segments import index_at
from tests.support.mpds import MANIFEST_URL, TEMPLATE, VIDEO, mpd, video_set
from tests.support.wounds import moved, repeated, replaced, revalued

OUR_TITLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" xmlns:dashif="https://dashif.org/CPS"
    type="static" mediaPresentationDuration="PT5.005S" minBufferTime="PT2S">
  <ContentSteering defaultServiceLocation="isp-a" queryBeforeStart="true">
    http://control.example/v1/steering/s1?token=t
  </ContentSteering>
  <Period id="0">
    <AdaptationSet id="video" contentType="video" mimeType="video/mp4" frameRate="30000/1001">
      <ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc"
          cenc:default_KID="9eb4050d-e44b-4802-932e-27d75083e266"/>
      <ContentProtection schemeIdUri="urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e" value="ClearKey1.0">
        <dashif:Laurl>http://control.example/v1/clearkey</dashif:Laurl>
      </ContentProtection>
      <Label>Main picture</Label>
      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
      <SegmentTemplate timescale="30000" initialization="video/$RepresentationID$/init.mp4"
          media="video/$RepresentationID$/$Number%05d$.m4s">
        <SegmentTimeline><S t="0" d="60060" r="1"/><S d="30030"/></SegmentTimeline>
      </SegmentTemplate>
      <Representation id="720p" bandwidth="2350400" codecs="avc1.64001f" width="1280" height="720"/>
      <Representation id="240p" bandwidth="235000" codecs="avc1.64000d" width="426" height="240"/>
    </AdaptationSet>
    <AdaptationSet contentType="audio" lang="en" mimeType="audio/mp4" codecs="mp4a.40.2">
      <SegmentTemplate timescale="1000" duration="2002" media="audio/$Number$.m4s" initialization="audio/init.mp4"/>
      <Representation id="audio" bandwidth="128000"/>
    </AdaptationSet>
    <AdaptationSet contentType="text" lang="en">
      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="subtitle"/>
      <Representation id="en" bandwidth="0" mimeType="text/vtt"><BaseURL>text/en.vtt</BaseURL></Representation>
    </AdaptationSet>
    <AdaptationSet mimeType="image/jpeg">
      <SegmentTemplate duration="5" media="thumbnails/$Number$.jpg"/>
      <Representation id="thumbnails" bandwidth="9000" width="1600" height="450">
        <EssentialProperty schemeIdUri="http://dashif.org/thumbnail_tile" value="10x5"/>
      </Representation>
    </AdaptationSet>
  </Period>
</MPD>
"""


def read(document: bytes, *, url: str = MANIFEST_URL) -> Presentation:
    return read_dash(document, url=url)


def shown_as(parameter: str | bytes) -> str:
    """The reason stands for the case; the manifest would be too long a name."""
    return parameter if isinstance(parameter, str) else ""


def only_track(document: bytes) -> Track:
    (track,) = read(document).periods[0].tracks
    return track


def test_a_title_of_ours_is_read_whole() -> None:
    presentation = read(OUR_TITLE)
    assert presentation.duration_ms == 5_005
    assert presentation.clearkey_license_url == "http://control.example/v1/clearkey"
    assert presentation.steering == Steering(
        url="http://control.example/v1/steering/s1?token=t", default_service_location="isp-a", query_before_start=True
    )
    video, audio, text, image = presentation.periods[0].tracks
    assert [track.kind for track in presentation.periods[0].tracks] == ["video", "audio", "text", "image"]
    assert [track.track_id for track in presentation.periods[0].tracks] == [
        "video",
        "audio-en-1",
        "text-en-1",
        "image-und-1",
    ]
    assert (video.label, video.roles, video.key_ids) == (
        "Main picture",
        ("main",),
        ("9eb4050de44b4802932e27d75083e266",),
    )
    assert (audio.language, audio.key_ids, text.language, text.roles) == ("en", (), "en", ("subtitle",))
    assert text.renditions[0].segments[0].duration_ms == 5_005
    assert (image.renditions[0].tile_columns, image.renditions[0].tile_rows) == (10, 5)


def test_renditions_come_by_rising_bitrate_with_what_they_inherit() -> None:
    low, high = read(OUR_TITLE).periods[0].tracks[0].renditions
    assert (low.rendition_id, low.bitrate_kbps, low.width, low.height) == ("240p", 235, 426, 240)
    assert (high.rendition_id, high.bitrate_kbps, high.codecs) == ("720p", 2_350, "avc1.64001f")
    assert (high.mime_type, high.frame_rate_millihertz) == ("video/mp4", 29_970)
    init = Resource(path="video/720p/init.mp4")
    assert list(high.segments) == [
        Segment(
            number=number,
            start_ms=start_ms,
            duration_ms=duration_ms,
            init=init,
            resource=Resource(path=path),
            shift_ms=0,
        )
        for number, start_ms, duration_ms, path in (
            (1, 0, 2_002, "video/720p/00001.m4s"),
            (2, 2_002, 2_002, "video/720p/00002.m4s"),
            (3, 4_004, 1_001, "video/720p/00003.m4s"),
        )
    ]


def test_reading_the_same_bytes_twice_gives_the_same_presentation() -> None:
    assert read(OUR_TITLE) == read(OUR_TITLE)


def test_steering_is_also_found_in_a_service_description() -> None:
    inside = "<ServiceDescription><ContentSteering>../steer</ContentSteering></ServiceDescription>"
    assert read(mpd(video_set(), of_mpd=inside)).steering == Steering(
        url="http://appliance.example/t/token/titles/steer"
    )


def test_the_periods_duration_prevails_over_the_presentations() -> None:
    document = mpd(video_set()).replace(b"<Period>", b'<Period start="PT0S" duration="PT4S">')
    assert read(document).duration_ms == 4_000


def test_a_period_that_starts_late_is_as_long_as_what_is_left() -> None:
    document = mpd(video_set()).replace(b"<Period>", b'<Period start="PT1S">')
    presentation = read(document)
    assert presentation.duration_ms == 5_000
    assert presentation.periods[0].tracks[0].renditions[0].segments[0].start_ms == 0


def test_without_a_stated_duration_the_last_segment_ends_the_presentation() -> None:
    timeline = '<SegmentTemplate media="$Time$"><SegmentTimeline><S d="3" r="2"/></SegmentTimeline></SegmentTemplate>'
    assert read(mpd(video_set(timeline), attributes="")).duration_ms == 9_000


def test_a_removed_remote_element_is_no_period() -> None:
    removed = '<Period xlink:href="urn:mpeg:dash:resolve-to-zero:2013"/>'
    assert read(mpd(video_set(), of_mpd=removed)).duration_ms == 6_000


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (mpd('<AdaptationSet xlink:href="http://a.example/set.xml"/>'), "another document"),
        (mpd(video_set("", representations=VIDEO.replace("mp4", "webm"))), "single file of 'video/webm'"),
        (mpd('<AdaptationSet mimeType="application/x-events"/>'), "neither video nor audio"),
        (mpd(), "neither video nor audio"),
        (
            mpd(video_set('<ContentProtection schemeIdUri="urn:uuid:x"/><SegmentTemplate duration="2" media="x"/>')),
            "KID",
        ),
        (mpd(video_set('<SegmentTemplate duration="2" media="file:///x"/>')), "http and https"),
    ],
    ids=shown_as,
)
def test_what_is_well_formed_but_not_played_is_refused_with_the_reason(document: bytes, reason: str) -> None:
    with pytest.raises(FormatUnsupported, match=reason):
        read(document)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<html><body>404</body></html>", "the root is 'html'"),
        (b"<MPD/>", "no Period"),
        (mpd(video_set(representations=VIDEO + VIDEO)), "share an id"),
        (mpd(video_set(representations=VIDEO.replace('id="v1"', ""))), "no id"),
        (mpd(video_set(representations=VIDEO.replace("800000", "fast"))), "bandwidth='fast' is not a whole number"),
        (mpd(video_set(), of_mpd="<BaseURL>http://[a/</BaseURL>"), "malformed"),
        (mpd(video_set(), of_mpd='<BaseURL dvb:priority="high">x/</BaseURL>'), "priority"),
        (mpd(video_set(), attributes='mediaPresentationDuration="long"'), "not a duration"),
        (mpd(video_set(), attributes=""), "how long it lasts"),
        (mpd(video_set() * (MAX_ADAPTATION_SETS + 1)), "AdaptationSets"),
        (mpd(video_set(), of_mpd="<Period/>" * MAX_PERIODS), "periods"),
        (mpd(video_set(representations=VIDEO * (MAX_RENDITIONS + 1))), "Representations"),
    ],
    ids=shown_as,
)
def test_what_breaks_the_format_is_refused_with_the_reason(document: bytes, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        read(document)


def test_no_error_tells_the_token_in_the_manifests_url() -> None:
    for document in (b"", b"<MPD/>", mpd(), mpd(video_set(), of_mpd="<BaseURL>//[</BaseURL>")):
        with pytest.raises(MatineeError) as raised:
            read(document, url="http://a.example/t/s3cret/manifest.mpd")
        assert "s3cret" not in str(raised.value) + str(raised.value.facts)


def test_a_film_of_a_hundred_minutes_in_eight_rungs_leaves_little_in_memory() -> None:
    rungs = "".join(VIDEO.replace('"v1"', f'"v{rung}"') for rung in range(8))
    entries = '<S d="96000"/>' * 1_500
    timeline = f'<SegmentTemplate timescale="24000" media="$Number$"><SegmentTimeline>{entries}</SegmentTimeline>'
    document = mpd(
        video_set(timeline + "</SegmentTemplate>", representations=rungs),
        attributes='mediaPresentationDuration="PT6000S"',
    )
    read(document)
    tracemalloc.start()
    try:
        presentation = read(document)
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(presentation.periods[0].tracks[0].renditions[7].segments) == 1_500
    assert held_bytes < 40_000


LIVE = 'type="dynamic" availabilityStartTime="2024-01-01T00:00:00Z"'


def periods(*opened: str, attributes: str = 'mediaPresentationDuration="PT20S"') -> Presentation:
    """What is read of periods that open so and have a picture each, in segments of 2 s."""
    empty = mpd(attributes=attributes).decode().replace("<Period></Period>", "{}")
    return read(empty.format("".join(f"<Period {each}>{video_set()}</Period>" for each in opened)).encode())


def spans(presentation: Presentation) -> list[tuple[str, int, int | None]]:
    return [(period.period_id, period.start_ms, period.end_ms) for period in presentation.periods]


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        (("", 'start="PT4S"'), [("@0", 0, 4_000), ("@4000", 4_000, 20_000)]),
        (('id="a" duration="PT4S"', 'id="b"'), [("a", 0, 4_000), ("b", 4_000, 20_000)]),
        (('id="a" start="PT1S" duration="PT4S"', 'id="b" start="PT9S"'), [("a", 0, 4_000), ("b", 8_000, 19_000)]),
        (('id="a" duration="PT4S"', 'id="b" start="PT3S"'), [("a", 0, 3_000), ("b", 3_000, 20_000)]),
        (('id="a" duration="PT0S"', 'id="b" duration="PT5S"'), [("b", 0, 5_000)]),
    ],
)
def test_periods_follow_one_another(opened: tuple[str, ...], expected: list[tuple[str, int, int | None]]) -> None:
    presentation = periods(*opened)
    assert spans(presentation) == expected
    assert presentation.duration_ms == expected[-1][2]


def test_the_segments_of_each_period_fill_it_and_no_more() -> None:
    first, second = periods('duration="PT5S"', "").periods
    segments = first.tracks[0].renditions[0].segments
    assert [(segment.start_ms, segment.end_ms) for segment in segments] == [(0, 2_000), (2_000, 4_000), (4_000, 5_000)]
    segment = second.tracks[0].renditions[0].segments[0]
    assert (segment.number, segment.start_ms, segment.shift_ms) == (1, 5_000, 5_000)


def test_a_live_period_without_a_start_is_not_played_yet() -> None:
    presentation = periods('id="now" start="PT5S"', 'id="soon"', attributes=LIVE)
    assert spans(presentation) == [("now", 5_000, None)]
    assert presentation.duration_ms is None


def test_the_start_of_a_live_period_that_is_empty_still_ends_the_one_before() -> None:
    document = mpd(video_set(), attributes=LIVE).replace(b"<Period>", b'<Period start="PT0S">')
    document = document.replace(b"</MPD>", b'<Period start="PT8S"/></MPD>')
    assert spans(read(document)) == [("@0", 0, 8_000)]


def test_live_has_its_beginning_and_no_end() -> None:
    presentation = periods('id="0" start="PT0S"', attributes=LIVE + ' minimumUpdatePeriod="PT2S"')
    assert presentation.live == Live(zero_wall_ms=1_704_067_200_000, refresh_ms=2_000)
    assert presentation.periods[0].tracks[0].renditions[0].segments[10_000_000].start_ms == 20_000_000_000


@pytest.mark.parametrize(
    ("opened", "reason"),
    [(('start="PT5S"', 'start="PT3S"'), "starts before"), (('id="a" duration="PT1S"', 'id="a"'), "share an id")],
)
def test_periods_in_disorder_are_refused(opened: tuple[str, ...], reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        periods(*opened)


ON_DEMAND = mpd(
    "<BaseURL>http://a.example/one/</BaseURL><BaseURL>http://b.example/two/</BaseURL>"
    + video_set(
        '<SegmentBase indexRange="800-899" timescale="90000" presentationTimeOffset="9000"/>',
        representations=VIDEO.replace("/>", "><BaseURL>v1.mp4</BaseURL></Representation>"),
    )
    + video_set(
        '<SegmentList duration="2"><Initialization range="0-99"/><SegmentURL media="a" mediaRange="100-199"/>'
        '<SegmentURL media="b" mediaRange="200-299"/></SegmentList>'
    ),
    of_mpd='<BaseURL dvb:priority="1" dvb:weight="3">x/</BaseURL><BaseURL dvb:priority="2">y/</BaseURL>',
)
LIVE_NOW = mpd(
    '<EventStream schemeIdUri="urn:x" timescale="1000"><Event presentationTime="7" duration="5">x</Event></EventStream>'
    + video_set(
        '<SegmentTemplate timescale="1000" media="$Number%05d$-$Time$" startNumber="77" availabilityTimeOffset="1.5">'
        '<SegmentTimeline><S t="60000" d="2000" r="5"/><S t="80000" d="1960"/><S d="2000" r="-1"/></SegmentTimeline>'
        "</SegmentTemplate>"
    )
    + video_set(),
    attributes=LIVE + ' timeShiftBufferDepth="PT30S" minimumUpdatePeriod="PT2S"',
    of_mpd='<ServiceDescription><Latency target="3000"/><PlaybackRate max="1.04"/></ServiceDescription>'
    '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="2024-01-01T00:00:00Z"/>',
).replace(b"<Period>", b'<Period id="now" start="PT1M">')


@settings(max_examples=400)
@given(
    st.sampled_from([OUR_TITLE, ON_DEMAND, LIVE_NOW]),
    st.lists(
        st.tuples(
            st.sampled_from([replaced, revalued, repeated, moved]), st.integers(0, 1 << 16), st.integers(0, 1 << 10)
        ),
        max_size=5,
    ),
)
def test_damaged_manifests_are_read_or_refused_but_never_break_the_reader(
    document: bytes, wounds: list[tuple[Callable[[bytes, int, int], bytes], int, int]]
) -> None:
    for damage, start, length in wounds:
        document = damage(document, start, length)
    try:
        presentation = read(document)
    except MatineeError:
        return
    check(presentation)


def check(presentation: Presentation) -> None:
    """That what stands in it can be relied on."""
    assert presentation.duration_ms is None or presentation.duration_ms > 0
    names = {base_url.service_location for base_url in presentation.base_urls}
    assert 0 < len(names) == len(presentation.base_urls)
    assert presentation.periods
    for period in presentation.periods:
        assert period.end_ms is None or period.start_ms < period.end_ms
        assert any(track.kind in ("video", "audio") for track in period.tracks)
        for rendition in (rendition for track in period.tracks for rendition in track.renditions):
            assert set(rendition.places) <= names
            assert rendition.segments or rendition.index
            check_segments(rendition.segments, period)


def check_segments(segments: Sequence[Segment], period: Period) -> None:
    count = len(segments)
    few = [segments[index] for index in sorted({0, 1, 2, count // 2, count - 2, count - 1}) if 0 <= index < count]
    for segment in few:
        assert 0 < segment.duration_ms < 1 << 62
        assert segment.end_ms > period.start_ms
        assert period.end_ms is None or segment.start_ms < period.end_ms
        assert -(1 << 62) < segment.start_ms < 1 << 62
        assert segment.resource.path
        assert segments[index_at(segments, segment.start_ms)].start_ms == segment.start_ms
    for segment, following in pairwise(few):
        assert segment.start_ms < following.start_ms


REPRESENTATIONS = "".join(f'<Representation id="{number}" mimeType="video/mp4"/>' for number in range(1_000))
MANY = 20_000


@pytest.mark.parametrize(
    "document",
    [
        mpd("<AdaptationSet/></Period><Period>" * (MANY // 2)),
        mpd(video_set("<SegmentTimeline/>" * MANY)),
        mpd(
            video_set(
                '<SegmentTemplate media="$Number$" timescale="1000"><SegmentTimeline>'
                + "".join(f'<S d="{1_000 + number % 2}"/>' for number in range(MANY))
                + "</SegmentTimeline></SegmentTemplate>",
                representations=REPRESENTATIONS,
            ),
            attributes='mediaPresentationDuration="P90D"',
        ),
        mpd(video_set("<BaseURL>a/</BaseURL>" * MANY + TEMPLATE, representations=REPRESENTATIONS)),
        mpd(
            video_set(
                '<SegmentList duration="1">' + '<SegmentURL media="x"/>' * MANY + "</SegmentList>",
                representations=REPRESENTATIONS,
            ),
            attributes='mediaPresentationDuration="P90D"',
        ),
        mpd(video_set('<SupplementalProperty schemeIdUri="x"/>' * MANY + TEMPLATE, representations=REPRESENTATIONS)),
        mpd(video_set("x<!-- -->" * (MANY * 10))),
        mpd(video_set(), of_mpd="<BaseURL>http://a.example/</BaseURL>" * MANY),
        mpd(video_set(), of_mpd="<UTCTiming/>" * MANY + "<Location>x</Location>" * MANY, attributes=LIVE),
    ],
    ids=lambda document: document[300:330].decode(),
)
def test_documents_that_ask_for_endless_work_cost_no_more_than_their_size(document: bytes) -> None:
    tracemalloc.start()
    try:
        check(read(document))
    except MatineeError:
        pass
    finally:
        _, most_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most_bytes < 60_000_000
