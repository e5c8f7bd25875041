"""A synthetic title is one that the player's own checks find whole."""

import pytest

from matinee.manifest.dash.mpd import read_dash
from matinee.media.boxes import is_complete, top_level
from matinee.testing.network import HostRequest
from matinee.testing.titles import SyntheticTitle

TITLE = SyntheticTitle(
    duration_ms=9_000, ladder=(300, 1_000), places=(("a", "http://a.test/"), ("b", "http://b.test/"))
)


def test_the_manifest_is_read_as_it_is_meant() -> None:
    shown = read_dash(TITLE.manifest(), url="http://a.test/manifest.mpd")
    assert shown.duration_ms == 9_000
    assert [(base.service_location, base.url) for base in shown.base_urls] == list(TITLE.places)
    assert [(track.kind, [it.bitrate_kbps for it in track.renditions]) for track in shown.periods[0].tracks] == [
        ("video", [300, 1_000]),
        ("audio", [96]),
    ]


@pytest.mark.parametrize(
    ("path", "size_bytes"),
    [("/video/0/1.m4s", 150_000), ("/video/1/2.m4s", 500_000), ("/video/1/3.m4s", 125_000), ("/audio/0/3.m4s", 12_000)],
)
def test_a_segment_is_whole_and_of_its_size(path: str, size_bytes: int) -> None:
    segment = asked(TITLE, path)
    assert segment is not None
    assert is_complete(segment)
    assert len(segment) == size_bytes


def test_an_init_segment_has_the_boxes_of_one() -> None:
    init = asked(TITLE, "/video/1/init.mp4")
    assert init is not None
    assert [box.kind for box in top_level(init)] == ["ftyp", "moov"]


def test_sizes_may_be_given_segment_by_segment() -> None:
    title = SyntheticTitle(duration_ms=8_000, ladder=(300,), sizes=((1_000, 70_000),))
    assert [len(asked(title, f"/video/0/{number}.m4s") or b"") for number in (1, 2)] == [1_000, 70_000]


@pytest.mark.parametrize("path", ["/", "/video/2/1.m4s", "/video/0/4.m4s", "/video/0/0.m4s", "/text/0/1.m4s", "/x"])
def test_what_it_does_not_have_is_nothing(path: str) -> None:
    assert asked(TITLE, path) is None


def test_a_title_may_be_silent() -> None:
    shown = read_dash(SyntheticTitle(audio_kbps=0).manifest(), url="http://a.test/manifest.mpd")
    assert [track.kind for track in shown.periods[0].tracks] == ["video"]


def asked(title: SyntheticTitle, path: str) -> bytes | None:
    return title(HostRequest(host="a.test", path=path, query="", method="GET", headers={}, body=b"", wall_ms=0))
