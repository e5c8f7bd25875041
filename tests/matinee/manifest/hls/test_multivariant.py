import pytest

from matinee.manifest.hls.multivariant import read_multivariant
from matinee.manifest.presentation import Presentation, Resource, Track
from tests.support.playlists import MASTER_URL, member, playlist, stream

AVC, HEVC, AAC = "avc1.64001f", "hvc1.2.4.L93", "mp4a.40.2"


def read(*lines: str) -> Presentation:
    return read_multivariant(playlist(*lines), url=MASTER_URL)


def tracks(*lines: str) -> tuple[Track, ...]:
    (period,) = read(*lines).periods
    return period.tracks


def paths(track: Track) -> list[str]:
    return [rendition.index.path for rendition in track.renditions if rendition.index]


def test_streams_make_a_ladder_and_members_of_groups_make_tracks() -> None:
    video, english, german, text = tracks(
        member("AUDIO", GROUP_ID="a", NAME="Deutsch", LANGUAGE="de", URI="de.m3u8", CHANNELS="6"),
        member("AUDIO", GROUP_ID="a", NAME="English", LANGUAGE="en", URI="en.m3u8", DEFAULT="YES"),
        member("SUBTITLES", GROUP_ID="s", NAME="Forced", LANGUAGE="en", URI="s.m3u8", FORCED="YES"),
        member("CLOSED-CAPTIONS", GROUP_ID="cc", NAME="CC1", INSTREAM_ID="CC1"),
        stream(
            "hi.m3u8",
            BANDWIDTH=2_500_000,
            AVERAGE_BANDWIDTH=2_100_000,
            CODECS=f"{AVC},{AAC}",
            RESOLUTION="1280x720",
            FRAME_RATE="29.970",
            AUDIO="a",
            SUBTITLES="s",
        ),
        stream("lo.m3u8", BANDWIDTH=400_000, CODECS=f"{AVC},{AAC}", RESOLUTION="640x360", AUDIO="a", SUBTITLES="s"),
    )
    assert [track.track_id for track in (video, english, german, text)] == [
        "video-und-1",
        "audio-en-1",
        "audio-de-1",
        "text-en-1",
    ]
    low, high = video.renditions
    assert (low.rendition_id, low.bitrate_kbps, low.index) == ("360p", 400, Resource(path="lo.m3u8"))
    assert (high.rendition_id, high.bitrate_kbps, high.codecs, high.width) == ("720p", 2_100, AVC, 1_280)
    assert (high.frame_rate_millihertz, high.segments, video.is_muxed) == (29_970, (), False)
    assert (english.label, english.roles, english.renditions[0].bitrate_kbps) == ("English", ("main",), 128)
    assert (german.renditions[0].bitrate_kbps, german.renditions[0].codecs) == (384, AAC)
    assert (text.kind, text.roles, text.renditions[0].mime_type) == ("text", ("forced-subtitle",), "text/vtt")


def test_streams_that_differ_only_in_their_sound_are_one_rendition_and_groups_make_a_ladder_of_sound() -> None:
    video, audio = tracks(
        member("AUDIO", GROUP_ID="hi", NAME="English", LANGUAGE="en", URI="hi.m3u8"),
        member("AUDIO", GROUP_ID="lo", NAME="English", LANGUAGE="en", URI="lo.m3u8"),
        stream("v.m3u8", BANDWIDTH=900_000, CODECS=f"{AVC},{AAC}", AUDIO="hi"),
        stream("v.m3u8", BANDWIDTH=800_000, CODECS=f"{AVC},{AAC}", AUDIO="lo"),
    )
    assert (paths(video), paths(audio)) == (["v.m3u8"], ["lo.m3u8", "hi.m3u8"])
    assert [rendition.bitrate_kbps for rendition in audio.renditions] == [64, 128]
    assert [rendition.rendition_id for rendition in audio.renditions] == ["audio-en-1-64k", "audio-en-1-128k"]


def test_sound_of_other_codecs_is_a_track_of_its_own() -> None:
    _, aac, surround = tracks(
        member("AUDIO", GROUP_ID="aac", NAME="English", LANGUAGE="en", URI="a.m3u8", CHANNELS="2"),
        member("AUDIO", GROUP_ID="ec3", NAME="English", LANGUAGE="en", URI="e.m3u8", CHANNELS="6"),
        stream("v.m3u8", BANDWIDTH=800_000, CODECS=f"{AVC},{AAC}", AUDIO="aac"),
        stream("v.m3u8", BANDWIDTH=900_000, CODECS=f"{AVC},ec-3", AUDIO="ec3"),
    )
    assert (aac.track_id, surround.track_id) == ("audio-en-1", "audio-en-2")
    assert surround.renditions[0].codecs == "ec-3"


def test_codecs_and_ranges_make_tracks_that_say_so() -> None:
    found = tracks(
        member("AUDIO", GROUP_ID="a", NAME="e", URI="e.m3u8"),
        stream("a.m3u8", BANDWIDTH=1, CODECS=AVC, AUDIO="a"),
        stream("h.m3u8", BANDWIDTH=1, CODECS=HEVC, AUDIO="a"),
        stream("p.m3u8", BANDWIDTH=1, CODECS=HEVC, AUDIO="a", VIDEO_RANGE="PQ"),
    )
    assert [track.label for track in found if track.kind == "video"] == ["AVC", "HEVC", "HEVC PQ"]


@pytest.mark.parametrize("codecs", [{"CODECS": f"{AVC},{AAC}"}, {}])
def test_pictures_that_carry_their_sound_say_so(codecs: dict[str, str]) -> None:
    (video,) = tracks(stream("v.m3u8", BANDWIDTH=1, RESOLUTION="16x9", **codecs))
    assert (video.is_muxed, video.renditions[0].codecs) == (True, codecs.get("CODECS", ""))


def test_sound_within_the_pictures_may_have_others_beside_it() -> None:
    video, german = tracks(
        member("AUDIO", GROUP_ID="a", NAME="English", LANGUAGE="en", DEFAULT="YES"),
        member("AUDIO", GROUP_ID="a", NAME="Deutsch", LANGUAGE="de", URI="de.m3u8"),
        stream("v.m3u8", BANDWIDTH=1, CODECS=f"{AVC},{AAC}", AUDIO="a"),
    )
    assert (video.is_muxed, video.language, german.language) == (True, "en", "de")


def test_streams_of_sound_alone_are_left_out_where_there_are_pictures_but_say_what_it_weighs() -> None:
    video, audio = tracks(
        member("AUDIO", GROUP_ID="a", NAME="English", URI="en.m3u8"),
        stream("v.m3u8", BANDWIDTH=900_000, CODECS=f"{AVC},{AAC}", AUDIO="a"),
        stream("en.m3u8", BANDWIDTH=96_000, CODECS=AAC, AUDIO="a"),
    )
    assert (paths(video), audio.renditions[0].bitrate_kbps) == (["v.m3u8"], 96)


def test_streams_of_sound_alone_are_a_ladder() -> None:
    (audio,) = tracks(stream("b.m3u8", BANDWIDTH=128_000, CODECS=AAC), stream("a.m3u8", BANDWIDTH=64_000, CODECS=AAC))
    assert (audio.kind, paths(audio)) == ("audio", ["a.m3u8", "b.m3u8"])


def test_playlists_of_key_frames_and_of_thumbnails_are_tracks_of_their_own() -> None:
    _, trick, image = tracks(
        stream("v.m3u8", BANDWIDTH=1, CODECS=AVC),
        f'#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=80000,CODECS="{AVC}",RESOLUTION=640x360,URI="i.m3u8"',
        '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=9000,CODECS="jpeg",RESOLUTION=320x180,URI="t.m3u8"',
    )
    assert (trick.roles, trick.is_muxed, paths(trick)) == (("trick-play",), False, ["i.m3u8"])
    assert (image.kind, image.renditions[0].width) == ("image", 320)


def test_other_cameras_and_what_describes_or_captions_have_their_roles() -> None:
    found = tracks(
        member("VIDEO", GROUP_ID="v", NAME="Main"),
        member("VIDEO", GROUP_ID="v", NAME="Side", URI="side.m3u8"),
        member("AUDIO", GROUP_ID="a", NAME="D", URI="d.m3u8", CHARACTERISTICS="public.accessibility.describes-video"),
        stream("v.m3u8", BANDWIDTH=1_000, CODECS=f"{AVC},{AAC}", AUDIO="a", VIDEO="v"),
    )
    assert [(track.kind, track.label, track.roles) for track in found] == [
        ("video", "", ()),
        ("video", "Side", ()),
        ("audio", "D", ("description",)),
    ]


def test_keys_of_the_session_are_known_before_any_media_playlist() -> None:
    key_id = "00112233445566778899aabbccddeeff"
    presentation = read(
        f'#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI="/ck",KEYFORMAT="org.w3.clearkey",KEYID=0x{key_id}',
        '#EXT-X-DEFINE:NAME="x",VALUE="y"',
        stream("{$x}.m3u8", BANDWIDTH=1, CODECS=AVC),
    )
    assert (presentation.key_ids, presentation.clearkey_license_url) == ((key_id,), "http://a.example/ck")
    assert (presentation.variables, presentation.duration_ms) == ({"x": "y"}, None)


def test_what_is_to_be_had_of_some_pathways_only_says_so() -> None:
    (video,) = tracks(
        stream("http://a/x/1", BANDWIDTH=1_000, PATHWAY_ID="a"),
        stream("http://a/x/2", BANDWIDTH=2_000, PATHWAY_ID="a"),
        stream("http://b/1", BANDWIDTH=1_000, PATHWAY_ID="b"),
    )
    assert [rendition.places for rendition in video.renditions] == [(), ("a",)]


def test_reading_the_same_bytes_twice_gives_the_same_presentation() -> None:
    lines = [stream(f"{n}.m3u8", BANDWIDTH=n, CODECS=AVC, RESOLUTION="16x9") for n in range(1, 9)]
    assert read(*lines) == read(*lines)


def test_no_two_renditions_of_a_presentation_share_an_id() -> None:
    of_hevc = [stream(f"h{n}.m3u8", BANDWIDTH=n, CODECS=HEVC, RESOLUTION="16x9") for n in (1, 1, 2)]
    of_avc = [stream(f"a{n}.m3u8", BANDWIDTH=n, CODECS=AVC, RESOLUTION="16x9") for n in (1, 2)]
    ids = [rendition.rendition_id for track in tracks(*of_hevc, *of_avc) for rendition in track.renditions]
    assert ids == ["9p", "9p-2", "9p-3", "9p-4"]
