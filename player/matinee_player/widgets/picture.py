"""A picture in half blocks: the newest frame and never a queue of them."""

from collections.abc import Callable

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from matinee.clock import Clock
from matinee.media.frames import VideoFrame
from matinee_player.strips import PictureStrip
from matinee_player.video import Cells, Palette, Pixels, cells_of, changed_rows, fit, lines_of, pixels_of, placed
from matinee_player.view import Drawing


class Picture(Widget):
    """Shows pixels in their aspect, black around them."""

    ALLOW_SELECT = False

    def __init__(self, palette: Palette, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._palette = palette
        self._pixels: Pixels | None = None
        self._cells: Cells | None = None
        self._strips: list[PictureStrip] = []
        self.drawn_bytes = 0
        """Of the picture drawn last: what it adds to the terminal's work."""

    def draw(self, pixels: Pixels) -> None:
        """`pixels` are on their way to the terminal: the rows that differ from what is there."""
        self._pixels = pixels
        columns, rows = self.size
        if not columns or not rows:
            return
        place = fit(pixels.shape[1], pixels.shape[0], columns=columns, rows=rows)
        cells = cells_of(placed(pixels, place, columns=columns, rows=rows), self._palette)
        changed = changed_rows(self._cells if self._strips else None, cells)
        self._cells = cells
        if len(self._strips) != rows:
            self._strips = self._blank(columns, rows)
        self.drawn_bytes = self._take_rows(changed, cells)
        if changed:
            self.refresh(*(Region(0, row, columns, 1) for row in changed))

    def render_lines(self, crop: Region) -> list[Strip]:
        columns, rows = self.size
        if len(self._strips) != rows or (self._strips and self._strips[0].cell_length != columns):
            self._strips = self._blank(columns, rows)
        first, last = crop.column_span
        return [self._strips[row].crop(first, last) for row in crop.line_range]

    def on_resize(self, event: events.Resize) -> None:
        self._cells, self._strips = None, []
        if self._pixels is not None:
            self.draw(self._pixels)

    def _take_rows(self, changed: list[int], cells: Cells) -> int:
        upper, lower = cells.upper[changed], cells.lower[changed]
        lines = lines_of(Cells(upper, lower), self._palette)
        for index, (row, line) in enumerate(zip(changed, lines, strict=True)):
            self._strips[row] = PictureStrip(upper[index], lower[index], self._palette, line=line)
        # ▀ takes three bytes in UTF-8, all else one.
        return sum(len(line) + 2 * line.count("▀") for line in lines)

    def _blank(self, columns: int, rows: int) -> list[PictureStrip]:
        red, green, blue = self.background_colors[1].rgb
        pixel = pixels_of(bytes((red, green, blue)) * 2 * columns, columns, 2)
        upper, lower = cells_of(pixel, self._palette)
        return [PictureStrip(upper[0], lower[0], self._palette) for _ in range(rows)]


class MovingPicture(Picture):
    """Draws frames as they come; while the terminal is still busy, only the newest waits."""

    def __init__(self, palette: Palette, *, clock: Clock, is_behind: Callable[[], bool]) -> None:
        super().__init__(palette)
        self._clock = clock
        self._is_behind = is_behind
        self._waiting: VideoFrame | None = None
        self._shown = self._dropped = 0
        self._spent_ms = self._sent_bytes = 0

    @property
    def drawing(self) -> Drawing:
        """What was drawn so far."""
        drawn = max(1, self._shown)
        return Drawing(
            shown=self._shown,
            dropped=self._dropped,
            frame_us=self._spent_ms * 1000 // drawn,
            frame_bytes=self._sent_bytes // drawn,
        )

    def show(self, frame: VideoFrame) -> None:
        """`frame` is drawn now, or once the terminal is ready unless a newer one comes first."""
        if self._waiting is not None:
            self._dropped += 1
        self._waiting = frame
        self.catch_up()

    def catch_up(self) -> None:
        """The frame that waits is drawn, if there is one and the terminal is ready."""
        if self._waiting is None or self._is_behind():
            return
        frame, self._waiting = self._waiting, None
        started_ms = self._clock.now_ms()
        self.draw(pixels_of(frame.rgb, frame.width, frame.height))
        self._spent_ms += self._clock.now_ms() - started_ms
        self._sent_bytes += self.drawn_bytes
        self._shown += 1
