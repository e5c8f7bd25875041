"""Rows of a picture among Textual's strips."""

import numpy as np
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from matinee_player.strips import PictureStrip
from matinee_player.video import Cells, cells_of, lines_of, palette_of

PALETTE = palette_of("truecolor")
COLOURS = [[(255, 0, 0), (255, 0, 0), (0, 0, 255), (0, 255, 0)], [(0, 0, 255)] * 3 + [(255, 255, 255)]]
CELLS = cells_of(np.array(COLOURS, np.uint8), PALETTE)
CONSOLE = Console(color_system="truecolor", force_terminal=True)


def test_the_characters_are_those_that_were_made() -> None:
    assert a_strip(line="ready").render(CONSOLE) == "ready"


def test_the_characters_are_made_when_they_are_asked_for() -> None:
    assert a_strip().render(CONSOLE) == lines_of(CELLS, PALETTE)[0]


def test_a_cut_of_a_row_is_drawn_like_that_part_of_it() -> None:
    left, right = a_strip().divide([1, 4])
    part = Cells(CELLS.upper[:, 1:], CELLS.lower[:, 1:])
    assert (left.cell_length, right.cell_length) == (1, 3)
    assert right.render(CONSOLE) == lines_of(part, PALETTE)[0]


def test_a_whole_row_is_not_cut() -> None:
    strip = a_strip()
    assert strip.divide([4]) == [strip]
    assert strip.crop(0) is strip
    assert strip.crop(0, 9) is strip


def test_a_crop_is_a_row_again() -> None:
    assert a_strip().crop(1, 3).text == "▀ "
    assert a_strip().crop(3).text == "▀"


def test_segments_say_the_same_as_the_characters() -> None:
    segments = list(a_strip())
    assert [segment.text for segment in segments] == ["▀▀", " ", "▀"]
    style = segments[0].style
    assert style is not None
    assert (style.color, style.bgcolor) == (Color.from_rgb(255, 0, 0), Color.from_rgb(0, 0, 255))


def test_a_row_is_joined_with_other_strips_for_a_screenshot() -> None:
    assert Strip.join([Strip([Segment("ab")], 2), a_strip()]).text == "ab▀▀ ▀"


def test_a_row_without_cells_is_empty() -> None:
    nothing = np.zeros(0, np.int32)
    assert not PictureStrip(nothing, nothing, PALETTE)
    assert list(PictureStrip(nothing, nothing, PALETTE)) == []


def a_strip(*, line: str | None = None) -> PictureStrip:
    return PictureStrip(CELLS.upper[0], CELLS.lower[0], PALETTE, line=line)
