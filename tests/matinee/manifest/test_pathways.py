"""The places that a steering document makes of those that a manifest names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.manifest.pathways import ranked, request_url, with_clones
from matinee.manifest.presentation import BaseUrl
from matinee.wire.steering import PathwayClone, UriReplacement

A = BaseUrl(url="http://a.test:8080/titles/", service_location="a")
B = BaseUrl(url="https://b.test/titles/?t=1", service_location="b")


def clone(of: str, name: str, *, host: str = "", **params: str) -> PathwayClone:
    return PathwayClone(base_id=of, pathway_id=name, replacement=UriReplacement(host=host, params=params))


def test_a_clone_lies_at_another_host_under_the_same_path_and_port() -> None:
    *_, made = with_clones((A, B), [clone("a", "c", host="c.test")])
    assert (made.service_location, made.url) == ("c", "http://c.test:8080/titles/")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("c.test:81", "http://c.test:81/titles/"),
        ("[2001:db8::1]", "http://[2001:db8::1]:8080/titles/"),
        ("[2001:db8::1]:81", "http://[2001:db8::1]:81/titles/"),
        ("", "http://a.test:8080/titles/"),
    ],
)
def test_a_host_may_bring_its_own_port(host: str, url: str) -> None:
    *_, made = with_clones((A,), [clone("a", "c", host=host)])
    assert made.url == url


def test_the_parameters_of_a_clone_go_into_every_request() -> None:
    *_, made = with_clones((A,), [clone("a", "c", host="c.test", token="x%2Fy", cdn="2")])
    assert request_url(made, "seg-1.m4s") == "http://c.test:8080/titles/seg-1.m4s?cdn=2&token=x%2Fy"
    assert request_url(made, "seg.m4s?n=1&cdn=old") == "http://c.test:8080/titles/seg.m4s?n=1&cdn=2&token=x%2Fy"


def test_a_clone_of_a_clone_has_the_parameters_of_both_if_it_comes_later() -> None:
    second = clone("c", "d", host="d.test", y="3", z="4")
    *_, made = with_clones((A,), [clone("a", "c", host="c.test", x="1", y="2"), second])
    assert request_url(made, "s") == "http://d.test:8080/titles/s?x=1&y=3&z=4"
    assert made.clone_of == "a"
    assert [it.service_location for it in with_clones((A,), [second, clone("a", "c")])] == ["a", "c"]


def test_a_clone_of_nobody_or_by_a_name_that_is_taken_is_left_out() -> None:
    made = with_clones((A, B), [clone("x", "c"), clone("a", "b", host="c.test"), clone("a", "d"), clone("b", "d")])
    assert [(it.service_location, it.url) for it in made] == [("a", A.url), ("b", B.url), ("d", A.url)]


def test_a_place_without_parameters_leaves_a_reference_as_it_is() -> None:
    assert request_url(A, "seg.m4s?x=%20&x=1&") == "http://a.test:8080/titles/seg.m4s?x=%20&x=1&"


@given(st.permutations("abcd"), st.lists(st.sampled_from("abcdxy"), max_size=6))
def test_ranking_puts_first_whom_it_names_and_loses_nobody(known: list[str], named: list[str]) -> None:
    places = [BaseUrl(url="http://a.test/", service_location=name) for name in known]
    first = [name for name in dict.fromkeys(named) if name in known]
    assert [it.service_location for it in ranked(places, named)] == first + [it for it in known if it not in first]
