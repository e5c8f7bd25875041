"""Notes on top of a screen: subtitles, what playback waits for, what went wrong, and a terminal that is too small.

A view comes several times a second, and a new layout repaints the whole screen with the picture in it: so a note
asks for a layout only when its own text changes.
"""

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from matinee_player.view import Trouble, View

MIN_COLUMNS, MIN_ROWS = 80, 24
_SAYS = {
    "starting": "Starting …",
    "seeking": "Waiting for more …",
    "stalled": "Waiting for more …",
    "paused": "❚❚  Paused",
    "ended": "The end\n\nHome  watch again    Esc  back",
}


class Subtitles(Widget):
    """The lines that are spoken now."""

    view: reactive[View] = reactive(View(title=""), repaint=False)
    text: reactive[str] = reactive("", layout=True)

    def render(self) -> Content:
        return Content(self.text)

    def watch_view(self, view: View) -> None:
        self.text = "\n".join(view.cues)
        self.display = bool(self.text)


class Announcement(Widget):
    """Why the picture does not move."""

    view: reactive[View] = reactive(View(title=""), repaint=False)
    text: reactive[str] = reactive("", layout=True)

    def render(self) -> Content:
        return Content(self.text)

    def watch_view(self, view: View) -> None:
        self.text = announcement(view)
        self.display = bool(self.text)


class TroublePanel(Widget):
    """What happened, what to do, and the keys for it."""

    trouble: reactive[Trouble | None] = reactive(None, layout=True)
    BORDER_TITLE = "This did not work"

    def render(self) -> Content:
        if self.trouble is None:
            return Content("")
        return Content.assemble(
            (self.trouble.what, "bold"),
            f"\n\n{self.trouble.what_to_do}\n\n",
            ("r", "$accent bold"),
            ("  try again    ", "$text-dim"),
            ("Esc", "$accent bold"),
            ("  back", "$text-dim"),
        )

    def watch_trouble(self, trouble: Trouble | None) -> None:
        self.display = trouble is not None


class TooSmall(Widget):
    """Covers the screen while the terminal is too small for it (shown by the style sheet)."""

    def render(self) -> RenderResult:
        columns, rows = self.app.size
        return Content(
            f"Matinee needs {MIN_COLUMNS}×{MIN_ROWS} cells;\nthis terminal has {columns}×{rows}.\n\n"
            "Make the window larger\nor the letters smaller."
        )


def announcement(view: View) -> str:
    """A word while the picture rests; empty while it moves, or an error says more."""
    return "" if view.trouble is not None else _SAYS.get(view.phase, "")
