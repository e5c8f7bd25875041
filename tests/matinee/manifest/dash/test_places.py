from urllib.parse import urljoin

import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.dash.mpd import read_dash
from matinee.manifest.dash.places import MAX_COMBINED, MAX_PLACES
from matinee.manifest.presentation import BaseUrl, Presentation
from tests.support.mpds import MANIFEST_URL, mpd, video_set

TEMPLATE = '<SegmentTemplate duration="2" media="$Number$"/>'
TWO_CDNS = (
    '<BaseURL serviceLocation="a" dvb:priority="2" dvb:weight="3">http://a.example/x/</BaseURL>'
    '<BaseURL serviceLocation="b">http://b.example/y/</BaseURL>'
)


def representation(name: str, base_urls: str) -> str:
    return f'<Representation id="{name}" bandwidth="1" mimeType="video/mp4">{base_urls}</Representation>'


def read(*representations: str, of_mpd: str = "", of_period: str = "", of_set: str = "") -> Presentation:
    sets = of_period + video_set(of_set + TEMPLATE, representations="".join(representations))
    return read_dash(mpd(sets, of_mpd=of_mpd), url=MANIFEST_URL)


def urls(presentation: Presentation, rendition: int = 0) -> dict[str, str]:
    """Where the first segment is to be had: by service location, best first."""
    of = presentation.periods[0].tracks[0].renditions[rendition]
    return {
        base_url.service_location: urljoin(base_url.url, of.segments[0].resource.path)
        for base_url in presentation.base_urls
        if not of.places or base_url.service_location in of.places
    }


def test_without_a_base_url_everything_lies_in_the_manifests_own_folder() -> None:
    presentation = read_dash(mpd(video_set()), url="http://a.example/t/secret/titles/heist/manifest.mpd?x=1")
    folder = "http://a.example/t/secret/titles/heist/"
    assert presentation.base_urls == (BaseUrl(url=folder, service_location="a.example"),)
    assert urls(presentation) == {"a.example": folder + "v1/1.m4s"}


def test_base_urls_of_the_mpd_are_places_best_first() -> None:
    base_urls = (
        '<BaseURL dvb:priority="2">http://b.example/x/</BaseURL>'
        '<BaseURL serviceLocation="isp-a" dvb:priority="1" dvb:weight="3">http://a.example/x/</BaseURL>'
        '<BaseURL serviceLocation="own" dvb:priority="2">more/</BaseURL>'
    )
    presentation = read(representation("v", ""), of_mpd=base_urls)
    assert presentation.base_urls == (
        BaseUrl(url="http://a.example/x/", service_location="isp-a", priority=1, weight=3),
        BaseUrl(url="http://b.example/x/", service_location="b.example", priority=2),
        BaseUrl(url=urljoin(MANIFEST_URL, "more/"), service_location="own", priority=2),
    )
    assert next(iter(urls(presentation).values())) == "http://a.example/x/1"


def test_places_of_one_name_are_told_apart_and_none_shows_its_password() -> None:
    base_urls = "<BaseURL>http://u:secret@a.example/1/</BaseURL><BaseURL>http://a.example/2/</BaseURL>"
    assert list(urls(read(representation("v", ""), of_mpd=base_urls))) == ["a.example", "a.example (2)"]


def test_base_urls_below_the_mpd_are_folded_into_the_paths() -> None:
    presentation = read(
        representation("v", "<BaseURL>rep/</BaseURL>"),
        of_period="<BaseURL>../period/</BaseURL>",
        of_set="<BaseURL>set/</BaseURL>",
    )
    assert presentation.periods[0].tracks[0].renditions[0].segments[0].resource.path == "../period/set/rep/1"
    assert list(urls(presentation).values()) == ["http://appliance.example/t/token/titles/period/set/rep/1"]


def test_an_absolute_base_url_below_the_mpd_prevails_over_the_places() -> None:
    presentation = read(representation("v", ""), of_mpd=TWO_CDNS, of_period="<BaseURL>http://c.example/y/</BaseURL>")
    assert list(urls(presentation).values()) == ["http://c.example/y/1"]


def test_single_relative_base_urls_below_the_mpd_leave_all_places_to_all() -> None:
    presentation = read(
        representation("v", "<BaseURL>v/</BaseURL>"), of_mpd=TWO_CDNS, of_period="<BaseURL>p/</BaseURL>"
    )
    assert presentation.periods[0].tracks[0].renditions[0].places == ()
    assert list(urls(presentation).items()) == [("b", "http://b.example/y/p/v/1"), ("a", "http://a.example/x/p/v/1")]


def test_a_list_below_the_mpd_is_as_good_as_one_of_the_mpd() -> None:
    presentation = read(representation("v", ""), of_set=TWO_CDNS)
    assert list(urls(presentation).items()) == [("b", "http://b.example/y/1"), ("a", "http://a.example/x/1")]
    assert [(it.priority, it.weight) for it in presentation.base_urls] == [(1, 1), (2, 3)]


def test_lists_of_representations_share_the_places_that_they_have_in_common() -> None:
    def listed(name: str) -> str:
        base_urls = "".join(
            f'<BaseURL serviceLocation="{cdn}">http://{cdn}.example/{cdn}-files/{name}/</BaseURL>' for cdn in "ab"
        )
        return representation(name, base_urls)

    presentation = read(listed("v1"), listed("v2"))
    assert [base_url.url for base_url in presentation.base_urls] == [
        "http://a.example/a-files/",
        "http://b.example/b-files/",
    ]
    assert urls(presentation, 1) == {"a": "http://a.example/a-files/v2/1", "b": "http://b.example/b-files/v2/1"}


def test_relative_lists_multiply_with_the_places_above() -> None:
    both = '<BaseURL>one/</BaseURL><BaseURL serviceLocation="two">two/</BaseURL>'
    presentation = read(representation("v", both), representation("w", ""), of_mpd=TWO_CDNS)
    assert set(urls(presentation).values()) == {
        f"http://{cdn}/{part}/1" for cdn in ("a.example/x", "b.example/y") for part in ("one", "two")
    }
    assert set(urls(presentation, 1)) == {"a", "b"}


def test_an_absolute_base_url_has_its_place_and_others_theirs() -> None:
    elsewhere = representation("v", "<BaseURL>http://c.example/z/</BaseURL>")
    presentation = read(elsewhere, representation("w", ""), of_mpd=TWO_CDNS)
    assert urls(presentation) == {"c.example": "http://c.example/z/1"}
    assert urls(presentation, 1) == {"b": "http://b.example/y/1", "a": "http://a.example/x/1"}


def test_places_that_hold_nothing_are_not_named() -> None:
    presentation = read(representation("v", "<BaseURL>http://c.example/z/</BaseURL>"))
    assert [base_url.service_location for base_url in presentation.base_urls] == ["c.example"]


def test_a_query_stays_where_it_is() -> None:
    queries = "<BaseURL>http://c.example/z/?a=1</BaseURL><BaseURL>http://d.example/z/?a=2</BaseURL>"
    presentation = read(representation("v", queries))
    assert [base_url.url for base_url in presentation.base_urls] == [
        "http://c.example/z/?a=1",
        "http://d.example/z/?a=2",
    ]


def test_lists_that_multiply_beyond_reason_keep_their_best() -> None:
    tens = "".join(f"<BaseURL>{number}/</BaseURL>" for number in range(30))
    presentation = read(representation("v", tens), of_mpd=TWO_CDNS, of_period=tens, of_set=tens)
    assert len(presentation.base_urls) == MAX_COMBINED


def test_endlessly_many_places_are_refused() -> None:
    every = (representation(f"v{n}", f"<BaseURL>http://a{n}.example/</BaseURL>") for n in range(MAX_PLACES + 1))
    with pytest.raises(ManifestInvalid, match="places"):
        read(*every)


def test_all_places_offer_what_is_early_at_the_least_early_of_them() -> None:
    early = (
        '<BaseURL availabilityTimeOffset="1.5">http://a.example/</BaseURL>'
        '<BaseURL availabilityTimeOffset="2">http://b.example/</BaseURL>'
    )
    live = 'type="dynamic" availabilityStartTime="2024-01-01T00:00:00Z"'
    inner = '<BaseURL availabilityTimeOffset="0.25">v/</BaseURL>'
    sets = video_set(TEMPLATE, representations=representation("v", inner))
    document = mpd(sets, of_mpd=early, attributes=live).replace(b"<Period>", b'<Period start="PT0S">')
    assert read_dash(document, url=MANIFEST_URL).periods[0].tracks[0].renditions[0].early_ms == 1_750
