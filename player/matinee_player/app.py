"""The app: which screen comes after which, one look for all of them, and the devices they share."""

from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.theme import Theme

from matinee.clock import Clock
from matinee.core.notices import PlaybackReport
from matinee.errors import MatineeError
from matinee.runtime.client import Client
from matinee_player.account import chosen_profile
from matinee_player.audio import Speaker
from matinee_player.depth import Depth
from matinee_player.projection import OpenPlayer
from matinee_player.screens.browse import BrowseScreen
from matinee_player.screens.login import LoginScreen
from matinee_player.screens.watch import WatchScreen
from matinee_player.terminal import Devices, PacedDriver
from matinee_player.video import palette_of

THEME = Theme(
    name="matinee",
    primary="#f2b84b",
    accent="#f2b84b",
    secondary="#7f8ea3",
    foreground="#e7e5df",
    background="#0d0e12",
    surface="#14161c",
    panel="#1c1f27",
    error="#e5695f",
    warning="#f2b84b",
    success="#7fb77e",
    variables={
        "text-soft": "#c9c6bd",
        "text-dim": "#858a96",
        "bar-buffered": "#5b606d",
        "bar-empty": "#2b2f3a",
        "chart": "#7f8ea3",
        "footer-background": "#0d0e12",
        "footer-key-foreground": "#f2b84b",
        "footer-description-foreground": "#858a96",
    },
)


class MatineeApp(App[PlaybackReport]):
    """Common to `watch` and `play`; the subclasses say where it begins."""

    TITLE = "Matinee"
    CSS_PATH = Path(__file__).parent / "player.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (120, "-wide")]  # noqa: RUF012 (as Textual has it)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c,ctrl+q", "quit", show=False, priority=True)]

    def __init__(self, *, clock: Clock, speaker: Speaker, depth: Depth) -> None:
        super().__init__(driver_class=PacedDriver)
        self.devices = Devices(clock, palette_of(depth), speaker, self._is_behind)
        self.register_theme(THEME)
        self.theme = THEME.name

    async def action_quit(self) -> None:
        """Leaves once nothing plays any more; the report of what was playing is the app's result."""
        report: PlaybackReport | None = None
        for screen in self.screen_stack:
            if isinstance(screen, WatchScreen):
                await screen.stop()
                report = screen.report
        self.exit(report)

    def leave(self) -> None:
        """The same from outside, as on a signal."""
        self.call_later(self.action_quit)

    def _is_behind(self) -> bool:
        driver: Any = self._driver
        return isinstance(driver, PacedDriver) and driver.is_behind


class PlayApp(MatineeApp):
    """Watches one thing and leaves."""

    def __init__(
        self, title: str, open_player: OpenPlayer, *, clock: Clock, speaker: Speaker, depth: Depth, credit: str = ""
    ) -> None:
        super().__init__(clock=clock, speaker=speaker, depth=depth)
        self._title = title
        self._credit = credit
        self._open_player = open_player

    def on_mount(self) -> None:
        screen = WatchScreen(self._title, self._open_player, devices=self.devices, credit=self._credit)
        self.push_screen(screen, self.exit)


class WatchApp(MatineeApp):
    """Logs in if nobody is, then browses, then watches, again and again."""

    def __init__(
        self,
        client: Client,
        *,
        clock: Clock,
        speaker: Speaker,
        depth: Depth,
        email: str = "",
        profile_name: str = "",
        title_id: str = "",
    ) -> None:
        super().__init__(clock=clock, speaker=speaker, depth=depth)
        self._client = client
        self._email = email
        self._profile_name = profile_name
        self._title_id = title_id

    def on_mount(self) -> None:
        self.run_worker(self._enter(), exclusive=True)

    @on(BrowseScreen.Chosen)
    def _watch(self, event: BrowseScreen.Chosen) -> None:
        title_id, profile_id = event.item.title_id, event.profile_id
        self.push_screen(
            WatchScreen(
                event.item.name,
                lambda: self._client.play(title_id, profile_id=profile_id),
                devices=self.devices,
                credit=event.item.credit,
            ),
            self._watched,
        )

    def _watched(self, report: PlaybackReport | None) -> None:
        """Back among the rows, which know now how far it went."""
        if isinstance(self.screen, BrowseScreen):
            self.screen.action_reload()

    async def _enter(self) -> None:
        """Logs in and browses; once the session has run out, once more."""
        is_known = self._client.is_logged_in
        while True:
            if not is_known:
                await self.push_screen_wait(LoginScreen(self._client, email=self._email))
            try:
                profile = chosen_profile(self._client.profiles, self._profile_name)
            except MatineeError as error:
                self.exit(return_code=1, message=f"matinee watch: {error}")
                return
            title_id, self._title_id = self._title_id, ""
            await self.push_screen_wait(BrowseScreen(self._client, profile, devices=self.devices, title_id=title_id))
            is_known = False
