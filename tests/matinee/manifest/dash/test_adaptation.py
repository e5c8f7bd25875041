import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.dash.mpd import read_dash
from matinee.manifest.presentation import Presentation, Track
from tests.support.mpds import MANIFEST_URL, VIDEO, mpd, video_set

TEMPLATE = '<SegmentTemplate duration="2" media="$Number$"/>'


def read(document: bytes, *, url: str = MANIFEST_URL) -> Presentation:
    return read_dash(document, url=url)


def only_track(document: bytes) -> Track:
    (track,) = read(document).periods[0].tracks
    return track


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ('mimeType="video/webm"', "video"),
        ('contentType="audio"', "audio"),
        ('contentType="video" mimeType="text/vtt"', "text"),
        ('mimeType="application/ttml+xml"', "text"),
        ('mimeType="application/mp4" codecs="stpp.ttml.im1t"', "text"),
        ('mimeType="application/mp4" codecs="wvtt"', "text"),
        ('mimeType="image/jpeg"', "image"),
    ],
)
def test_the_kind_of_a_track_is_known_from_its_types(attributes: str, kind: str) -> None:
    template = '<SegmentTemplate duration="2" media="$Number$"/>'
    tested = f'<AdaptationSet {attributes}>{template}<Representation id="x" bandwidth="1"/></AdaptationSet>'
    assert read(mpd(tested + video_set())).periods[0].tracks[0].kind == kind


def test_the_kind_is_also_known_from_the_representation_or_the_content_component() -> None:
    component = '<ContentComponent contentType="audio"/>'
    bare = '<Representation id="x" bandwidth="1"/>'
    assert only_track(mpd(video_set())).kind == "video"
    assert only_track(mpd(video_set(representations=component + bare))).kind == "audio"


def test_what_nothing_here_plays_is_left_out() -> None:
    events = '<AdaptationSet mimeType="application/x-events"><Representation id="e" bandwidth="1"/></AdaptationSet>'
    assert len(read(mpd(events + video_set())).periods[0].tracks) == 1


@pytest.mark.parametrize("place", ["set", "representation"])
def test_what_essentially_needs_something_unknown_is_left_out(place: str) -> None:
    unknown = '<EssentialProperty schemeIdUri="urn:mpeg:dash:srd:2014" value="0,0,0,1,1,2,2"/>'
    if place == "set":
        document = mpd(video_set(unknown) + video_set())
    else:
        part = VIDEO.replace('"v1"', '"part"').replace("/>", f">{unknown}</Representation>")
        document = mpd(video_set(representations=part + VIDEO))
    assert [rendition.rendition_id for rendition in only_track(document).renditions] == ["v1"]


def test_colour_is_not_unknown() -> None:
    colour = '<EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:ColourPrimaries" value="9"/>'
    template = '<SegmentTemplate duration="2" media="$Number$"/>'
    assert only_track(mpd(video_set(colour + template))).kind == "video"


@pytest.mark.parametrize("descriptor", ["EssentialProperty", "SupplementalProperty"])
def test_a_track_for_fast_seeking_has_the_role_trick_play(descriptor: str) -> None:
    trick = f'<{descriptor} schemeIdUri="http://dashif.org/guidelines/trickmode" value="1"/>'
    template = '<SegmentTemplate duration="2" media="$Number$"/>'
    assert only_track(mpd(video_set(trick + template))).roles == ("trick-play",)


def test_roles_of_other_schemes_are_not_dash_roles() -> None:
    role = '<Role schemeIdUri="urn:other" value="main"/>'
    template = '<SegmentTemplate duration="2" media="$Number$"/>'
    assert only_track(mpd(video_set(role + template))).roles == ()


def test_track_ids_are_unique_whatever_the_manifest_says() -> None:
    def with_id(track_id: str) -> str:
        return video_set().replace("<AdaptationSet", f'<AdaptationSet id="{track_id}"')

    tracks = read(mpd(with_id("video-und-1") + video_set() + with_id("7") + with_id("7"))).periods[0].tracks
    assert [track.track_id for track in tracks] == ["video-und-1", "video-und-2", "7", "video-und-3"]


def test_a_rate_of_nothing_is_at_least_one_kilobit() -> None:
    document = mpd(video_set(representations=VIDEO.replace('bandwidth="800000"', "")))
    assert only_track(document).renditions[0].bitrate_kbps == 1


def test_frame_rate_that_divides_by_nothing_is_refused() -> None:
    representation = VIDEO.replace("<Representation", '<Representation frameRate="24/0"')
    with pytest.raises(ManifestInvalid, match="divides by 0"):
        read(mpd(video_set(representations=representation)))


@pytest.mark.parametrize("value", ["", "10", "0x5", "10x101", "tenxfive"])
def test_thumbnails_that_are_no_grid_are_refused(value: str) -> None:
    with pytest.raises(ManifestInvalid, match=r"whole number|columns and rows"):
        read(mpd(video_set(f'<EssentialProperty schemeIdUri="http://dashif.org/thumbnail_tile" value="{value}"/>')))


def test_all_that_a_set_says_of_its_sound_and_keys_is_kept() -> None:
    key_id = "9eb4050d-e44b-4802-932e-27d75083e266"
    inside = (
        f'<ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cbcs" cenc:default_KID="{key_id}"/>'
        '<ContentProtection schemeIdUri="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed">'
        "<cenc:pssh> AAAA\nIHBz </cenc:pssh></ContentProtection>"
        '<InbandEventStream schemeIdUri="urn:scte:scte35:2013:bin" value="1"/>'
        '<AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="6"/>'
        "<Label>Original</Label>"
    )
    track = only_track(mpd(video_set(inside + TEMPLATE)))
    assert (track.protection, track.key_ids, track.pssh) == (
        "cbcs",
        (key_id.replace("-", ""),),
        (b"\x00\x00\x00\x20ps",),
    )
    assert (track.inband_events, track.label) == (("urn:scte:scte35:2013:bin",), "Original")
    assert track.renditions[0].channels == 6


@pytest.mark.parametrize(
    ("scheme", "value", "channels"),
    [
        ("urn:mpeg:mpegB:cicp:ChannelConfiguration", "7", 8),
        ("urn:mpeg:mpegB:cicp:ChannelConfiguration", "99", 0),
        ("tag:dolby.com,2014:dash:audio_channel_configuration:2011", "F801", 0),
        ("urn:mpeg:dash:23003:3:audio_channel_configuration:2011", "two", 0),
    ],
)
def test_channels_are_counted_where_the_scheme_is_known(scheme: str, value: str, channels: int) -> None:
    inside = f'<AudioChannelConfiguration schemeIdUri="{scheme}" value="{value}"/>'
    representation = VIDEO.replace("/>", f">{inside}</Representation>")
    assert only_track(mpd(video_set(representations=representation))).renditions[0].channels == channels
