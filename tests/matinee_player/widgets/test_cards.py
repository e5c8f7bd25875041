"""Titles on a shelf."""

import msgspec

from matinee_player.widgets.cards import caption
from tests.support.players import an_item


def test_a_caption_shows_how_much_was_seen() -> None:
    bar, name, about = caption(an_item("reel", "Test Reel", progress_ms=30_000), 20).plain.splitlines()
    assert bar == "▔" * 20
    assert name == "Test Reel"
    assert about == "1:00 · © Blender Fo…"


def test_a_title_that_was_not_begun_has_no_bar() -> None:
    assert caption(an_item("reel", "Test Reel", credit=""), 20).plain.splitlines() == [" ", "Test Reel", "1:00"]


def test_a_title_of_unknown_length_has_no_bar_either() -> None:
    item = msgspec.structs.replace(an_item("reel", "Reel", progress_ms=10), duration_ms=0)
    assert caption(item, 20).plain.splitlines()[0] == " "
