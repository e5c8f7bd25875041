import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.hls.variants import MAX_PLAYLISTS, Listed, read_listed
from matinee.manifest.presentation import Steering
from tests.support.playlists import MASTER_URL, PLACE, listed, member, playlist, stream


def read(*lines: str) -> Listed:
    return read_listed(playlist(*lines), url=MASTER_URL)


def test_streams_and_groups_are_listed_with_absolute_urls() -> None:
    found = read(
        '#EXT-X-CONTENT-STEERING:SERVER-URI="../steer",PATHWAY-ID="b"',
        member("AUDIO", GROUP_ID="a", NAME="English", LANGUAGE="en", URI="en.m3u8"),
        member("AUDIO", GROUP_ID="a", NAME="Within"),
        stream("v.m3u8", BANDWIDTH=2_000_499, AVERAGE_BANDWIDTH=1_500_500, AUDIO="a", PATHWAY_ID="b"),
        stream("w.m3u8", BANDWIDTH=2_000_499, AUDIO="c", PATHWAY_ID="c"),
    )
    v, w = found.streams
    assert (v.url, v.bitrate_kbps, v.pathway, w.bitrate_kbps) == (f"{PLACE}v.m3u8", 1_501, "b", 2_000)
    english, within = found.members(v, "AUDIO")
    assert (english.group, english.name, english.language) == (("AUDIO", "a"), "English", "en")
    assert (english.url, within.url, within.language) == (f"{PLACE}en.m3u8", "", "und")
    assert found.members(w, "AUDIO") == found.members(v, "SUBTITLES") == ()
    assert found.steering == Steering(url="http://a.example/titles/steer", default_service_location="b", dialect="HLS")


def test_streams_are_of_one_essence_if_only_where_they_lie_differs() -> None:
    one, two, stable, other_stable, three = read(
        stream("1", BANDWIDTH=1, AUDIO="a"),
        stream("2", AUDIO="b", BANDWIDTH=1, PATHWAY_ID="x"),
        stream("3", BANDWIDTH=1, STABLE_VARIANT_ID="s"),
        stream("4", BANDWIDTH=2, STABLE_VARIANT_ID="s"),
        stream("5", BANDWIDTH=2),
    ).streams
    assert one.essence == two.essence != three.essence
    assert stable.essence == other_stable.essence


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["#EXT-X-STREAM-INF:BANDWIDTH=1"], "line 2, EXT-X-STREAM-INF: no URI follows"),
        (["#EXT-X-STREAM-INF:X=1", "a"], "it has no BANDWIDTH"),
        (["a.m3u8"], "no EXT-X-STREAM-INF says"),
        ([member("AUDIO", NAME="a")], "it has no GROUP-ID"),
        ([member("AUDIO", GROUP_ID="a", NAME="a", URI="b")], "lists no stream"),
        ([stream("a", BANDWIDTH=1), *listed("4")], "has no segments"),
        ([stream("a", BANDWIDTH=1)] * (MAX_PLAYLISTS + 1), f"more than {MAX_PLAYLISTS} playlists"),
    ],
)
def test_what_breaks_the_format_is_refused(lines: list[str], reason: str) -> None:
    with pytest.raises(ManifestInvalid, match=reason):
        read(*lines)
