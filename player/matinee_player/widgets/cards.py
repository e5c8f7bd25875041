"""A title on a shelf: its poster, name, length, credit, and how far the viewer got."""

from textual import events
from textual.app import ComposeResult
from textual.containers import HorizontalScroll, Vertical
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Label

from matinee.wire.catalog import CatalogItem, Row
from matinee_player.posters import Posters
from matinee_player.video import Palette
from matinee_player.widgets.picture import Picture
from matinee_player.words import clipped, clock_text


class Card(Vertical, can_focus=True):
    """One title; says when it is looked at and when it is chosen."""

    class Seen(Message):
        """The cursor is on it."""

        def __init__(self, item: CatalogItem) -> None:
            super().__init__()
            self.item = item

    class Chosen(Message):
        """The viewer wants to watch it."""

        def __init__(self, item: CatalogItem) -> None:
            super().__init__()
            self.item = item

    def __init__(self, item: CatalogItem, *, posters: Posters, palette: Palette) -> None:
        super().__init__()
        self.item = item
        self._posters = posters
        self._palette = palette

    def compose(self) -> ComposeResult:
        yield Poster(self.item, posters=self._posters, palette=self._palette)
        yield Caption(self.item)

    def on_focus(self, event: events.Focus) -> None:
        self.post_message(self.Seen(self.item))

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Chosen(self.item))

    def key_enter(self) -> None:
        self.post_message(self.Chosen(self.item))


class Shelf(Vertical):
    """A row of the catalog."""

    def __init__(self, row: Row, *, posters: Posters, palette: Palette) -> None:
        super().__init__()
        self._row = row
        self.cards = [Card(item, posters=posters, palette=palette) for item in row.items]

    def compose(self) -> ComposeResult:
        yield Label(self._row.title, classes="shelf-title", markup=False)
        yield Board(*self.cards, can_focus=False)

    def show_only(self, title_ids: frozenset[str]) -> None:
        """Only those titles are on the shelf; an empty shelf goes."""
        for card in self.cards:
            card.display = card.item.title_id in title_ids
        self.display = bool(self.shown)

    @property
    def shown(self) -> list[Card]:
        """From the left."""
        return [card for card in self.cards if card.display]


class Board(HorizontalScroll, inherit_bindings=False):
    """Scrolls after the cursor; the arrow keys are the cursor's."""


class Poster(Picture):
    """The title's picture, asked for when it first comes into sight; a quiet tile until then."""

    def __init__(self, item: CatalogItem, *, posters: Posters, palette: Palette) -> None:
        super().__init__(palette)
        self._item = item
        self._posters = posters
        self._asked_size = Size(0, 0)

    def render_lines(self, crop: Region) -> list[Strip]:
        # Only what is in sight is rendered: so posters come as the viewer comes by.
        if self._asked_size != self.size:
            self._asked_size = self.size
            self.call_later(self._ask, *self.size)
        return super().render_lines(crop)

    def _ask(self, columns: int, rows: int) -> None:
        self.run_worker(self._load(columns, rows * 2), exclusive=True)

    async def _load(self, width: int, height: int) -> None:
        pixels = await self._posters.poster(self._item.poster_url, width=width, height=height)
        if pixels is not None:
            self.draw(pixels)


class Caption(Widget):
    """Progress, name and length below a poster."""

    item: reactive[CatalogItem | None] = reactive(None)

    def __init__(self, item: CatalogItem) -> None:
        super().__init__()
        self.set_reactive(Caption.item, item)

    def render(self) -> Content:
        return caption(self.item, self.size.width) if self.item is not None else Content("")


def caption(item: CatalogItem, width: int) -> Content:
    """Three lines: how much was seen, the name, the length and the credit."""
    seen = min(width, width * item.progress_ms // item.duration_ms) if item.duration_ms > 0 else 0
    bar = Content.assemble(("▔" * seen, "$accent"), ("▔" * (width - seen), "$bar-empty")) if seen else Content(" ")
    about = " · ".join(text for text in (clock_text(item.duration_ms), item.credit) if text)
    return Content("\n").join(
        [bar, Content.styled(clipped(item.name, width), "bold"), Content.styled(clipped(about, width), "$text-dim")]
    )
