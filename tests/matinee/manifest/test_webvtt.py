import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import MediaInvalid
from matinee.manifest.webvtt import MAX_CUES, MAX_DOCUMENT_BYTES, Cue, read_timestamp_map, read_webvtt


def test_cues_have_times_and_plain_text() -> None:
    document = (
        b"WEBVTT - a title\n"
        b"Kind: captions\n"
        b"\n"
        b"NOTE 00:01 is not a time here\n"
        b"\n"
        b"STYLE\n"
        b"::cue { color: red }\n"
        b"\n"
        b"first\n"
        b"00:01.000 --> 00:02.500 line:90% align:start\n"
        b"<v Rabbit>What's <i.loud>up</i>, <00:01.500>doc?</v>\n"
        b"Fish &amp; chips &lt;here&gt;\n"
        b"\n"
        b"01:00:00.000 --> 100:00:01.000\n"
        b"Late\n"
    )
    assert read_webvtt(document) == (
        Cue(start_ms=1_000, end_ms=2_500, text="What's up, doc?\nFish & chips <here>"),
        Cue(start_ms=3_600_000, end_ms=360_001_000, text="Late"),
    )


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_any_line_ending_and_a_byte_order_mark_will_do(newline: bytes, mark: bytes) -> None:
    document = mark + newline.join([b"WEBVTT", b"", b"00:00.000 --> 00:01.000", b"One", b"Two"])
    assert read_webvtt(document) == (Cue(start_ms=0, end_ms=1_000, text="One\nTwo"),)


def test_cues_come_by_rising_start() -> None:
    document = b"WEBVTT\n\n00:05.000 --> 00:06.000\nb\n\n00:01.000 --> 00:02.000\na\n"
    assert [cue.text for cue in read_webvtt(document)] == ["a", "b"]


def test_a_timing_line_begins_a_cue_even_without_a_blank_line_before_it() -> None:
    document = b"WEBVTT\n00:01.000 --> 00:02.000\na\n00:02.000-->00:03.000\nb"
    assert [cue.text for cue in read_webvtt(document)] == ["a", "b"]


@pytest.mark.parametrize(
    "timing",
    ["00:01.000 -> 00:02.000", "0:01.000 --> 00:02.000", "00:61.000 --> 00:62.000", "00:02.000 --> 00:01.000", "-->"],
)
def test_a_malformed_cue_is_skipped_and_the_next_is_read(timing: str) -> None:
    document = f"WEBVTT\n\n{timing}\nlost\n\n00:03.000 --> 00:04.000\nkept\n".encode()
    assert [cue.text for cue in read_webvtt(document)] == ["kept"]


def test_a_cue_without_text_is_left_out() -> None:
    assert read_webvtt(b"WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n") == ()


def test_bytes_that_are_no_text_become_replacement_characters() -> None:
    assert read_webvtt(b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff\0")[0].text == "\ufffd\ufffd"


@pytest.mark.parametrize("document", [b"", b"WEBVTTX\n", b"<html>", b"1\n00:00:01,000 --> 00:00:02,000\nSubRip\n"])
def test_what_does_not_begin_as_webvtt_is_refused(document: bytes) -> None:
    with pytest.raises(MediaInvalid, match="does not begin with WEBVTT"):
        read_webvtt(document)


def test_size_and_number_of_cues_are_bounded() -> None:
    with pytest.raises(MediaInvalid, match="bytes"):
        read_webvtt(b"WEBVTT" + b"\n" * MAX_DOCUMENT_BYTES)
    with pytest.raises(MediaInvalid, match=f"more than {MAX_CUES} cues"):
        read_webvtt(b"WEBVTT\n\n" + b"00:00.000 --> 00:00.001\nx\n" * (MAX_CUES + 1))


@given(st.lists(st.sampled_from(["\n", "\r", "00:01.000", " --> ", "00:02.000", "<b", ">", "&amp", ";", "a", "\0"])))
def test_whatever_follows_the_signature_is_read_without_an_error(parts: list[str]) -> None:
    for cue in read_webvtt(("WEBVTT\n" + "".join(parts)).encode()):
        assert cue.start_ms < cue.end_ms
        assert cue.text


@pytest.mark.parametrize(
    ("header", "ms"),
    [
        (b"X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000", 10_000),
        (b"X-TIMESTAMP-MAP=LOCAL:00:01:00.500,MPEGTS:900000", -50_500),
        (b"X-TIMESTAMP-MAP=LOCAL:01:00.500,MPEGTS:0", -60_500),
        (b"X-TIMESTAMP-MAP=LOCAL:nowhere", None),
        (b"Kind: captions", None),
    ],
)
def test_hls_says_what_makes_times_of_cues_media_time(header: bytes, ms: int | None) -> None:
    cue = b"\n\n00:01.000 --> 00:02.000\nX-TIMESTAMP-MAP=MPEGTS:1,LOCAL:00:00.000\n"
    assert read_timestamp_map(b"WEBVTT\n" + header + cue) == ms
    assert read_timestamp_map(b"WEBVTT\r\n" + header + b"\r\n\r\n" + cue) == ms


@given(st.binary(max_size=100))
def test_any_header_is_read(data: bytes) -> None:
    read_timestamp_map(b"WEBVTT\nX-TIMESTAMP-MAP=" + data)
