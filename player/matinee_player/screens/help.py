"""The help screen: every key of the screen below it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

Keys = tuple[tuple[str, str], ...]
"""Pairs of keys and what they do, in the order of the page."""


class HelpScreen(ModalScreen[None]):
    """Goes away with any key that asks it to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter,space", "dismiss", "Close"),
    ]

    def __init__(self, title: str, keys: Keys) -> None:
        super().__init__()
        self._panel = Static(keys_content(keys), classes="panel")
        self._panel.border_title = title
        self._panel.border_subtitle = "Esc  close"

    def compose(self) -> ComposeResult:
        yield self._panel


def keys_content(keys: Keys) -> Content:
    """Two columns: the keys in the accent colour, what they do beside them."""
    width = max(len(key) for key, _ in keys)
    lines = [Content.assemble((f"{key:>{width}}", "$accent bold"), f"   {does}") for key, does in keys]
    return Content("\n").join(lines)
