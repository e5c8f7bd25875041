"""Steering documents as anybody may send them, and the questions that bring them."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import SteeringInvalid
from matinee.wire.steering import (
    MOST_DOCUMENT_BYTES,
    MOST_PATHWAYS,
    Heard,
    inline_document,
    is_inline,
    question_url,
    read_steering,
)

URL = "http://s.test/v1/steer?session=1"
CLONE = {"BASE-ID": "a", "ID": "c", "URI-REPLACEMENT": {"HOST": "c.test"}}

NAMES = st.sampled_from(["VERSION", "TTL", "RELOAD-URI", "PATHWAY-PRIORITY", "PATHWAY-CLONES", "ID", "BASE-ID"])
VALUES = st.recursive(
    st.sampled_from([None, 1, "a"]) | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda it: st.lists(it) | st.dictionaries(NAMES, it),
)


def document(**said: Any) -> bytes:
    named = {name.replace("_", "-"): value for name, value in said.items()}
    return json.dumps({"VERSION": 1, "TTL": 30, "PATHWAY-PRIORITY": ["a"]} | named).encode()


def test_a_document_says_its_order_its_time_and_where_to_ask_next() -> None:
    read = read_steering(document(RELOAD_URI="next?x=1", PATHWAY_PRIORITY=["b", "a", "b"], other=[1]), url=URL)
    assert (read.ttl_s, read.reload_uri, read.pathway_priority) == (30, "http://s.test/v1/next?x=1", ("b", "a"))


def test_what_a_document_does_not_say_has_a_default() -> None:
    read = read_steering(b'{"VERSION": 1}', url=URL)
    assert (read.ttl_s, read.reload_uri, read.pathway_priority, read.pathway_clones) == (300, "", (), ())


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert read_steering(document(VERSION=1.0, TTL=10.0), url=URL).ttl_s == 10


@pytest.mark.parametrize(
    "said",
    [
        {"VERSION": 2},
        {"VERSION": "1"},
        {"VERSION": None},
        {"TTL": "300"},
        {"RELOAD_URI": 5},
        {"RELOAD_URI": "ftp://s.test/"},
        {"RELOAD_URI": "http://[/"},
        {"RELOAD_URI": "x" * 5_000},
        {"PATHWAY_PRIORITY": "a"},
        {"PATHWAY_PRIORITY": [1]},
        {"PATHWAY_PRIORITY": [str(number) for number in range(MOST_PATHWAYS + 1)]},
        {"PATHWAY_CLONES": {}},
        {"PATHWAY_CLONES": [CLONE] * (MOST_PATHWAYS + 1)},
    ],
    ids=str,
)
def test_a_document_that_breaks_its_format_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(SteeringInvalid):
        read_steering(document(**said), url=URL)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"VERSION": 1',
        b"\xff\xfe",
        b'{"x":' * 100_000,
        b'{"x":' + b"[" * 200_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(SteeringInvalid):
        read_steering(body, url=URL)


def test_a_document_beyond_the_bound_is_refused_unread() -> None:
    with pytest.raises(SteeringInvalid, match="bytes"):
        read_steering(document(x="x" * MOST_DOCUMENT_BYTES), url=URL)


@pytest.mark.parametrize(
    "broken",
    [
        {"ID": "d"},
        {"BASE-ID": "a", "ID": "d"},
        {"BASE-ID": "a", "ID": "d e", "URI-REPLACEMENT": {}},
        {"BASE-ID": "a", "ID": "d", "URI-REPLACEMENT": {"HOST": "d.test/path"}},
        {"BASE-ID": "a", "ID": "d", "URI-REPLACEMENT": {"HOST": "user@d.test"}},
        {"BASE-ID": "a", "ID": "d", "URI-REPLACEMENT": {"PARAMS": {"": "x"}}},
        {"BASE-ID": "a", "ID": "d", "URI-REPLACEMENT": {"PARAMS": {"x": "1&y=2"}}},
        {"BASE-ID": "a", "ID": "d", "URI-REPLACEMENT": {"PARAMS": {"x": "a b"}}},
        {"BASE-ID": "a", "ID": "d", "URI-REPLACEMENT": {"PARAMS": {"x": 1}}},
        7,
    ],
    ids=str,
)
def test_a_clone_that_breaks_its_format_costs_only_itself(broken: object) -> None:
    read = read_steering(document(PATHWAY_CLONES=[broken, CLONE]), url=URL)
    assert [clone.pathway_id for clone in read.pathway_clones] == ["c"]


@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_is_a_document_or_a_typed_error(body: bytes) -> None:
    with suppress(SteeringInvalid):
        assert read_steering(body, url=URL).version == 1


@pytest.mark.parametrize(
    ("heard", "dash", "hls"),
    [
        ((), "session=1", "session=1"),
        ((Heard("a", 0),), "session=1&_DASH_pathway=%22a%22", "session=1&_HLS_pathway=%22a%22"),
        (
            (Heard("a", 500), Heard("b", 0), Heard("c d", 2_000)),
            "session=1&_DASH_pathway=%22a,b,c%20d%22&_DASH_throughput=500000,,2000000",
            "session=1&_HLS_pathway=%22c%20d%22&_HLS_throughput=2000000",
        ),
    ],
)
def test_a_question_tells_who_delivered_and_keeps_what_the_query_says(
    heard: tuple[Heard, ...], dash: str, hls: str
) -> None:
    assert question_url(URL, dialect="DASH", heard=heard) == f"http://s.test/v1/steer?{dash}"
    assert question_url(URL, dialect="HLS", heard=heard) == f"http://s.test/v1/steer?{hls}"


def test_a_question_replaces_what_an_earlier_one_told() -> None:
    url = "http://s.test/?_DASH_pathway=%22old%22&x=1&_DASH_throughput=5"
    assert question_url(url, dialect="DASH", heard=[Heard("a", 1)]) == (
        "http://s.test/?x=1&_DASH_pathway=%22a%22&_DASH_throughput=1000"
    )


@pytest.mark.parametrize(
    "url", ["data:application/json,%7B%22VERSION%22:1%7D", "DATA:application/json;base64,eyJWRVJTSU9OIjoxfQ=="]
)
def test_a_document_may_stand_in_its_url(url: str) -> None:
    assert is_inline(url)
    assert question_url(url, dialect="HLS", heard=[Heard("a", 1)]) == url
    assert read_steering(inline_document(url), url=url).version == 1


@pytest.mark.parametrize("url", ["data:", "data:application/json;base64,!"])
def test_a_url_that_holds_no_document_is_refused(url: str) -> None:
    with pytest.raises(SteeringInvalid):
        read_steering(inline_document(url), url=url)


def test_a_document_in_its_url_cannot_name_the_next_by_halves() -> None:
    with pytest.raises(SteeringInvalid):
        read_steering(document(RELOAD_URI="/next"), url="data:,x")
