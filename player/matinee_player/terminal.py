"""The terminal as a device: whether it keeps up, and what a screen needs to know of it.

Textual hands its output to a thread with a queue; on a slow terminal pictures would wait there and everything
would lag. `PacedDriver` counts what the terminal has not taken yet, so that a picture can be dropped instead.
"""

from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from textual.drivers.linux_driver import LinuxDriver

from matinee.clock import Clock
from matinee_player.audio import Speaker
from matinee_player.video import Palette

if TYPE_CHECKING:
    from textual.app import App


class Devices(NamedTuple):
    """What a screen plays on."""

    clock: Clock
    palette: Palette
    speaker: Speaker
    is_behind: Callable[[], bool]
    """Whether the terminal is still busy with what it got earlier."""


class PacedDriver(LinuxDriver):
    """Textual's own driver, which also knows how much the terminal has yet to take."""

    def __init__(
        self, app: "App[Any]", *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._handed_chars = 0
        self._taken = CountingFile(cast("IO[str]", self._file))
        self._file = cast("Any", self._taken)

    @property
    def is_behind(self) -> bool:
        """Whether something written earlier is still on its way."""
        return self._taken.chars < self._handed_chars

    def write(self, data: str) -> None:
        self._handed_chars += len(data)
        super().write(data)


class CountingFile:
    """A file that counts the characters its owner has taken; written by one thread only."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.chars = 0

    def write(self, text: str) -> int:
        """Returns once all of `text` is taken."""
        written = self._file.write(text)
        self._file.flush()
        self.chars += len(text)
        return written

    def flush(self) -> None:
        self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()
