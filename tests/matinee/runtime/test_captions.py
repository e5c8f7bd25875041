"""Subtitles on the way to the screen."""

import pytest

from matinee.media.placing import Placement, Runs
from matinee.runtime.captions import Captions

VTT = b"WEBVTT\n\n00:00.500 --> 00:01.000\nHello\n\n00:01.000 --> 00:02.500\n<i>World</i>\n"
TTML = (
    b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="500ms" end="1s">Hello</p>'
    b'<p begin="1s" end="2500ms">World</p></div></body></tt>'
)


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def captions(runs: Runs) -> Captions:
    return Captions(runs)


def append(captions: Captions, body: bytes, *, start_ms: int = 0, shift_ms: int | None = 0) -> None:
    at = Placement(start_ms=start_ms, shift_ms=shift_ms)
    captions.append(body, init=b"", at=at, end_ms=start_ms + 2_000)


@pytest.mark.parametrize("document", [VTT, TTML])
def test_they_are_there_while_they_last(captions: Captions, document: bytes) -> None:
    append(captions, document)
    assert [captions.at(at) for at in (499, 500, 1_500, 2_500)] == [(), ("Hello",), ("World",), ()]
    captions.clear()
    assert captions.at(500) == ()


def test_a_cue_that_two_segments_repeat_is_read_once(captions: Captions) -> None:
    append(captions, VTT)
    append(captions, VTT, start_ms=2_000)
    assert captions.at(2_200) == ("World",)


def test_what_cannot_be_read_is_done_without(captions: Captions) -> None:
    append(captions, b"\x00\x01")
    append(captions, VTT)
    assert captions.at(500) == ("Hello",)


def test_those_that_tell_media_time_lie_where_the_pictures_of_their_run_do(captions: Captions, runs: Runs) -> None:
    append(
        captions, VTT.replace(b"WEBVTT\n", b"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00.000\n"), shift_ms=None
    )
    runs.shift_ms(Placement(start_ms=0), earliest_ms=10_000)
    assert captions.at(500) == ("Hello",)


def test_what_ended_long_ago_is_not_kept(captions: Captions) -> None:
    append(captions, VTT)
    captions.forget(until_ms=2_000)
    assert captions.at(500) == ("Hello",)
    captions.forget(until_ms=2_001)
    assert captions.at(500) == ()
