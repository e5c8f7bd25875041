"""The browse screen: rows of titles, one of them under the cursor, any of them found by a few letters."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Input, Label, Static

from matinee.errors import MatineeError, SessionExpired
from matinee.runtime.client import Client
from matinee.wire.auth import Profile
from matinee.wire.catalog import CatalogItem, Homepage, Row
from matinee_player.posters import Posters
from matinee_player.screens.help import HelpScreen, Keys
from matinee_player.terminal import Devices
from matinee_player.view import trouble_of
from matinee_player.widgets.cards import Card, Shelf
from matinee_player.widgets.notes import TooSmall, TroublePanel
from matinee_player.words import clock_text

KEYS: Keys = (
    ("← → ↑ ↓", "move between titles"),
    ("Enter", "watch the title under the cursor"),
    ("/", "search by name, genre or credit"),
    ("Esc", "leave the search"),
    ("r", "load the rows again"),
    ("?", "this page"),
    ("q", "quit"),
)
_PAGES_MAX = 20


class BrowseScreen(Screen[None]):
    """Says which title was chosen; dismissed when nobody is logged in any more."""

    class Chosen(Message):
        """The viewer wants to watch it."""

        def __init__(self, item: CatalogItem, profile_id: str) -> None:
            super().__init__()
            self.item = item
            self.profile_id = profile_id

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "nothing", "Watch", priority=False),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "app.quit", "Quit"),
        Binding("r", "reload", "Reload", show=False),
        Binding("escape", "leave_search", "Back", show=False),
        Binding("left", "move(-1, 0)", show=False),
        Binding("right", "move(1, 0)", show=False),
        Binding("up", "move(0, -1)", show=False),
        Binding("down", "move(0, 1)", show=False),
    ]

    def __init__(self, client: Client, profile: Profile, *, devices: Devices, title_id: str = "") -> None:
        """`title_id` is chosen at once, as if by the viewer; empty to let him choose."""
        super().__init__()
        self._title_id = title_id
        self._client = client
        self._profile = profile
        self._palette = devices.palette
        self._posters = Posters(client)
        self._pages = self._pages_known = 0
        self._shelves: list[Shelf] = []
        self._search = Input(placeholder="Search", classes="search", compact=True)
        self._room = Room(can_focus=False)
        self._details = Static("", classes="details")
        self._trouble = TroublePanel()

    def compose(self) -> ComposeResult:
        with Horizontal(classes="top"):
            yield Label("matinee", classes="brand")
            yield self._search
            yield Label(self._profile.name, classes="dim", markup=False)
        yield self._room
        yield self._details
        yield Footer(compact=True, show_command_palette=False)
        yield self._trouble
        yield TooSmall()

    def on_mount(self) -> None:
        self._search.display = False
        self.action_reload()
        if self._title_id:
            self.run_worker(self._choose_at_once(self._title_id), group="choice")

    def action_reload(self) -> None:
        """The rows as the service has them now."""
        self._trouble.trouble = None
        self._pages = self._pages_known = 0
        self.run_worker(self._load(1), exclusive=True)

    def action_search(self) -> None:
        """The cursor is in the search field."""
        self._search.display = True
        self._search.focus()

    def action_leave_search(self) -> None:
        """Every title is there again, and the cursor among them; a message about trouble is gone."""
        self._trouble.trouble = None
        self._search.value = ""
        self._search.display = False
        self._show_matches("")
        self._focus_first()

    def action_help(self) -> None:
        """Every key of this screen."""
        self.app.push_screen(HelpScreen("Browse", KEYS))

    def action_move(self, across: int, down: int) -> None:
        """The cursor is on the neighbour, if there is one."""
        grid = [shelf.shown for shelf in self._shelves if shelf.display]
        at = next(
            ((row, cards.index(card)) for row, cards in enumerate(grid) for card in cards if card is self.focused), None
        )
        if at is None:
            self._focus_first()
            return
        row, column = moved([len(cards) for cards in grid], at, across=across, down=down)
        grid[row][column].focus()
        if row == len(grid) - 1 and self._pages < min(self._pages_known, _PAGES_MAX):
            self.run_worker(self._load(self._pages + 1), exclusive=True)

    def action_nothing(self) -> None:
        """The card under the cursor has taken the key."""

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._show_matches(event.value)

    @on(Input.Submitted)
    def _leave_field(self) -> None:
        self._focus_first()

    @on(Card.Seen)
    def _describe(self, event: Card.Seen) -> None:
        self._details.update(details(event.item))

    @on(Card.Chosen)
    def _choose(self, event: Card.Chosen) -> None:
        event.stop()
        self.post_message(self.Chosen(event.item, self._profile.profile_id))

    async def _load(self, page: int) -> None:
        self._details.update(Content.styled("Loading …", "$text-dim"))
        try:
            home = await self._client.homepage(self._profile.profile_id, page=page)
        except SessionExpired:
            self.dismiss()
        except MatineeError as error:
            self._trouble.trouble = trouble_of(error)
            self._details.update("")
        else:
            await self._show(home)

    async def _show(self, home: Homepage) -> None:
        if home.page == 1:
            self._shelves = []
            await self._room.remove_children()
        fresh = [self._shelf(row) for row in home.rows if row.items]
        self._shelves += fresh
        self._pages, self._pages_known = home.page, home.pages
        await self._room.mount_all(fresh)
        if home.page == 1:
            self._focus_first()
        if not self._shelves:
            self._details.update("There is nothing to watch yet: encode a title (matinee encode FILE --title NAME).")

    async def _choose_at_once(self, title_id: str) -> None:
        try:
            item = await self._client.title(title_id)
        except MatineeError as error:
            self._trouble.trouble = trouble_of(error)
        else:
            self.post_message(self.Chosen(item, self._profile.profile_id))

    def _shelf(self, row: Row) -> Shelf:
        return Shelf(row, posters=self._posters, palette=self._palette)

    def _show_matches(self, wanted: str) -> None:
        for shelf in self._shelves:
            shelf.show_only(frozenset(card.item.title_id for card in shelf.cards if is_match(card.item, wanted)))
        first = self._first_card()
        if first is not None:
            self._details.update(details(first.item))
        elif wanted:
            self._details.update(Content(f"Nothing here matches “{wanted}”."))

    def _focus_first(self) -> None:
        first = self._first_card()
        if first is not None:
            first.focus()

    def _first_card(self) -> Card | None:
        return next((card for shelf in self._shelves for card in shelf.shown), None)


class Room(VerticalScroll, inherit_bindings=False):
    """Scrolls after the cursor; the arrow keys are the cursor's."""


def moved(lengths: list[int], at: tuple[int, int], *, across: int, down: int) -> tuple[int, int]:
    """(row, column) after a step inside rows of those lengths; at an edge the cursor stays."""
    row = min(max(0, at[0] + down), len(lengths) - 1)
    return row, min(max(0, at[1] + across), lengths[row] - 1)


def is_match(item: CatalogItem, wanted: str) -> bool:
    """Whether every word of `wanted` is somewhere in the name, the genres or the credit; case does not matter."""
    text = " ".join((item.name, *item.genres, item.credit)).casefold()
    return all(word in text for word in wanted.casefold().split())


def details(item: CatalogItem) -> Content:
    """Three lines about a title: its name, its facts, what it is about."""
    resume = f"resumes at {clock_text(item.progress_ms)}" if item.progress_ms else ""
    height = f"{item.height}p" if item.height else ""
    facts = [clock_text(item.duration_ms), height, ", ".join(item.genres), item.credit, resume]
    return Content.assemble(
        (item.name, "bold"),
        "\n",
        (" · ".join(fact for fact in facts if fact), "$text-dim"),
        f"\n{item.description}",
    )
