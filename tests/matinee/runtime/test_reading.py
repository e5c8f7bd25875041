"""What is remembered from one reading of a manifest to the next."""

import pytest

from matinee.core.messages import IndexTarget, RenditionRef
from matinee.errors import ManifestInvalid
from matinee.manifest.presentation import BaseUrl
from matinee.runtime.reading import Reading

PLACE = BaseUrl(url="http://a.test/", service_location="a")
MULTIVARIANT = b"""#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=500000,CODECS="avc1.64001f"
low.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1.64001f"
high.m3u8
"""
LIVE_MPD = b"""<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" id="live" publishTime="2026-01-01T00:00:00Z"
 availabilityStartTime="2026-01-01T00:00:00Z" minimumUpdatePeriod="PT2S">
 <PatchLocation>patch.mpp</PatchLocation>
 <Period id="1" start="PT0S"><AdaptationSet id="1" contentType="video"><SegmentTemplate media="$Time$" timescale="1">
 <SegmentTimeline><S t="0" d="2" r="1"/></SegmentTimeline></SegmentTemplate>
 <Representation id="v" bandwidth="1000"/></AdaptationSet></Period></MPD>"""
PATCH = b"""<Patch xmlns="urn:mpeg:dash:schema:mpd-patch:2020" mpdId="live" originalPublishTime="2026-01-01T00:00:00Z"
 publishTime="2026-01-01T00:00:02Z">
 <replace sel="/MPD/@publishTime">2026-01-01T00:00:02Z</replace>
 <add sel="/MPD/Period[@id='1']/AdaptationSet[@id='1']/SegmentTemplate/SegmentTimeline"><S d="2"/></add></Patch>"""


def window(first: int, count: int) -> bytes:
    """A live media playlist of segments of 2 s."""
    lines = "".join(f"#EXTINF:2,\n{number}.m4s\n" for number in range(first, first + count))
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{first}\n{lines}".encode()


def target(reading: Reading, rung: int) -> IndexTarget:
    assert reading.presentation is not None
    period = reading.presentation.periods[0]
    track = period.tracks[0]
    of = RenditionRef(kind="video", track_id=track.track_id, rung=rung, mime_type="video/mp4")
    return IndexTarget(of, period, track.renditions[rung])


def test_playlists_of_one_presentation_lie_on_one_timeline_and_go_on_with_it() -> None:
    it = Reading()
    it.manifest(MULTIVARIANT, url="http://a.test/master.m3u8")
    first = it.index(window(10, 3), target(it, 0), url="http://a.test/low.m3u8", place=PLACE)
    again = it.index(window(12, 3), target(it, 0), url="http://a.test/low.m3u8", place=PLACE)
    other = it.index(window(11, 3), target(it, 1), url="http://a.test/high.m3u8", place=PLACE)
    assert [segment.start_ms for segment in first.segments] == [0, 2_000, 4_000]
    assert again.segments[0].start_ms == 4_000
    assert other.segments[0].start_ms == 2_000
    assert first.live is not None


def test_what_a_playlist_says_of_moments_and_of_images_comes_with_its_segments() -> None:
    it = Reading()
    it.manifest(MULTIVARIANT, url="http://a.test/master.m3u8")
    said = (
        b"\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n"
        b'#EXT-X-DATERANGE:ID="ad",START-DATE="2026-01-01T00:00:02Z"\n#EXT-X-TILES:LAYOUT=5x4,DURATION=2\n#EXTINF'
    )
    index = it.index(window(1, 3).replace(b"\n#EXTINF", said, 1), target(it, 0), url="http://a.test/l", place=PLACE)
    assert [(event.event_id, event.start_ms) for event in index.events] == [("ad", 2_000)]
    assert (index.tile_columns, index.tile_rows, index.tile_ms) == (5, 4, 2_000)


def test_a_patch_goes_into_the_manifest_that_was_kept() -> None:
    it = Reading()
    it.manifest(LIVE_MPD, url="http://a.test/live.mpd")
    assert it.patch_url == "http://a.test/patch.mpp"
    patched = it.patched(PATCH, url="http://a.test/live.mpd")
    assert len(patched.periods[0].tracks[0].renditions[0].segments) == 3
    assert it.patch_url


def test_a_patch_that_does_not_fit_makes_the_manifest_be_read_whole() -> None:
    it = Reading()
    it.manifest(LIVE_MPD, url="http://a.test/live.mpd")
    with pytest.raises(ManifestInvalid):
        it.patched(PATCH.replace(b"Period[@id='1']", b"Period[@id='9']"), url="http://a.test/live.mpd")
    assert it.patch_url == ""
