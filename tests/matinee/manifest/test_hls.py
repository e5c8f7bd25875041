import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.hls import ASSUMED_KBPS, read_hls
from matinee.manifest.presentation import BaseUrl, Presentation, Resource
from tests.support.playlists import MEDIA_URL, listed, media, playlist, stream


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
    assert presentation.live is not None


def test_a_media_playlist_of_sound_is_told_by_its_files_and_says_its_bitrate() -> None:
    (track,) = read(media("#EXT-X-BITRATE:96", "#EXTINF:4,", "1.aac?x=1.ts")).periods[0].tracks
    assert (track.kind, track.is_muxed, track.renditions[0].bitrate_kbps) == ("audio", False, 96)


def test_a_playlist_of_playlists_is_told_by_its_tags() -> None:
    (track,) = read(playlist(stream("v.m3u8", BANDWIDTH=1))).periods[0].tracks
    assert track.renditions[0].segments == ()


def test_a_media_playlist_without_a_segment_is_no_presentation() -> None:
    with pytest.raises(ManifestInvalid, match="no segment"):
        read(media(ends=False))
