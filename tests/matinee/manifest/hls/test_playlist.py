from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import FormatUnsupported, ManifestInvalid, MatineeError
from matinee.manifest.hls.playlist import ASSUMED_KBPS, read_hls
from matinee.manifest.presentation import BaseUrl, Presentation, Resource
from matinee.manifest.segments import MAX_LISTED_SEGMENTS
from tests.support.playlists import MEDIA_URL, listed, media, member, playlist, stream


def read(document: bytes) -> Presentation:
    return read_hls(document, url=MEDIA_URL)


def test_a_media_playlist_by_itself_is_a_presentation_of_one_track_with_its_segments() -> None:
    presentation = read(media(*listed("4", "4", "2.5")))
    (track,) = presentation.periods[0].tracks
    (rendition,) = track.renditions
    assert (presentation.duration_ms, presentation.live) == (10_500, None)
    assert presentation.base_urls == (BaseUrl(url=MEDIA_URL.removesuffix("index.m3u8"), service_location="a.example"),)
    assert (track.kind, track.is_muxed, rendition.bitrate_kbps, rendition.index) == ("video", True, ASSUMED_KBPS, None)
    assert [segment.resource.path for segment in rendition.segments] == ["1.ts", "2.ts", "3.ts"]


def test_a_live_media_playlist_by_itself_is_its_own_index() -> None:
    presentation = read(media(*listed("4"), ends=False))
    (rendition,) = presentation.periods[0].tracks[0].renditions
    assert (presentation.duration_ms, rendition.index) == (None, Resource(path="index.m3u8"))
    assert (presentation.live, rendition.segments) == (None, ())


def test_a_media_playlist_of_sound_is_told_by_its_files_and_says_its_bitrate() -> None:
    (track,) = read(media("#EXT-X-BITRATE:96", "#EXTINF:4,", "1.aac?x=1.ts")).periods[0].tracks
    assert (track.kind, track.is_muxed, track.renditions[0].bitrate_kbps) == ("audio", False, 96)


def test_a_playlist_of_playlists_is_told_by_its_tags() -> None:
    (track,) = read(playlist(stream("v.m3u8", BANDWIDTH=1))).periods[0].tracks
    assert track.renditions[0].segments == ()


def test_a_media_playlist_without_a_segment_is_no_presentation() -> None:
    with pytest.raises(ManifestInvalid, match="no segment"):
        read(media(ends=False))


MASTER = playlist(
    '#EXT-X-DEFINE:NAME="p",VALUE="deep/path"',
    '#EXT-X-CONTENT-STEERING:SERVER-URI="/steer",PATHWAY-ID="b"',
    '#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI="/ck",KEYFORMAT="org.w3.clearkey",KEYID=0x' + "ab" * 16,
    *(
        line
        for pathway in ("a", "b")
        for line in (
            member("AUDIO", GROUP_ID=pathway, NAME="English", LANGUAGE="en", URI=f"http://{pathway}/{{$p}}/en.m3u8"),
            member("SUBTITLES", GROUP_ID=pathway, NAME="English", LANGUAGE="en", URI=f"http://{pathway}/{{$p}}/s.m3u8"),
            stream(
                f"http://{pathway}/{{$p}}/v.m3u8",
                BANDWIDTH=900_000,
                CODECS="avc1.64001f,mp4a.40.2",
                RESOLUTION="640x360",
                FRAME_RATE="23.976",
                AUDIO=pathway,
                SUBTITLES=pathway,
                PATHWAY_ID=pathway,
            ),
        )
    ),
    '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,PATHWAY-ID="a",URI="i.m3u8"',
)
MEDIA = media(
    "#EXT-X-MEDIA-SEQUENCE:70",
    "#EXT-X-DISCONTINUITY-SEQUENCE:3",
    "#EXT-X-SERVER-CONTROL:HOLD-BACK=12.5",
    '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x0102',
    '#EXT-X-MAP:URI="all.mp4",BYTERANGE="700@0"',
    "#EXT-X-PROGRAM-DATE-TIME:2024-02-29T12:00:00.5+01:00",
    *("#EXT-X-BYTERANGE:100@700", "#EXTINF:4.0045,", "all.mp4", "#EXT-X-BYTERANGE:100", "#EXTINF:3.9955,", "all.mp4"),
    '#EXT-X-DATERANGE:ID="ad",START-DATE="2024-02-29T11:00:02Z",DURATION=2.5,SCTE35-OUT=0xFC30',
    "#EXT-X-DISCONTINUITY",
    "#EXT-X-GAP",
    *listed("4.0", "2.5"),
    "#EXT-X-BITRATE:800",
    "#EXT-X-TILES:LAYOUT=5x4,RESOLUTION=320x180,DURATION=4",
    '#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="http://l/",KEYFORMAT="org.w3.clearkey",KEYID=0x' + "ab" * 16,
    *listed("1"),
    ends=False,
)


def replaced(document: bytes, start: int, length: int, with_bytes: bytes) -> bytes:
    at = start % len(document)
    return document[:at] + with_bytes + document[at + length :]


def swapped_digits(document: bytes, start: int, length: int, with_bytes: bytes) -> bytes:
    """Keeps the lines whole, so that the damage reaches what is read out of them."""
    positions = [at for at, byte in enumerate(document) if chr(byte).isdigit()]
    at = positions[start % len(positions)]
    return document[:at] + str(int.from_bytes(with_bytes, "big")).encode() + document[at + 1 :]


def moved_lines(document: bytes, start: int, length: int, with_bytes: bytes) -> bytes:
    first, *lines = document.split(b"\n")
    line = lines.pop(start % len(lines))
    lines[length % len(lines) : length % len(lines)] = [line] * (1 + len(with_bytes) % 3)
    return b"\n".join([first, *lines])


@given(
    st.sampled_from([MASTER, MEDIA]),
    st.lists(
        st.tuples(
            st.sampled_from([replaced, swapped_digits, moved_lines]),
            st.integers(0, 1 << 16),
            st.integers(0, 40),
            st.binary(max_size=9),
        ),
        max_size=6,
    ),
)
def test_damaged_playlists_are_read_or_refused_but_never_break_the_reader(
    document: bytes, wounds: list[tuple[Callable[[bytes, int, int, bytes], bytes], int, int, bytes]]
) -> None:
    for damage, start, length, with_bytes in wounds:
        document = damage(document, start, length, with_bytes)
    try:
        presentation = read(document)
    except (ManifestInvalid, FormatUnsupported):
        return
    renditions = [rendition for track in presentation.periods[0].tracks for rendition in track.renditions]
    assert any(track.kind in ("video", "audio") for track in presentation.periods[0].tracks)
    assert len({rendition.rendition_id for rendition in renditions}) == len(renditions)
    assert all(rendition.segments or rendition.index for rendition in renditions)
    for rendition in renditions:
        assert all(segment.duration_ms > 0 for segment in rendition.segments)
        for segment, following in zip(rendition.segments, rendition.segments[1:], strict=False):
            assert segment.end_ms <= following.start_ms


def test_the_longest_playlist_that_is_read_is_refused_beyond_its_bound() -> None:
    with pytest.raises(ManifestInvalid, match=f"more than {MAX_LISTED_SEGMENTS} segments"):
        read(media("#EXTINF:4,\n1.ts\n" * (MAX_LISTED_SEGMENTS + 1)))


def test_no_error_tells_the_token_in_the_playlists_url() -> None:
    for document in (b"", media(), media("1.ts"), playlist(stream("//[", BANDWIDTH=1)), media("#EXTINF:4,", "//[")):
        with pytest.raises(MatineeError) as raised:
            read_hls(document, url="http://a.example/t/s3cret/master.m3u8?token=s3cret")
        assert "s3cret" not in str(raised.value) + str(raised.value.facts)
