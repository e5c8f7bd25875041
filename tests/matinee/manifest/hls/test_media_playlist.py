import pytest

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.hls.media_playlist import MediaPlaylist, read_playlist
from matinee.manifest.presentation import Live, Resource, SampleKey, Segment, WholeKey
from tests.support.playlists import MEDIA_URL, PLACE, listed, media, playlist


def read(document: bytes, *, url: str = MEDIA_URL, before: MediaPlaylist | None = None) -> MediaPlaylist:
    return read_playlist(document, url=url, place=PLACE, before=before)


def only_segment(*lines: str) -> Segment:
    (segment,) = read(media(*lines)).segments
    return segment


def test_a_whole_playlist_begins_at_0_and_is_read_in_order() -> None:
    found = read(media("#EXT-X-MEDIA-SEQUENCE:7", *listed("4.0", "4", "2.5,a title, with a comma")))
    assert [(each.number, each.start_ms, each.duration_ms) for each in found.segments] == [
        (7, 0, 4_000),
        (8, 4_000, 4_000),
        (9, 8_000, 2_500),
    ]
    assert found.segments[0].resource == Resource(path="video/720p/1.ts")
    assert (found.live, found.target_duration_ms, found.end_ms) == (None, 4_000, 10_500)


def test_durations_add_up_without_drift() -> None:
    found = read(media(*listed(*["2.002666"] * 3_000)))
    assert found.segments[-1].end_ms == 3_000 * 2_002_666 // 1000
    assert all(a.end_ms == b.start_ms for a, b in zip(found.segments, found.segments[1:], strict=False))


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("1.ts", "video/720p/1.ts"),
        ("../../x/1.ts", "video/720p/../../x/1.ts"),
        (f"{PLACE}x/1.ts", "x/1.ts"),
        ("http://b.example/1.ts", "http://b.example/1.ts"),
        ("/1.ts?a=1", "/1.ts?a=1"),
    ],
)
def test_a_segment_is_to_be_had_below_any_place_unless_it_names_another(reference: str, path: str) -> None:
    assert only_segment("#EXTINF:4,", reference).resource.path == path


def test_a_playlist_that_came_from_elsewhere_has_absolute_paths() -> None:
    found = read(media(*listed("4")), url="http://c.example/x/index.m3u8")
    assert found.segments[0].resource.path == "http://c.example/x/1.ts"


def test_byte_ranges_go_on_where_the_segment_before_ended() -> None:
    found = read(
        media(
            '#EXT-X-MAP:URI="all.mp4",BYTERANGE="700@0"',
            *("#EXT-X-BYTERANGE:100@700", "#EXTINF:4,", "all.mp4"),
            '#EXT-X-MAP:URI="all.mp4",BYTERANGE="50"',
            *("#EXTINF:4,", "#EXT-X-BYTERANGE:50", "all.mp4"),
        )
    )
    path = "video/720p/all.mp4"
    assert [each.resource for each in found.segments] == [
        Resource(path=path, first_byte=700, last_byte=799),
        Resource(path=path, first_byte=800, last_byte=849),
    ]
    assert [each.init for each in found.segments] == [
        Resource(path=path, first_byte=0, last_byte=699),
        Resource(path=path, first_byte=0, last_byte=49),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("#EXT-X-BYTERANGE:100", "#EXTINF:4,", "a.ts"),
        ("#EXT-X-BYTERANGE:9@0", "#EXTINF:4,", "a.ts", "#EXT-X-BYTERANGE:9", "#EXTINF:4,", "b.ts"),
        (
            "#EXT-X-BYTERANGE:9@0",
            "#EXTINF:4,",
            "a.ts",
            *("#EXTINF:4,", "a.ts", "#EXT-X-BYTERANGE:9", "#EXTINF:4,", "a.ts"),
        ),
        (f"#EXT-X-BYTERANGE:9@{2**63 - 9}", "#EXTINF:4,", "a.ts", "#EXT-X-BYTERANGE:9", "#EXTINF:4,", "a.ts"),
    ],
)
def test_a_range_that_begins_nowhere_or_ends_beyond_counting_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(ManifestInvalid, match=r"EXT-X-BYTERANGE: .*range"):
        read(media(*lines))


def test_a_discontinuity_begins_a_run() -> None:
    found = read(media("#EXT-X-DISCONTINUITY-SEQUENCE:5", *listed("4"), "#EXT-X-DISCONTINUITY", *listed("4", "4")))
    assert [each.run for each in found.segments] == [5, 6, 6]


def test_a_gap_is_a_hole_in_numbers_and_times() -> None:
    found = read(media(*listed("4"), "#EXT-X-GAP", *listed("4", "4", first=2)))
    assert [(each.number, each.start_ms) for each in found.segments] == [(0, 0), (2, 8_000)]


def test_whole_segments_are_opened_with_the_iv_or_the_sequence_number() -> None:
    found = read(
        media(
            "#EXT-X-MEDIA-SEQUENCE:258",
            '#EXT-X-KEY:METHOD=AES-128,URI="../k"',
            *listed("4"),
            '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x1F',
            *listed("4"),
            "#EXT-X-KEY:METHOD=NONE",
            *listed("4"),
        )
    )
    assert [each.key for each in found.segments] == [
        WholeKey(url=f"{PLACE}video/k", iv=bytes(14) + b"\x01\x02"),
        WholeKey(url=f"{PLACE}video/720p/k", iv=bytes(15) + b"\x1f"),
        None,
    ]


def test_an_init_segment_behind_a_key_is_opened_too() -> None:
    clear = only_segment('#EXT-X-MAP:URI="i"', '#EXT-X-KEY:METHOD=AES-128,URI="k"', "#EXTINF:4,", "a")
    assert (clear.init_key, clear.key is None) == (None, False)
    key = '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x01'
    closed = only_segment(key, '#EXT-X-MAP:URI="i"', "#EXTINF:4,", "a")
    assert closed.init_key == closed.key
    with pytest.raises(ManifestInvalid, match="no IV"):
        only_segment('#EXT-X-KEY:METHOD=AES-128,URI="k"', '#EXT-X-MAP:URI="i"', "#EXTINF:4,", "a")


def test_samples_are_opened_by_a_key_at_an_address_or_by_a_license() -> None:
    plain = only_segment('#EXT-X-MAP:URI="i"', '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"', "#EXTINF:4,", "a")
    assert plain.key == SampleKey(url=f"{PLACE}video/720p/k")
    licensed = read(
        media(
            '#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="http://l/ck",KEYFORMAT="org.w3.clearkey",KEYID=0x' + "AB" * 16,
            '#EXT-X-MAP:URI="i"',
            *listed("4"),
        )
    )
    assert (licensed.segments[0].key, licensed.key_ids) == (None, ("ab" * 16,))
    assert licensed.clearkey_license_url == "http://l/ck"
    with pytest.raises(FormatUnsupported, match="transport stream with encrypted samples"):
        only_segment('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"', "#EXTINF:4,", "a")


def test_a_live_playlist_says_when_to_ask_again_and_how_far_behind_to_stay() -> None:
    document = media("#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:01:40.5Z", *listed("4", "4"), ends=False)
    assert read(document).live == Live(zero_wall_ms=100_500, window_ms=8_000, refresh_ms=4_000, delay_ms=12_000)
    held = media("#EXT-X-PLAYLIST-TYPE:EVENT", "#EXT-X-SERVER-CONTROL:HOLD-BACK=13.5", *listed("4"), ends=False)
    assert read(held).live == Live(refresh_ms=4_000, delay_ms=13_500)


def test_date_ranges_lie_on_the_timeline() -> None:
    found = read(
        media(
            "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:10Z",
            *listed("4"),
            '#EXT-X-DATERANGE:ID="ad",CLASS="x",START-DATE="1970-01-01T00:00:12Z",DURATION=2.5,SCTE35-OUT=0xFC',
            '#EXT-X-DATERANGE:ID="early",START-DATE="1970-01-01T00:00:01Z"',
        )
    )
    early, ad = found.events
    assert (early.start_ms, early.duration_ms) == (-9_000, None)
    assert (ad.value, ad.event_id, ad.start_ms, ad.duration_ms) == ("x", "ad", 2_000, 2_500)
    assert b'"SCTE35-OUT":"0xFC"' in ad.data


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (playlist(*listed("4"), "#EXT-X-ENDLIST"), "no EXT-X-TARGETDURATION"),
        (media(), "no segment"),
        (media("1.ts"), "line 3, URI: no EXTINF"),
        (media("#EXTINF:1e300,", "1.ts"), "line 3, EXTINF: '1e300' is not a number of seconds"),
        (media("#EXTINF:nan,", "1.ts"), "is not a number of seconds"),
        (media("#EXTINF:-4,", "1.ts"), "is not a number of seconds"),
        (media("#EXTINF:9999999999,", "1.ts"), "more than 200 years"),
        (media(*listed("5000000000", "5000000000")), "longer than 200 years together"),
        (media(*listed("4"), "#EXT-X-MEDIA-SEQUENCE:4"), "after a segment"),
        (media("#EXT-X-MEDIA-SEQUENCE:9999999999999999999", *listed("4")), "is more than"),
        (media("#EXT-X-PROGRAM-DATE-TIME:soon", *listed("4")), "'soon' is no date"),
        (media("#EXT-X-SKIP:SKIPPED-SEGMENTS=3", *listed("4")), "nobody asked for"),
        (media("#EXT-X-TILES:LAYOUT=0x9", *listed("4")), "no columns and rows"),
        (media(*listed("4"), "#EXT-X-STREAM-INF:BANDWIDTH=1", "a.m3u8"), "lists no playlists"),
        (media("#EXTINF:4,", "http://[x/1.ts"), "malformed"),
    ],
)
def test_what_breaks_the_format_is_refused_with_its_line(document: bytes, reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        read(document)


@pytest.mark.parametrize("duration", ["0", "0.0001"])
def test_a_segment_of_nothing_still_has_its_place(duration: str) -> None:
    found = read(media(*listed("4", duration, "4")))
    assert [each.start_ms for each in found.segments] == [0, 4_000, 4_001]
