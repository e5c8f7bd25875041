"""Notes on top of a screen: subtitles, what playback waits for, what went wrong, and a terminal that is too small."""

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from matinee_player.view import Trouble, View

MIN_COLUMNS, MIN_ROWS = 80, 24
_SAYS = {
    "starting": "Starting …",
    "stalled": "Waiting for more …",
    "paused": "❚❚  Paused",
    "ended": "The end\n\nHome  watch again    Esc  back",
}


class Subtitles(Widget):
    """The lines that are spoken now."""

    view: reactive[View] = reactive(View(title=""), layout=True)

    def render(self) -> Content:
        return Content("\n".join(self.view.cues))

    def watch_view(self, view: View) -> None:
        self.display = bool(view.cues)


class Announcement(Widget):
    """Why the picture does not move."""

    view: reactive[View] = reactive(View(title=""), layout=True)

    def render(self) -> Content:
        return Content(announcement(self.view))

    def watch_view(self, view: View) -> None:
        self.display = bool(announcement(view))


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
