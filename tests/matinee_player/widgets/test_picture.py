"""Pictures on the screen: the newest, never a queue."""

import numpy as np
from textual.app import App, ComposeResult
from textual.geometry import Region

from matinee.media.frames import VideoFrame
from matinee_player.video import Pixels, palette_of
from matinee_player.widgets.picture import MovingPicture, Picture
from tests.support.players import ManualClock

WHITE, BLACK = 255, 0


async def test_a_picture_lies_in_the_middle_with_black_around_it() -> None:
    picture = Picture(palette_of("truecolor"))
    async with Stage(picture).run_test(size=(8, 6)):
        picture.draw(a_picture(WHITE, width=8, height=8))
        assert shown(picture) == ["........", "########", "########", "########", "########", "........"]


async def test_only_the_rows_that_changed_are_sent() -> None:
    picture = Picture(palette_of("truecolor"))
    async with Stage(picture).run_test(size=(8, 4)):
        pixels = a_picture(WHITE, width=8, height=8)
        picture.draw(pixels)
        assert picture.drawn_bytes > 0
        picture.draw(pixels)
        assert picture.drawn_bytes == 0


async def test_a_picture_is_drawn_again_for_another_size() -> None:
    picture = Picture(palette_of("truecolor"))
    async with Stage(picture).run_test(size=(8, 4)) as pilot:
        picture.draw(a_picture(WHITE, width=16, height=16))
        assert shown(picture) == ["########"] * 4
        await pilot.resize_terminal(12, 6)
        await pilot.pause()
        assert shown(picture) == ["############"] * 6


async def test_while_the_terminal_is_busy_only_the_newest_frame_waits() -> None:
    terminal = Terminal()
    picture = MovingPicture(palette_of("truecolor"), clock=ManualClock(), is_behind=terminal.is_behind)
    async with Stage(picture).run_test(size=(8, 4)):
        picture.show(a_frame(WHITE))
        terminal.is_busy = True
        for shade in (10, 60, BLACK):
            picture.show(a_frame(shade))
        assert shown(picture) == ["########"] * 4
        assert (picture.drawing.shown, picture.drawing.dropped) == (1, 2)
        terminal.is_busy = False
        picture.catch_up()
        assert shown(picture) == ["........"] * 4
        assert (picture.drawing.shown, picture.drawing.dropped) == (2, 2)


async def test_the_work_of_drawing_is_measured() -> None:
    picture = MovingPicture(palette_of("truecolor"), clock=ManualClock(), is_behind=lambda: False)
    async with Stage(picture).run_test(size=(8, 4)):
        picture.show(a_frame(WHITE))
        assert picture.drawing.frame_bytes == picture.drawn_bytes > 0
        assert picture.drawing.frame_us == 0


class Stage(App[None]):
    """Nothing but the picture."""

    CSS = "Picture { width: 100%; height: 100%; }"

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture

    def compose(self) -> ComposeResult:
        yield self._picture


class Terminal:
    is_busy = False

    def is_behind(self) -> bool:
        return self.is_busy


def a_picture(shade: int, *, width: int, height: int) -> Pixels:
    return np.full((height, width, 3), shade, np.uint8)


def a_frame(shade: int) -> VideoFrame:
    return VideoFrame(position_ms=0, width=8, height=8, rgb=bytes([shade]) * 8 * 8 * 3)


def shown(picture: Picture) -> list[str]:
    """`#` for each bright cell, `.` for each dark one."""
    rows = []
    for strip in picture.render_lines(Region(0, 0, *picture.size)):
        cells = "".join(("#" if is_bright(segment.style) else ".") * len(segment.text) for segment in strip)
        rows.append(cells)
    return rows


def is_bright(style: object) -> bool:
    return "#ffffff" in str(style)
