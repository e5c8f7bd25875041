"""Cells from pixels: a picture as half blocks, and the characters by which a terminal draws them (pure).

A cell is about twice as high as it is wide, so `▀` in one colour on another shows two square pixels. Colours
become small integers (`Palette`) and a colour is named only where it changes along a row: this is what keeps a
picture to a few milliseconds and some tens of kilobytes. All of it is array arithmetic over whole pictures.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matinee_player.depth import Depth

Pixels = npt.NDArray[np.uint8]
"""(height, width, 3): red, green, blue."""
Codes = npt.NDArray[np.int32]

_UPPER_HALF = "▀".encode()
_RESET = b"\x1b[0m"
_BITS = 6
"""Of each channel in true colour. Neighbours that differ by less look the same and merge into one run."""
_CUBE = (0, 95, 135, 175, 215, 255)
"""xterm's 6 × 6 × 6 colours are 16 to 231, its 24 greys 232 to 255: xterm 256colres.pl."""


class Palette(NamedTuple):
    """The colours of a terminal, numbered."""

    depth: Depth
    names: Pixels
    """(colours, width): the digits of `38;2;` or `38;5;` of each colour, NUL where there is none."""
    rgb: Pixels
    """(colours, 3)."""


class Cells(NamedTuple):
    """A picture as colour numbers; both (rows, columns)."""

    upper: Codes
    lower: Codes


class Fit(NamedTuple):
    """Where a picture lies in its place, in pixels: a cell is one wide and two high."""

    x: int
    y: int
    width: int
    height: int


def fit(width: int, height: int, *, columns: int, rows: int) -> Fit:
    """The largest picture of that aspect inside the cells, centred; 16:9 while the size is unknown (0)."""
    width, height = (width, height) if width > 0 and height > 0 else (16, 9)
    room_x, room_y = max(1, columns), max(2, rows * 2)
    shown_x = min(room_x, max(1, round(room_y * width / height)))
    shown_y = min(room_y, max(2, round(shown_x * height / width / 2) * 2))
    return Fit(x=(room_x - shown_x) // 2, y=(room_y - shown_y) // 4 * 2, width=shown_x, height=shown_y)


def pixels_of(rgb: bytes, width: int, height: int) -> Pixels:
    """A view of a frame's bytes."""
    return np.frombuffer(rgb, np.uint8, count=width * height * 3).reshape(height, width, 3)


def placed(pixels: Pixels, place: Fit, *, columns: int, rows: int) -> Pixels:
    """(2 × rows, columns, 3): the picture in its place, black around it; nearest pixels if its size differs."""
    height, width = pixels.shape[:2]
    if (width, height) != (place.width, place.height):
        across = np.arange(place.width) * width // place.width
        down = np.arange(place.height) * height // place.height
        pixels = pixels[down[:, None], across]
    canvas = np.zeros((max(1, rows) * 2, max(1, columns), 3), np.uint8)
    canvas[place.y : place.y + place.height, place.x : place.x + place.width] = pixels
    return canvas


@lru_cache(maxsize=2)
def palette_of(depth: Depth) -> Palette:
    """The palette of a terminal of that depth; made once."""
    return _true_colours() if depth == "truecolor" else _256_colours()


def cells_of(pixels: Pixels, palette: Palette) -> Cells:
    """The cells of a picture of an even height."""
    codes = _codes_of(pixels, palette)
    return Cells(codes[0::2], codes[1::2])


def changed_rows(before: Cells | None, after: Cells) -> list[int]:
    """The rows that look different now; all of them when there was nothing, or of another size."""
    if before is None or before.upper.shape != after.upper.shape:
        return list(range(after.upper.shape[0]))
    differs = ((before.upper != after.upper) | (before.lower != after.lower)).any(axis=1)
    return [int(row) for row in np.flatnonzero(differs)]


def lines_of(cells: Cells, palette: Palette) -> list[str]:
    """Each row as what a terminal is sent: it begins with its own colours and ends with a reset."""
    rows, columns = cells.upper.shape
    if not rows or not columns:
        return [""] * rows
    is_solid = cells.upper == cells.lower
    names_fg, names_bg = _changes(cells, is_solid)
    sheet = _sheet(cells, palette, is_solid=is_solid, names_fg=names_fg, names_bg=names_bg)
    is_kept = sheet != 0
    ends = np.cumsum(is_kept.reshape(rows, -1).sum(axis=1))
    text = sheet[is_kept].tobytes()
    starts = np.concatenate(([0], ends[:-1]))
    return [(text[start:end] + _RESET).decode() for start, end in zip(starts, ends, strict=True)]


def _changes(cells: Cells, is_solid: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Where the colour of the upper half, and of the lower, must be named anew.

    A cell of one colour is a space and needs no upper colour, so the one in force is that of the last other cell.
    """
    rows, columns = cells.upper.shape
    names_bg = np.ones((rows, columns), bool)
    names_bg[:, 1:] = cells.lower[:, 1:] != cells.lower[:, :-1]
    latest = np.maximum.accumulate(np.where(is_solid, -1, np.arange(columns)), axis=1)
    before = np.concatenate((np.full((rows, 1), -1), latest[:, :-1]), axis=1)
    in_force = np.take_along_axis(cells.upper, np.maximum(before, 0), axis=1)
    return ~is_solid & ((before < 0) | (in_force != cells.upper)), names_bg


def _sheet(
    cells: Cells,
    palette: Palette,
    *,
    is_solid: npt.NDArray[np.bool_],
    names_fg: npt.NDArray[np.bool_],
    names_bg: npt.NDArray[np.bool_],
) -> Pixels:
    """(rows, columns, bytes of a cell): everything a cell could need, NUL where it does not.

    `ESC [` `38;2;r;g;b` `;` `48;2;r;g;b` `m` and the character: ECMA-48 8.3.117, ITU-T T.416 colours.
    """
    width = palette.names.shape[1]
    kind = b"2" if palette.depth == "truecolor" else b"5"
    parts: list[tuple[bytes, npt.NDArray[np.bool_]]] = [
        (b"\x1b[", names_fg | names_bg),
        (b"38;" + kind + b";", names_fg),
        (b"\0" * width, names_fg),
        (b";", names_fg & names_bg),
        (b"48;" + kind + b";", names_bg),
        (b"\0" * width, names_bg),
        (b"m", names_fg | names_bg),
        (_UPPER_HALF, ~is_solid),
        (b" ", is_solid),
    ]
    colours = iter((cells.upper, cells.lower))
    sheet = np.empty((*is_solid.shape, sum(len(part) for part, _ in parts)), np.uint8)
    at = 0
    for part, is_used in parts:
        room = sheet[:, :, at : at + len(part)]
        text = palette.names[next(colours)] if part.startswith(b"\0") else np.frombuffer(part, np.uint8)
        np.multiply(text, is_used[:, :, None], out=room)
        at += len(part)
    return sheet


def _codes_of(pixels: Pixels, palette: Palette) -> Codes:
    shift = 8 - _BITS
    channels = (pixels >> shift).astype(np.int32)
    codes: Codes = (channels[..., 0] << (2 * _BITS)) | (channels[..., 1] << _BITS) | channels[..., 2]
    return codes if palette.depth == "truecolor" else _nearest_of_256()[codes]


@lru_cache(maxsize=1)
def _true_colours() -> Palette:
    levels = np.arange(1 << _BITS)
    levels = (levels << (8 - _BITS)) | (levels >> (2 * _BITS - 8))
    count = len(levels)
    code = np.arange(count**3)
    rgb = levels[np.stack((code // count**2, code // count % count, code % count), axis=1)].astype(np.uint8)
    digits = _digits(np.arange(256))
    semicolon = np.full((len(rgb), 1), ord(";"), np.uint8)
    names = np.concatenate((digits[rgb[:, 0]], semicolon, digits[rgb[:, 1]], semicolon, digits[rgb[:, 2]]), axis=1)
    return Palette("truecolor", names, rgb)


@lru_cache(maxsize=1)
def _256_colours() -> Palette:
    cube = [(red, green, blue) for red in _CUBE for green in _CUBE for blue in _CUBE]
    greys = [(level, level, level) for level in range(8, 248, 10)]
    # The first sixteen are the user's theme: never used.
    rgb = np.array([(0, 0, 0)] * 16 + cube + greys, np.uint8)
    return Palette("256", _digits(np.arange(256)), rgb)


@lru_cache(maxsize=1)
def _nearest_of_256() -> Codes:
    """The nearest of the 256 for each true colour: the better of its cube corner and its grey."""
    wanted = _true_colours().rgb.astype(np.int32)
    palette = _256_colours().rgb.astype(np.int32)
    cube = np.array(_CUBE)
    steps = np.abs(np.arange(256)[:, None] - cube).argmin(axis=1)
    in_cube = 16 + 36 * steps[wanted[:, 0]] + 6 * steps[wanted[:, 1]] + steps[wanted[:, 2]]
    grey = 232 + np.clip((wanted.mean(axis=1) - 3) // 10, 0, 23).astype(np.int32)
    far_cube = ((palette[in_cube] - wanted) ** 2).sum(axis=1)
    far_grey = ((palette[grey] - wanted) ** 2).sum(axis=1)
    nearest: Codes = np.where(far_grey < far_cube, grey, in_cube).astype(np.int32)
    return nearest


def _digits(numbers: npt.NDArray[np.int_]) -> Pixels:
    """(numbers, 3): the decimal digits of each, NUL after the last."""
    return np.array([list(str(number).encode().ljust(3, b"\0")) for number in numbers], np.uint8)
