"""A row of a picture as Textual takes it: the characters are ready, segments are made only if somebody asks."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from matinee_player.video import Cells, Codes, Palette, lines_of


class PictureStrip(Strip):
    """One row of cells.

    Textual's compositor (8.2: `_compositor.ChopsUpdate.render_segments`) cuts strips where widgets overlap and
    then asks each for its characters. A cut of a row is a row again, so no path of a moving picture makes
    segments, which would cost ten times the rest; screenshots and style look-ups do.
    """

    __slots__ = ("_lower", "_made", "_palette", "_upper")

    def __init__(self, upper: Codes, lower: Codes, palette: Palette, *, line: str | None = None) -> None:
        self._made: list[Segment] = []
        super().__init__((), len(upper))
        self._upper = upper
        self._lower = lower
        self._palette = palette
        self._render_cache = line

    @property
    def _segments(self) -> list[Segment]:
        if not self._made:
            self._made = _segments_of(self._upper, self._lower, self._palette)
        return self._made

    @_segments.setter
    def _segments(self, segments: list[Segment]) -> None:
        self._made = segments

    def __bool__(self) -> bool:
        return len(self._upper) > 0

    def render(self, console: Console) -> str:
        if self._render_cache is None:
            (self._render_cache,) = lines_of(Cells(self._upper[None], self._lower[None]), self._palette)
        return self._render_cache

    def crop(self, start: int, end: int | None = None) -> Strip:
        length = len(self._upper)
        start, end = max(0, start), length if end is None else min(end, length)
        return self if (start, end) == (0, length) else self._between(start, end)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        ends = [cut for cut in cuts if cut <= len(self._upper)]
        if ends == [len(self._upper)]:
            return [self]
        return [self._between(start, end) for start, end in zip([0, *ends], ends, strict=False)]

    def _between(self, start: int, end: int) -> "PictureStrip":
        return PictureStrip(self._upper[start:end], self._lower[start:end], self._palette)


def _segments_of(upper: Codes, lower: Codes, palette: Palette) -> list[Segment]:
    if not len(upper):
        return []
    differs = (upper[1:] != upper[:-1]) | (lower[1:] != lower[:-1])
    starts = [0, *(int(at) + 1 for at in np.flatnonzero(differs))]
    ends = [*starts[1:], len(upper)]
    return [_segment(int(upper[at]), int(lower[at]), palette, end - at) for at, end in zip(starts, ends, strict=True)]


def _segment(upper: int, lower: int, palette: Palette, width: int) -> Segment:
    style = _style(*palette.rgb[upper].tolist(), *palette.rgb[lower].tolist())
    return Segment((" " if upper == lower else "▀") * width, style)


@lru_cache(maxsize=4096)
def _style(red: int, green: int, blue: int, below_red: int, below_green: int, below_blue: int) -> Style:
    return Style(color=Color.from_rgb(red, green, blue), bgcolor=Color.from_rgb(below_red, below_green, below_blue))
