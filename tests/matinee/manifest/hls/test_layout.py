import pytest

from matinee.manifest.hls.layout import Layout, common_folder, lay_out, sibling_of
from matinee.manifest.hls.variants import read_listed
from matinee.manifest.presentation import BaseUrl
from tests.support.playlists import MASTER_URL, PLACE, member, playlist, stream

A, B = "http://a.example/x/", "http://b.example/deep/y/"
STEERING = '#EXT-X-CONTENT-STEERING:SERVER-URI="/s",PATHWAY-ID="b"'


def layout(*lines: str) -> Layout:
    return lay_out(read_listed(playlist(*lines), url=MASTER_URL), url=MASTER_URL)


def ladder(place: str, *, audio: str = "", pathway: str = "") -> list[str]:
    """Two streams and their sound."""
    named: dict[str, object] = {"PATHWAY_ID": pathway} if pathway else {}
    return [
        member("AUDIO", GROUP_ID=audio, NAME="English", URI=f"{place}audio.m3u8"),
        stream(f"{place}low/v.m3u8", BANDWIDTH=300_000, AUDIO=audio, **named),
        stream(f"{place}high/v.m3u8", BANDWIDTH=900_000, AUDIO=audio, **named),
    ]


@pytest.mark.parametrize(
    ("urls", "folder"),
    [
        (["http://a/x/1", "http://a/x/2"], "http://a/x/"),
        (["http://a/x/1?t=/1", "http://a/x/1?t=/2"], "http://a/x/"),
        (["http://a/x/y/1", "http://a/x/1", "http://a/xy/1"], "http://a/"),
        (["http://a/x/1"], "http://a/x/"),
        (["http://a/1", "http://b/1"], ""),
        (["http://a/1", "https://a/1"], ""),
        (["http://a", "http://ab"], ""),
    ],
)
def test_the_common_folder_is_the_deepest_that_holds_all(urls: list[str], folder: str) -> None:
    assert common_folder(urls) == folder


def test_a_sibling_is_where_most_lies_alike() -> None:
    counterparts = {f"{A}1": f"{B}1", f"{A}2": f"{B}2", f"{A}3": "http://c.example/3", f"{A}4": f"{B}other"}
    assert sibling_of(A, counterparts) == B
    assert sibling_of(A, {f"{A}1": f"{B}x1"}) == ""


def test_without_pathways_the_place_is_the_playlists_own_folder_or_what_holds_all() -> None:
    assert layout(stream("v/1.m3u8", BANDWIDTH=1)).base_urls == (BaseUrl(url=PLACE, service_location="a.example"),)
    assert layout(stream("/v/1.m3u8", BANDWIDTH=1)).base_urls[0].url == "http://a.example/"
    assert layout(stream(f"{B}v/1.m3u8", BANDWIDTH=1)).base_urls[0].url == f"{B}v/"
    scattered = layout(stream(f"{A}1", BANDWIDTH=1), stream(f"{B}1", BANDWIDTH=2))
    assert (scattered.base_urls[0].url, scattered.path(f"{B}1")) == (PLACE, f"{B}1")


def test_pathways_that_are_laid_out_alike_are_places_that_hold_all() -> None:
    found = layout(STEERING, *ladder(A, audio="a", pathway="a"), *ladder(B, audio="b", pathway="b"))
    assert found.base_urls == (BaseUrl(url=B, service_location="b"), BaseUrl(url=A, service_location="a"))
    assert [found.path(each.url) for each in found.streams] == ["low/v.m3u8", "high/v.m3u8"]
    assert found.holders == {}


def test_streams_that_are_listed_again_at_another_host_are_a_place_more() -> None:
    found = layout(*ladder(A, audio="a"), *ladder(B, audio="b"))
    assert [each.service_location for each in found.base_urls] == ["a.example", "b.example"]
    assert (len(found.streams), found.holders) == (2, {})


def test_what_lies_elsewhere_in_a_pathway_is_to_be_had_of_the_first_alone() -> None:
    other = [line.replace("high/v.m3u8", "other/v.m3u8") for line in ladder(B, audio="b", pathway="b")]
    found = layout(*ladder(A, audio="a", pathway="a"), *other)
    assert [each.service_location for each in found.base_urls] == ["a", "b"]
    assert found.holders == {f"{A}high/v.m3u8": ("a",)}


def test_a_pathway_that_has_nothing_where_the_first_has_it_is_no_place() -> None:
    found = layout(
        stream(f"{A}1.m3u8", BANDWIDTH=1, PATHWAY_ID="a"), stream(f"{B}one.m3u8", BANDWIDTH=1, PATHWAY_ID="b")
    )
    assert [each.service_location for each in found.base_urls] == ["a"]
    assert found.holders == {}


def test_a_pathway_without_anything_to_play_is_none() -> None:
    frames = '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,PATHWAY-ID="b",URI="i.m3u8"'
    found = layout(STEERING, frames, stream(f"{A}1.m3u8", BANDWIDTH=1, PATHWAY_ID="a"))
    assert [each.service_location for each in found.base_urls] == ["a"]


def test_sound_that_pathways_share_stays_where_it_is() -> None:
    shared = [*ladder(A, audio="a", pathway="a"), *ladder(B, audio="a", pathway="b")[1:]]
    found = layout(*shared)
    assert found.holders == {f"{A}audio.m3u8": ("a",)}


def test_streams_without_a_pathway_are_steered_as_a_dot() -> None:
    found = layout(STEERING.replace('"b"', '"."'), stream("v.m3u8", BANDWIDTH=1))
    assert found.base_urls[0].service_location == "."
