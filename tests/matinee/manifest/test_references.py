from urllib.parse import urljoin

import pytest

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.elements import read_elements
from matinee.manifest.references import MAX_REFERENCE_CHARS, folded, path_below, resolved

HERE = read_elements(b"<BaseURL/>")


@pytest.mark.parametrize(
    ("onto", "reference", "expected"),
    [
        ("", "1.m4s", "1.m4s"),
        ("video/", "1.m4s", "video/1.m4s"),
        ("video/all.mp4", "1.m4s", "video/1.m4s"),
        ("video/all.mp4", "", "video/all.mp4"),
        ("../video/", "../1.m4s", "../video/../1.m4s"),
        ("video/", "/1.m4s", "/1.m4s"),
        ("video/", "http://b.example/1.m4s", "http://b.example/1.m4s"),
        ("http://b.example/x/", "/1.m4s", "http://b.example/1.m4s"),
        ("http://b.example", "1.m4s", "http://b.example/1.m4s"),
        ("http://b.example/x?token=a/b", "1.m4s", "http://b.example/1.m4s"),
        ("//b.example/x/", "1.m4s", "//b.example/x/1.m4s"),
        ("video/all.mp4?a=1", "?b=2", "video/all.mp4?b=2"),
    ],
)
def test_a_reference_is_read_against_another_that_may_be_relative(onto: str, reference: str, expected: str) -> None:
    assert folded(reference, onto=onto, at=HERE) == expected


@pytest.mark.parametrize("onto", ["video/", "../video/x.mp4", "/video/", "http://b.example/x/", "//b.example/y"])
@pytest.mark.parametrize("reference", ["1.m4s", "../1.m4s", "/1.m4s", "//c.example/1.m4s", "?a=1", "x/./1.m4s"])
def test_folding_first_and_joining_last_is_joining_twice(onto: str, reference: str) -> None:
    base = "http://a.example/titles/heist/"
    twice = urljoin(urljoin(base, onto), reference)
    assert urljoin(base, folded(reference, onto=onto, at=HERE)) == twice


@pytest.mark.parametrize("reference", ["http://[1.m4s", "//[x/1.m4s", "a\nb", "x" * (MAX_REFERENCE_CHARS + 1)])
def test_what_is_no_url_is_refused(reference: str) -> None:
    with pytest.raises(ManifestInvalid, match="a URL is"):
        folded(reference, onto="", at=HERE)
    with pytest.raises(ManifestInvalid, match="a URL is"):
        resolved(reference, url="http://a/", at=HERE)


@pytest.mark.parametrize("reference", ["file:///etc/passwd", "data:text/vtt,WEBVTT", "ftp://a.example/1.m4s"])
def test_only_http_is_fetched(reference: str) -> None:
    with pytest.raises(FormatUnsupported, match="http and https are fetched"):
        folded(reference, onto="video/", at=HERE)


def test_a_reference_resolves_to_an_absolute_url() -> None:
    assert resolved("../x", url="http://a.example/b/c/d.mpd?e", at=HERE) == "http://a.example/b/x"


def test_a_manifest_at_a_malformed_url_is_refused() -> None:
    with pytest.raises(ManifestInvalid, match="malformed"):
        resolved("x", url="http://[a/", at=HERE)


def test_what_lies_below_a_place_is_relative_if_that_leads_back() -> None:
    assert path_below("http://a/x/", "http://a/x/y?z") == "y?z"
    assert path_below("http://a/x/", "http://a/x/y/z:z") == "y/z:z"
    for url in ("http://a/y", "http://a/x/", "http://a/x//b/y", "http://a/x/y:z", "http://a/x/?y", "http://a/x///["):
        assert path_below("http://a/x/", url) == url
    assert path_below("", "http://a/x") == "http://a/x"
