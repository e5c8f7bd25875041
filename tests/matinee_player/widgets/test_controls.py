"""The two lines below the picture."""

import msgspec

from matinee.core.notices import TrackChoice
from matinee_player.view import View
from matinee_player.widgets.controls import facts, timeline

TRACKS = (
    TrackChoice(track_id="a", kind="audio", language="en", label="", is_selected=True),
    TrackChoice(track_id="t", kind="text", language="de", label="Deutsch", is_selected=False),
)
VIEW = View(
    title="Reel",
    phase="playing",
    position_ms=30_000,
    duration_ms=60_000,
    buffer_ms=15_000,
    height=720,
    bitrate_kbps=2350,
    tracks=TRACKS,
)


def test_the_line_shows_what_was_played_what_is_here_and_what_is_to_come() -> None:
    line = timeline(VIEW, 53)
    assert line.plain == "▶  0:30 " + "━" * 40 + " 1:00"
    assert [span.end - span.start for span in line.spans if "━" in line.plain[span.start : span.end]] == [20, 10, 10]


def test_an_unknown_length_shows_no_progress() -> None:
    line = timeline(View(title="Reel"), 40)
    assert line.plain.endswith(" –:––")
    assert [span.end - span.start for span in line.spans if "━" in line.plain[span.start : span.end]] == [27]


def test_a_buffer_beyond_the_end_ends_at_the_end() -> None:
    assert len(timeline(changed(position_ms=59_000, buffer_ms=60_000), 53).plain) == 53


def test_picture_sound_and_subtitles_stand_at_the_right() -> None:
    assert facts(VIEW, 60).plain == "Reel" + "720p · 2.4 Mbps  ♪ en  CC off".rjust(56)


def test_a_muted_or_missing_sound_is_said() -> None:
    assert "muted" in facts(changed(is_muted=True), 60).plain
    assert "no sound" in facts(changed(silence="no device"), 60).plain


def test_subtitles_in_use_are_named() -> None:
    tracks = (msgspec.structs.replace(TRACKS[1], is_selected=True),)
    assert facts(changed(tracks=tracks), 60).plain.endswith("CC Deutsch")


def test_the_credit_comes_before_all_else_at_the_start() -> None:
    credit = "© Blender Foundation, www.bigbuckbunny.org, CC-BY 3.0"
    line = facts(changed(credit=credit, position_ms=0), 70).plain
    assert line.startswith(f"Reel · {credit}")
    assert "720p" not in line


def test_a_long_title_gives_way() -> None:
    line = facts(changed(title="A very long title indeed, of many words"), 50).plain
    assert len(line) == 50
    assert "…" in line


def changed(**fields: object) -> View:
    return msgspec.structs.replace(VIEW, **fields)
