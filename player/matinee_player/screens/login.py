"""The login screen: who is watching, and what to do when the service says no."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Label

from matinee.errors import MatineeError
from matinee.runtime.client import Client
from matinee_player.widgets.notes import TooSmall


class LoginScreen(Screen[bool]):
    """Dismissed with True once somebody is logged in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "log_in", "Log in", priority=True),
        Binding("escape", "app.quit", "Quit"),
    ]

    def __init__(self, client: Client, *, email: str = "") -> None:
        super().__init__()
        self._client = client
        self._email = Input(email, placeholder="E-mail address")
        self._password = Input(placeholder="Password", password=True)
        self._outcome = Label("", classes="outcome", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="login"):
            yield Label("matinee", classes="brand")
            yield Label("Log in to watch", classes="dim")
            yield self._email
            yield self._password
            yield self._outcome
            yield Label("Tab  next field    Enter  log in    Esc  quit", classes="keys")
        yield TooSmall()

    def on_mount(self) -> None:
        (self._password if self._email.value else self._email).focus()

    @on(Input.Changed)
    def _forget_outcome(self) -> None:
        self._outcome.update("")

    def action_log_in(self) -> None:
        """Asks the service, or for what is missing."""
        if not self._email.value or not self._password.value:
            self._outcome.update("Both the e-mail address and the password are needed.")
            (self._password if self._email.value else self._email).focus()
            return
        self._outcome.update("Asking …")
        self.run_worker(self._log_in(self._email.value, self._password.value), exclusive=True)

    async def _log_in(self, email: str, password: str) -> None:
        try:
            await self._client.login(email, password)
        except MatineeError as error:
            self._outcome.update(f"{error.what} {error.what_to_do}")
            self._password.focus()
            return
        self.dismiss(True)
