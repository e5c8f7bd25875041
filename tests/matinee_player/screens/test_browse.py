"""The browse screen."""

import pytest

from matinee.errors import ServiceUnavailable
from matinee.wire.catalog import Homepage, Row
from matinee_player.app import WatchApp
from matinee_player.audio import Speaker
from matinee_player.screens.browse import details, is_match, moved
from matinee_player.widgets.cards import Card
from tests.support.players import FakeClient, ManualClock, a_jpeg, an_item, as_client
from tests.support.screens import screen_text, until, until_approved, until_shown


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_rows_look_as_approved(size: tuple[int, int]) -> None:
    client = FakeClient()
    app = an_app(client)
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "Big Buck Bunny, in half blocks.")
        await until_approved(pilot, f"browse-{size[0]}x{size[1]}")


async def test_the_arrows_move_between_titles_and_stop_at_the_edges() -> None:
    app = an_app(FakeClient())
    async with app.run_test() as pilot:
        await until_shown(pilot, "Big Buck Bunny, in half blocks.")
        seen = []
        for key in ("right", "down", "down", "left", "left", "up"):
            await pilot.press(key)
            seen.append(focused_title(app))
        assert seen == ["sintel", "reel", "reel", "harbour", "harbour", "big-buck-bunny"]


async def test_a_search_leaves_what_matches() -> None:
    app = an_app(FakeClient())
    async with app.run_test() as pilot:
        await until_shown(pilot, "Big Buck Bunny, in half blocks.")
        await pilot.press("slash", *"steel")
        await until_shown(pilot, "Tears of Steel, in half blocks.")
        assert "Sintel" not in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: focused_title(app) == "tears-of-steel")
        await pilot.press("escape")
        await until_shown(pilot, "Sintel")


async def test_a_search_for_nothing_there_says_so() -> None:
    app = an_app(FakeClient())
    async with app.run_test() as pilot:
        await until_shown(pilot, "Big Buck Bunny, in half blocks.")
        await pilot.press("slash", *"zzz")
        await until_shown(pilot, "Nothing here matches “zzz”.")


async def test_rows_that_cannot_be_had_can_be_tried_again() -> None:
    client = FakeClient()
    client.trouble = ServiceUnavailable("The service is away.")
    app = an_app(client)
    async with app.run_test() as pilot:
        await until_shown(pilot, "The service is away.")
        client.trouble = None
        await pilot.press("r")
        await until_shown(pilot, "Continue watching")
        assert "The service is away." not in screen_text(app)


async def test_an_empty_catalog_says_how_to_fill_it() -> None:
    app = an_app(FakeClient(homepage=Homepage(rows=(), page=1, pages=1)))
    async with app.run_test() as pilot:
        await until_shown(pilot, "There is nothing to watch yet")


async def test_posters_out_of_sight_are_not_fetched() -> None:
    rows = tuple(
        Row(title=f"Row {row}", items=tuple(an_item(f"t-{row}-{item}", f"Title {row} {item}") for item in range(9)))
        for row in range(6)
    )
    client = FakeClient(homepage=Homepage(rows=rows, page=1, pages=1))
    client.image = a_jpeg(32, 18)
    app = an_app(client)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "http://127.0.0.1/t-0-0.jpg" in client.fetched)
        await pilot.pause()
        assert "http://127.0.0.1/t-5-8.jpg" not in client.fetched


async def test_the_next_page_is_loaded_when_the_cursor_comes_to_the_last_row() -> None:
    client = FakeClient(homepage=Homepage(rows=(Row(title="Only", items=(an_item("reel", "Reel"),)),), page=1, pages=2))
    app = an_app(client)
    async with app.run_test() as pilot:
        await until_shown(pilot, "Reel, in half blocks.")
        await pilot.press("down")
        await until(pilot, lambda: client.pages == [1, 2])


async def test_help_comes_and_goes() -> None:
    app = an_app(FakeClient())
    async with app.run_test() as pilot:
        await until_shown(pilot, "Continue watching")
        await pilot.press("question_mark")
        await until_shown(pilot, "search by name, genre or credit")
        await pilot.press("escape")
        await until(pilot, lambda: "search by name" not in screen_text(app))


@pytest.mark.parametrize(
    ("across", "down", "to"), [(1, 0, (0, 2)), (-5, 0, (0, 0)), (9, 0, (0, 2)), (0, 1, (1, 0)), (0, -1, (0, 1))]
)
def test_a_step_stays_inside_the_rows(across: int, down: int, to: tuple[int, int]) -> None:
    assert moved([3, 1], (0, 1), across=across, down=down) == to


@pytest.mark.parametrize(
    ("wanted", "is_there"), [("", True), ("bunny BIG", True), ("animation", True), ("blender", True), ("sintel", False)]
)
def test_every_word_must_be_found_somewhere(wanted: str, is_there: bool) -> None:
    assert is_match(an_item("big-buck-bunny", "Big Buck Bunny", genres=("Animation",)), wanted) is is_there


def test_the_details_say_where_it_resumes() -> None:
    lines = details(an_item("reel", "Reel", genres=("Test",), progress_ms=21_000)).plain.splitlines()
    assert lines == [
        "Reel",
        "1:00 · 1080p · Test · © Blender Foundation, CC-BY 3.0 · resumes at 0:21",
        "Reel, in half blocks.",
    ]


def focused_title(app: WatchApp) -> str:
    return app.focused.item.title_id if isinstance(app.focused, Card) else ""


def an_app(client: FakeClient) -> WatchApp:
    clock = ManualClock()
    return WatchApp(as_client(client), clock=clock, speaker=Speaker(clock, silence="none"), depth="truecolor")
