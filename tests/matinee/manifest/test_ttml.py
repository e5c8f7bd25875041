"""TTML documents, as broadcasters and packagers write them, and as nobody should."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import MediaInvalid
from matinee.manifest.ttml import read_ttml
from matinee.manifest.webvtt import MAX_CUES, Cue


def tt(body: str, *, parameters: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
        f'xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="en" {parameters}>'
        "<head><metadata><ttm:title>A title</ttm:title></metadata>"
        '<layout><region xml:id="r"/></layout></head>'
        f"<body>{body}</body></tt>"
    ).encode()


def p(text: str, times: str = 'begin="1s" end="2s"') -> bytes:
    return tt(f"<div><p {times}>{text}</p></div>")


def cue(start_ms: int, end_ms: int, text: str) -> Cue:
    return Cue(start_ms=start_ms, end_ms=end_ms, text=text)


def test_a_paragraph_is_a_cue_of_plain_text() -> None:
    document = p('<span tts:color="red" xmlns:tts="x">Fish</span> &amp; chips,<br/>\n   please  &lt;now&gt;')
    assert read_ttml(document) == (cue(1_000, 2_000, "Fish & chips,\nplease <now>"),)


@pytest.mark.parametrize(
    ("begin", "start_ms"),
    [
        ("00:00:01.5", 1_500),
        ("01:00:00", 3_600_000),
        ("00:00:01:12", 1_480),
        ("1.5s", 1_500),
        ("250ms", 250),
        ("1m", 60_000),
        ("0.5h", 1_800_000),
        ("50f", 2_000),
        ("900000t", 90_000),
    ],
)
def test_times_are_written_in_many_ways(begin: str, start_ms: int) -> None:
    parameters = 'ttp:frameRate="25" ttp:tickRate="10000"'
    [found] = read_ttml(tt(f'<div><p begin="{begin}" end="9h">Hi</p></div>', parameters=parameters))
    assert found.start_ms == start_ms


def test_frames_may_be_a_fraction_slower() -> None:
    parameters = 'ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"'
    [found] = read_ttml(tt('<div><p begin="30f" dur="1s">Hi</p></div>', parameters=parameters))
    assert found.start_ms == 1_001


def test_times_count_from_the_parent_and_end_with_it() -> None:
    document = tt('<div begin="10s" end="13s"><p begin="1s" dur="1s">One</p><p begin="2s" end="9s">Two</p></div>')
    assert read_ttml(document) == (cue(11_000, 12_000, "One"), cue(12_000, 13_000, "Two"))


def test_spans_of_a_paragraph_may_have_times_of_their_own() -> None:
    document = p('<span begin="0s" end="400ms">One</span><span begin="400ms">Two</span>')
    assert read_ttml(document) == (cue(1_000, 1_400, "One"), cue(1_400, 2_000, "Two"))


def test_what_states_no_end_ends_with_the_document() -> None:
    assert read_ttml(p("Hi", 'begin="1s"'), end_ms=4_000) == (cue(1_000, 4_000, "Hi"),)
    assert read_ttml(p("Hi", 'begin="1s"')) == ()


def test_space_is_kept_only_where_it_is_meant() -> None:
    assert read_ttml(p("a \n\t b"))[0].text == "a b"
    assert read_ttml(p("a  b", 'xml:space="preserve" begin="1s" end="2s"'))[0].text == "a  b"


def test_metadata_and_empty_paragraphs_are_no_cues() -> None:
    document = tt('<div><ttm:desc>x</ttm:desc><p begin="1s" end="2s"><ttm:desc>y</ttm:desc> </p></div>')
    assert read_ttml(document) == ()
    assert read_ttml(p("Hi", 'begin="2s" end="2s"')) == ()


def test_cues_come_by_rising_start() -> None:
    document = tt('<div><p begin="5s" end="6s">b</p><p begin="1s" end="9s">a</p></div>')
    assert [found.text for found in read_ttml(document)] == ["a", "b"]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"WEBVTT",
        b"<mpd/>",
        p("Hi", 'begin="soon" end="2s"'),
        p("&bomb;"),
        b'<!DOCTYPE tt [<!ENTITY a "b">]><tt>&a;</tt>',
        tt("<div>" * 40 + "</div>" * 40),
        tt('<div begin="1s"><p begin="1s"' + ' end="2s"' * 2 + "/></div>"),
    ],
    ids=["nothing", "webvtt", "root", "time", "entity", "doctype", "depth", "attributes"],
)
def test_what_is_no_ttml_or_beyond_the_bounds_is_invalid(document: bytes) -> None:
    with pytest.raises(MediaInvalid):
        read_ttml(document)


def test_more_cues_than_any_document_needs_are_refused() -> None:
    with pytest.raises(MediaInvalid, match="cues"):
        read_ttml(tt("<div>" + '<p end="1s">a</p>' * (MAX_CUES + 1) + "</div>"))


WHOLE = tt('<div begin="1s"><p begin="1s" end="2s">Fish<br/>&amp; <span end="1s">chips</span></p></div>')


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1), value=st.binary(max_size=8))
def test_a_damaged_document_is_read_or_refused(at: int, value: bytes) -> None:
    with suppress(MediaInvalid):
        read_ttml(WHOLE[:at] + value + WHOLE[at + len(value) :], end_ms=5_000)
