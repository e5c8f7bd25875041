"""The login screen."""

from matinee_player.app import MatineeApp
from matinee_player.audio import Speaker
from matinee_player.screens.login import LoginScreen
from tests.support.players import FakeClient, ManualClock, as_client
from tests.support.screens import until, until_shown


async def test_a_refusal_says_what_to_do_and_the_next_try_can_be_better() -> None:
    app = Login(FakeClient(is_logged_in=False))
    async with app.run_test() as pilot:
        await until_shown(pilot, "Log in to watch")
        await pilot.press(*"ana", "tab", *"wrong", "enter")
        await until_shown(pilot, "Check the e-mail address")
        await pilot.press(*["backspace"] * 5, *"curtain", "enter")
        await until(pilot, lambda: app.results == [True])


async def test_what_is_missing_is_asked_for() -> None:
    app = Login(FakeClient(is_logged_in=False))
    async with app.run_test() as pilot:
        await until_shown(pilot, "Log in to watch")
        await pilot.press(*"ana", "enter")
        await until_shown(pilot, "Both the e-mail address")
        await pilot.press(*"curtain", "enter")
        await until(pilot, lambda: app.results == [True])


class Login(MatineeApp):
    """Nothing but the login."""

    def __init__(self, client: FakeClient) -> None:
        clock = ManualClock()
        super().__init__(clock=clock, speaker=Speaker(clock), depth="256")
        self._client = client
        self.results: list[bool | None] = []

    def on_mount(self) -> None:
        self.push_screen(LoginScreen(as_client(self._client)), self.results.append)
