"""The app: which screen comes after which."""

from matinee.errors import SessionExpired
from matinee_player.app import PlayApp, WatchApp
from matinee_player.audio import Speaker
from matinee_player.screens.browse import BrowseScreen
from matinee_player.screens.login import LoginScreen
from matinee_player.screens.watch import WatchScreen
from tests.support.players import FakeClient, ManualClock, as_client
from tests.support.screens import screen_text, until, until_shown


async def test_nobody_browses_before_logging_in() -> None:
    app = a_watch_app(FakeClient(is_logged_in=False))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, LoginScreen))
        await pilot.press(*"ana", "tab", *"curtain", "enter")
        await until_shown(pilot, "Continue watching")


async def test_a_title_is_chosen_watched_and_left() -> None:
    client = FakeClient()
    app = a_watch_app(client)
    async with app.run_test() as pilot:
        await until_shown(pilot, "Continue watching")
        await pilot.press("right", "enter")
        await until(pilot, lambda: isinstance(app.screen, WatchScreen) and bool(client.players))
        assert client.played == [("sintel", "ana")]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        # The rows are asked for again: they know now how far it went.
        await until(pilot, lambda: client.pages == [1, 1])


async def test_a_title_named_on_the_command_line_is_watched_at_once() -> None:
    client = FakeClient()
    app = a_watch_app(client, title_id="harbour")
    async with app.run_test() as pilot:
        await until(pilot, lambda: client.played == [("harbour", "ana")])


async def test_a_title_that_is_not_there_is_said_on_the_browse_screen() -> None:
    app = a_watch_app(FakeClient(), title_id="nowhere")
    async with app.run_test() as pilot:
        await until_shown(pilot, "There is no title 'nowhere'.")


async def test_a_session_that_has_run_out_leads_to_the_login() -> None:
    client = FakeClient()
    client.trouble = SessionExpired("The login has run out.")
    app = a_watch_app(client)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, LoginScreen))


async def test_an_unknown_profile_ends_the_app_with_a_line() -> None:
    app = a_watch_app(FakeClient(), profile_name="Eve")
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.return_code == 1)


async def test_one_title_is_played_and_its_report_is_the_result() -> None:
    client = FakeClient()
    clock = ManualClock()
    app = PlayApp(
        "Sintel",
        lambda: as_client(client).play("sintel"),
        clock=clock,
        speaker=Speaker(clock, silence="none"),
        depth="256",
    )
    async with app.run_test() as pilot:
        await until(pilot, lambda: bool(client.players))
        client.players[0].advance(2_000)
        await pilot.press("q")
    report = app.return_value
    assert report is not None
    assert (report.title, report.played_ms) == ("sintel", 2_000)


async def test_control_c_leaves_from_anywhere_and_stops_what_plays() -> None:
    client = FakeClient()
    app = a_watch_app(client, title_id="sintel")
    async with app.run_test() as pilot:
        await until(pilot, lambda: bool(client.players))
        await pilot.press("ctrl+c")
    assert client.closed == ["sintel"]


async def test_a_small_terminal_is_told_how_large_it_must_be() -> None:
    app = a_watch_app(FakeClient())
    async with app.run_test(size=(60, 20)) as pilot:
        await until_shown(pilot, "Matinee needs 80×24 cells;")
        assert "this terminal has 60×20." in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await until_shown(pilot, "Continue watching")


def a_watch_app(client: FakeClient, *, title_id: str = "", profile_name: str = "") -> WatchApp:
    clock = ManualClock()
    return WatchApp(
        as_client(client),
        clock=clock,
        speaker=Speaker(clock, silence="this machine has no sound device"),
        depth="truecolor",
        title_id=title_id,
        profile_name=profile_name,
    )
