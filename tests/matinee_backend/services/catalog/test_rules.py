"""The rows of a homepage."""

from typing import Any

import pytest

from matinee_backend.records import CatalogTitle, Watched
from matinee_backend.services.catalog.rules import (
    ROWS_PER_PAGE,
    DraftRow,
    catalog_item,
    homepage_rows,
    page_of,
    resume_ms,
)
from tests.support.control_plane import account_of, catalog_title

ADA = account_of(password_hash="")


def watched(title_id: str, position_ms: int, *, done: bool = False) -> Watched:
    return Watched(profile_id="p", title_id=title_id, position_ms=position_ms, watched_wall_ms=1, is_completed=done)


def rows(*titles: CatalogTitle, recent: tuple[Watched, ...] = (), row_items: int = 9) -> dict[str, list[str]]:
    drafts = homepage_rows(ADA, titles, recent, row_items=row_items, wall_ms=1_000)
    return {draft.title: [title.index.title_id for title in draft.items] for draft in drafts}


def title(title_id: str, added_wall_ms: int = 0, **facts: Any) -> CatalogTitle:
    return catalog_title(title_id, added_wall_ms=added_wall_ms, **facts)


def test_the_new_come_newest_first_and_each_genre_has_its_row() -> None:
    assert rows(title("a", 1, genres=("Drama",)), title("b", 3, genres=("Drama", "Crime")), title("c", 2)) == {
        "New": ["b", "c", "a"],
        "Drama": ["b", "a"],
        "Crime": ["b"],
    }


def test_what_was_begun_comes_first_and_what_was_finished_is_not_continued() -> None:
    recent = (watched("b", 60_000), watched("c", 60_000, done=True), watched("a", 3_500_000), watched("gone", 5))
    found = rows(title("a"), title("b"), title("c"), recent=recent)
    assert next(iter(found)) == "Continue watching"
    assert found["Continue watching"] == ["b"]


def test_a_title_that_may_not_be_played_is_in_no_row() -> None:
    assert rows(title("a", countries=("FR",)), title("b", available_from_wall_ms=1_001)) == {}


def test_a_title_without_genre_that_is_no_longer_new_is_still_found() -> None:
    assert rows(title("a", 3), title("b", 2), title("c", 1), row_items=2) == {"New": ["a", "b"], "More": ["c"]}


@pytest.mark.parametrize(
    ("last", "resumed_ms"),
    [(None, 0), (watched("a", 60_000), 60_000), (watched("a", 60_000, done=True), 0), (watched("a", 95_000), 0)],
)
def test_watching_goes_on_where_it_was_left_unless_it_was_seen_to_the_end(
    last: Watched | None, resumed_ms: int
) -> None:
    assert resume_ms(last, duration_ms=100_000) == resumed_ms


def test_pages_hold_so_many_rows_and_there_is_at_least_one() -> None:
    drafts = [DraftRow(title=str(number), items=()) for number in range(ROWS_PER_PAGE + 1)]
    assert page_of(drafts, 1) == (tuple(drafts[:ROWS_PER_PAGE]), 2)
    assert page_of(drafts, 2) == (tuple(drafts[ROWS_PER_PAGE:]), 2)
    assert page_of(drafts, 3) == ((), 2)
    assert page_of([], 1) == ((), 1)


def test_an_item_says_what_a_person_sees() -> None:
    item = catalog_item(title("sintel", name="Sintel", credit="Blender"), poster_url="u", progress_ms=7)
    assert (item.name, item.credit, item.height, item.poster_url, item.progress_ms) == (
        "Sintel",
        "Blender",
        720,
        "u",
        7,
    )
