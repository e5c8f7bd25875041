"""The rows of a homepage, and what a person sees of a title."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from matinee.wire.catalog import CatalogItem
from matinee_backend.records import Account, CatalogTitle, Watched
from matinee_backend.services.entitlement.rules import is_playable

DeviceKind = Literal["tv", "phone", "tablet", "computer", "terminal"]
ITEMS_BY_DEVICE: Mapping[str, int] = {"tv": 40, "phone": 15, "tablet": 30, "computer": 40, "terminal": 40}
"""How long a row may be."""
ROWS_PER_PAGE = 8
_COMPLETED_OF_20 = 19
"""A title counts as seen from 19 twentieths on: what follows is credits."""


class DraftRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row before it has posters."""

    title: str
    items: tuple[CatalogTitle, ...]


def resume_ms(watched: Watched | None, *, duration_ms: int) -> int:
    """Where to go on; 0 for what was not begun, or seen to the end."""
    if watched is None or watched.is_completed or watched.position_ms * 20 >= duration_ms * _COMPLETED_OF_20:
        return 0
    return max(0, watched.position_ms)


def homepage_rows(
    account: Account, titles: Sequence[CatalogTitle], recent: Sequence[Watched], *, row_items: int, wall_ms: int
) -> tuple[DraftRow, ...]:
    """Continue watching, New, then a row for each genre, the fullest first. Only what the account may play now."""
    playable = {title.index.title_id: title for title in titles if is_playable(account, title, wall_ms=wall_ms)}
    newest = sorted(playable.values(), key=lambda title: (-title.added_wall_ms, title.index.title_id))
    begun = [
        playable[watched.title_id]
        for watched in recent
        if watched.title_id in playable
        and resume_ms(watched, duration_ms=playable[watched.title_id].index.duration_ms) > 0
    ]
    rows = [("Continue watching", begun), ("New", newest), *_genre_rows(newest, row_items=row_items)]
    return tuple(DraftRow(title=name, items=tuple(items[:row_items])) for name, items in rows if items)


def page_of(rows: Sequence[DraftRow], page: int) -> tuple[tuple[DraftRow, ...], int]:
    """The rows of the page, from 1 on (none beyond the last), and how many pages there are, at least one."""
    first = (page - 1) * ROWS_PER_PAGE
    return tuple(rows[first : first + ROWS_PER_PAGE]), max(1, -(-len(rows) // ROWS_PER_PAGE))


def catalog_item(title: CatalogTitle, *, poster_url: str = "", progress_ms: int = 0) -> CatalogItem:
    """The title as it travels."""
    index = title.index
    return CatalogItem(
        title_id=index.title_id,
        name=index.name,
        duration_ms=index.duration_ms,
        description=index.description,
        credit=index.credit,
        genres=index.genres,
        height=max((rung.height for rung in index.ladder), default=0),
        poster_url=poster_url,
        progress_ms=progress_ms,
    )


def _genre_rows(newest: list[CatalogTitle], *, row_items: int) -> list[tuple[str, list[CatalogTitle]]]:
    genres: dict[str, list[CatalogTitle]] = {}
    for title in newest:
        for genre in title.index.genres:
            genres.setdefault(genre, []).append(title)
    rows = sorted(genres.items(), key=lambda row: (-len(row[1]), row[0]))
    # What has no genre and is too old for the row of the new would be found nowhere.
    rest = [title for title in newest[row_items:] if not title.index.genres]
    return [*rows, ("More", rest)]
