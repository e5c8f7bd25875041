"""Subtitles: WebVTT passed through, text tracks turned into it."""

from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee_encode.reading import survey
from matinee_encode.subtitles import extract_text, read_webvtt
from matinee_encode.work import ExtractText
from tests.matinee_encode.films import MOVING, film

SRT = "1\n00:00:00,500 --> 00:00:01,250\n<i>Tom</i> & Jerry\nagain\n\n2\n00:00:01,500 --> 00:00:01,900\n1 < 2 --> 3\n"


def test_webvtt_is_passed_through_byte_for_byte(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfWEBVTT - a title\r\n\r\n00:01.000 --> 00:02.000 align:left\r\nHi\r\n"
    (tmp_path / "a.vtt").write_bytes(data)
    assert read_webvtt("pt-BR", tmp_path / "a.vtt") == data


@pytest.mark.parametrize(
    ("language", "data"),
    [
        ("english please", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n"),
        ("../up", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n"),
        ("en", b"WEBVTT\n"),
        ("en", SRT.encode()),
        ("en", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff\n"),
    ],
    ids=["language", "path", "no cue", "SubRip", "not UTF-8"],
)
def test_what_is_no_webvtt_is_refused(tmp_path: Path, language: str, data: bytes) -> None:
    (tmp_path / "a.vtt").write_bytes(data)
    with pytest.raises(SettingsInvalid):
        read_webvtt(language, tmp_path / "a.vtt")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"absent\.vtt"):
        read_webvtt("en", tmp_path / "absent.vtt")


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "mov_text"), ("a.mkv", "ass"), ("b.mkv", "subrip")])
def test_a_text_track_becomes_webvtt(tmp_path: Path, name: str, codec: str) -> None:
    (tmp_path / "s.srt").write_text(SRT)
    both = ("-i", str(tmp_path / "s.srt"), "-c:v", "libx264", "-c:s", codec)
    source = film(tmp_path / name, *MOVING, *both)
    mezzanine = survey(str(source))
    task = ExtractText(
        source=str(source),
        mezzanine=mezzanine,
        stream_index=mezzanine.text[0].stream_index,
        draft=str(tmp_path / "out.vtt"),
    )
    assert extract_text(task, advance=lambda _: None) == 2
    assert (tmp_path / "out.vtt").read_text() == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\nTom &amp; Jerry\nagain\n\n"
        "00:00:01.500 --> 00:00:01.900\n1 &lt; 2 --&gt; 3\n"
    )
    assert read_webvtt("en", tmp_path / "out.vtt")
