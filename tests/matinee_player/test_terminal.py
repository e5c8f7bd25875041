"""The terminal as a device."""

import io

import pytest

from matinee_player.terminal import CountingFile


def test_what_was_taken_is_counted_once_it_is_through() -> None:
    below = io.StringIO()
    file = CountingFile(below)
    assert file.write("▀▀") == 2
    assert (file.chars, below.getvalue()) == (2, "▀▀")


def test_what_was_refused_is_not_counted() -> None:
    below = io.StringIO()
    file = CountingFile(below)
    below.close()
    with pytest.raises(ValueError, match="closed"):
        file.write("▀")
    assert file.chars == 0
