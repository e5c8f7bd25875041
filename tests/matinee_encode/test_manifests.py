"""What is added to Shaka Packager's manifests, and what is taken out."""

from xml.etree import ElementTree

import m3u8  # type: ignore[import-untyped]
import pytest

from matinee.errors import ManifestInvalid
from matinee.wire.title import TextTrack
from matinee_encode.manifests import (
    PackagedRendition,
    dress_manifest,
    dress_master_playlist,
    dress_media_playlist,
    renditions_of,
    text_playlist,
    text_playlist_path,
)
from matinee_encode.plan import ThumbnailTrack

MANIFEST = b"""<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" type="static"><Period id="0">
<AdaptationSet id="0" contentType="video">
<ContentProtection value="cenc" schemeIdUri="urn:mpeg:dash:mp4protection:2011"
 cenc:default_KID="11111111-1111-1111-1111-111111111111"/>
<ContentProtection schemeIdUri="urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b"><cenc:pssh>AAAA</cenc:pssh>
</ContentProtection>
<Representation id="0" bandwidth="900" codecs="avc1.64001f"><SegmentTemplate media="video/avc-750/$Number$.m4s"/>
</Representation>
<Representation id="1" bandwidth="300" codecs="avc1.64000c"><SegmentTemplate media="video/avc-235/$Number$.m4s"/>
</Representation></AdaptationSet>
<AdaptationSet id="1" contentType="audio" lang="en"><Representation id="2" bandwidth="128" codecs="mp4a.40.2">
<SegmentTemplate media="audio/aac-en/$Number$.m4s"/></Representation></AdaptationSet></Period></MPD>"""
THUMBNAILS = ThumbnailTrack(width=800, height=450, interval_ms=2000, count=28, size_bytes=70_000)
TRACK = TextTrack(language="en", path="text/en.vtt")
DASH = {"": "urn:mpeg:dash:schema:mpd:2011"}
PLAYLIST = '#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4.000,\n1.m4s\n#EXT-X-ENDLIST\n'


def dressed() -> ElementTree.Element:
    return ElementTree.fromstring(dress_manifest(MANIFEST, text=[TRACK], thumbnails=THUMBNAILS))


def test_representations_are_named_by_their_folders_and_rise() -> None:
    ids = [each.get("id") for each in dressed().findall(".//Representation", DASH)]
    assert ids == ["avc-235", "avc-750", "aac-en", "text-en", "thumbnails"]


def test_the_common_pssh_goes_and_the_key_id_stays() -> None:
    data = dress_manifest(MANIFEST, text=[], thumbnails=THUMBNAILS)
    assert b"1077efec" not in data
    assert b'cenc:default_KID="11111111-1111-1111-1111-111111111111"' in data


def test_subtitles_are_a_sidecar_file() -> None:
    text = dressed().find(".//AdaptationSet[@contentType='text']", DASH)
    assert text is not None
    assert (text.get("mimeType"), text.get("lang")) == ("text/vtt", "en")
    assert text.findtext("Representation/BaseURL", namespaces=DASH) == "text/en.vtt"


def test_thumbnails_are_tiles() -> None:
    images = dressed().find(".//AdaptationSet[@contentType='image']", DASH)
    assert images is not None
    template = images.find("SegmentTemplate", DASH)
    essential = images.find("Representation/EssentialProperty", DASH)
    assert template is not None
    assert essential is not None
    assert (template.get("duration"), template.get("timescale")) == ("50000", "1000")
    assert essential.attrib == {"schemeIdUri": "http://dashif.org/guidelines/thumbnail_tile", "value": "5x5"}


def test_adaptation_sets_have_ids_of_their_own() -> None:
    assert [each.get("id") for each in dressed().findall(".//AdaptationSet", DASH)] == ["0", "1", "2", "3"]


def test_codecs_and_languages_are_read_back() -> None:
    found = renditions_of(dress_manifest(MANIFEST, text=[], thumbnails=THUMBNAILS))
    assert found["avc-235"] == PackagedRendition(codec="avc1.64000c", language="und")
    assert found["aac-en"] == PackagedRendition(codec="mp4a.40.2", language="en")


@pytest.mark.parametrize("broken", [b"<MPD/>", MANIFEST.replace(b"video/avc-750/", b"elsewhere/")])
def test_a_manifest_of_another_shape_is_refused(broken: bytes) -> None:
    with pytest.raises(ManifestInvalid):
        dress_manifest(broken, text=[], thumbnails=THUMBNAILS)


def test_a_playlist_names_its_key_for_clearkey() -> None:
    playlist = m3u8.loads(dress_media_playlist(PLAYLIST, key_id="00112233445566778899aabbccddeeff"))
    key = playlist.segments[0].key
    assert (key.method, key.keyformat) == ("SAMPLE-AES-CTR", "org.w3.clearkey")
    assert key.uri == "data:text/plain;base64,ABEiM0RVZneImaq7zN3u/w=="


def test_a_playlist_without_an_init_segment_is_refused() -> None:
    with pytest.raises(ManifestInvalid):
        dress_media_playlist("#EXTM3U\n", key_id="00" * 16)


def test_the_master_playlist_offers_subtitles_with_every_rung() -> None:
    master = "#EXTM3U\n\n#EXT-X-STREAM-INF:BANDWIDTH=300\na.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=900\nb.m3u8\n"
    dressed_master = m3u8.loads(dress_master_playlist(master, text=[TRACK]))
    assert [(each.type, each.language, each.uri) for each in dressed_master.media] == [
        ("SUBTITLES", "en", "text/en.m3u8")
    ]
    assert [each.stream_info.subtitles for each in dressed_master.playlists] == ["text", "text"]
    assert dress_master_playlist(master, text=[]) == master


def test_a_subtitle_playlist_is_the_whole_file() -> None:
    playlist = m3u8.loads(text_playlist(TRACK, duration_ms=55_125))
    assert [(each.uri, each.duration) for each in playlist.segments] == [("en.vtt", 55.125)]
    assert playlist.target_duration == 56
    assert text_playlist_path(TRACK) == "text/en.m3u8"


@pytest.mark.parametrize(("license_url", "told"), [("", None), ("https://c.example/v1/clearkey",) * 2])
def test_players_of_others_learn_that_clearkey_opens_it_and_where(license_url: str, told: str | None) -> None:
    data = dress_manifest(MANIFEST, text=[], thumbnails=THUMBNAILS, license_url=license_url)
    adaptation = ElementTree.fromstring(data).find(".//AdaptationSet", DASH)
    assert adaptation is not None
    systems = [each.get("schemeIdUri", "") for each in adaptation.findall("ContentProtection", DASH)]
    assert systems == ["urn:mpeg:dash:mp4protection:2011", "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"]
    assert adaptation.findtext("ContentProtection/{https://dashif.org/CPS}Laurl", namespaces=DASH) == told
