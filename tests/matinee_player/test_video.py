"""Cells from pixels: what a terminal is sent looks like the picture, and is short."""

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee_player.depth import Depth
from matinee_player.video import (
    Cells,
    Fit,
    Palette,
    Pixels,
    cells_of,
    changed_rows,
    fit,
    lines_of,
    palette_of,
    pixels_of,
    placed,
)

RED, BLUE = (255, 0, 0), (0, 0, 255)
DEPTHS: tuple[Depth, ...] = ("truecolor", "256")


def test_a_wide_picture_is_letterboxed_on_whole_cells() -> None:
    assert fit(1280, 720, columns=80, rows=30) == Fit(x=0, y=8, width=80, height=44)


def test_a_tall_picture_is_pillarboxed() -> None:
    assert fit(720, 1280, columns=80, rows=20) == Fit(x=29, y=0, width=22, height=40)


def test_an_unknown_size_counts_as_sixteen_to_nine() -> None:
    assert fit(0, 0, columns=80, rows=30) == fit(1920, 1080, columns=80, rows=30)


@given(width=st.integers(1, 4000), height=st.integers(1, 4000), columns=st.integers(1, 300), rows=st.integers(1, 100))
def test_a_picture_always_lies_inside_its_place(width: int, height: int, columns: int, rows: int) -> None:
    place = fit(width, height, columns=columns, rows=rows)
    assert 0 <= place.x <= place.x + place.width <= columns
    assert 0 <= place.y <= place.y + place.height <= rows * 2
    assert place.width >= 1
    assert place.height >= 1


def test_a_picture_of_another_size_takes_its_nearest_pixels() -> None:
    pixels = a_picture([[RED, BLUE], [BLUE, RED]])
    canvas = placed(pixels, Fit(x=1, y=0, width=4, height=4), columns=6, rows=2)
    assert canvas.shape == (4, 6, 3)
    assert [tuple(pixel) for pixel in canvas[0].tolist()] == [(0, 0, 0), RED, RED, BLUE, BLUE, (0, 0, 0)]


def test_a_frame_is_read_row_by_row_without_a_copy() -> None:
    rgb = bytes(range(12))
    assert pixels_of(rgb, 2, 2).tolist() == [[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 11]]]


def test_two_colours_of_a_cell_are_a_half_block_and_one_is_a_space() -> None:
    assert lines("truecolor", [[RED, BLUE], [BLUE, BLUE]]) == [
        "\x1b[38;2;255;0;0;48;2;0;0;255m▀ \x1b[0m",
    ]


def test_a_colour_is_named_only_where_it_changes() -> None:
    (line,) = lines("truecolor", [[RED, RED, RED], [BLUE, BLUE, BLUE]])
    assert line == "\x1b[38;2;255;0;0;48;2;0;0;255m▀▀▀\x1b[0m"


def test_the_upper_colour_is_still_in_force_after_a_cell_that_did_not_need_it() -> None:
    (line,) = lines("truecolor", [[RED, BLUE, RED], [BLUE, BLUE, BLUE]])
    assert line == "\x1b[38;2;255;0;0;48;2;0;0;255m▀ ▀\x1b[0m"


def test_each_row_names_its_own_colours() -> None:
    first, second = lines("256", [[RED], [BLUE], [RED], [BLUE]])
    assert first == second == "\x1b[38;5;196;48;5;21m▀\x1b[0m"


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_terminal_that_obeys_shows_the_picture(depth: Depth) -> None:
    palette = palette_of(depth)
    pixels = np.random.default_rng(7).integers(0, 3, (8, 40, 3), dtype=np.uint8) * 100
    cells = cells_of(pixels, palette)
    for row, line in enumerate(lines_of(cells, palette)):
        shown = obeyed(line, palette)
        assert [upper for upper, _ in shown] == palette.rgb[cells.upper[row]].tolist()
        assert [lower for _, lower in shown] == palette.rgb[cells.lower[row]].tolist()


def test_true_colour_is_off_by_less_than_four() -> None:
    palette = palette_of("truecolor")
    pixels = np.random.default_rng(7).integers(0, 256, (20, 50, 3), dtype=np.uint8)
    cells = cells_of(pixels, palette)
    assert np.abs(palette.rgb[cells.upper].astype(int) - pixels[0::2]).max() < 4


def test_of_256_colours_the_nearest_of_cube_and_greys_is_used() -> None:
    palette = palette_of("256")
    wanted = a_picture([[(255, 95, 0), (128, 128, 128), (8, 8, 8)], [(0, 0, 0), (255, 255, 255), (3, 3, 3)]])
    cells = cells_of(wanted, palette)
    assert cells.upper.tolist() == [[202, 244, 232]]
    assert cells.lower.tolist() == [[16, 231, 16]]


def test_only_rows_that_differ_are_drawn_again() -> None:
    before = np.zeros((8, 4, 3), np.uint8)
    after = before.copy()
    after[5, 2] = 200
    palette = palette_of("truecolor")
    assert changed_rows(cells_of(before, palette), cells_of(after, palette)) == [2]


def test_all_rows_are_drawn_at_first_and_after_a_change_of_size() -> None:
    palette = palette_of("truecolor")
    small, large = (cells_of(np.zeros((2 * rows, 4, 3), np.uint8), palette) for rows in (2, 3))
    assert changed_rows(None, small) == [0, 1]
    assert changed_rows(small, large) == [0, 1, 2]


@pytest.mark.parametrize(("rows", "columns"), [*product((0, 2), (0,)), (0, 5)])
def test_nothing_is_drawn_where_there_is_no_room(rows: int, columns: int) -> None:
    nothing = np.zeros((rows, columns), np.int32)
    assert lines_of(Cells(nothing, nothing), palette_of("256")) == [""] * rows


def a_picture(colours: list[list[tuple[int, int, int]]]) -> Pixels:
    return np.array(colours, np.uint8)


def lines(depth: Depth, colours: list[list[tuple[int, int, int]]]) -> list[str]:
    palette = palette_of(depth)
    return lines_of(cells_of(a_picture(colours), palette), palette)


def obeyed(line: str, palette: Palette) -> list[tuple[list[int], list[int]]]:
    """(upper, lower) colour of each cell, as a terminal understands the line."""
    shown = []
    upper, lower = [0, 0, 0], [0, 0, 0]
    for sequence, character in re.findall(r"\x1b\[([\d;]*)m|([ ▀])", line):
        if character:
            shown.append((lower if character == " " else upper, lower))
            continue
        for ground, kind, value in re.findall(r"(38|48);(2|5);((?<=2;)\d+;\d+;\d+|(?<=5;)\d+)", sequence):
            colour = [int(part) for part in value.split(";")] if kind == "2" else palette.rgb[int(value)].tolist()
            upper, lower = (colour, lower) if ground == "38" else (upper, colour)
    return shown
