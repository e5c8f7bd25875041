"""The catalog: what there is to watch, in rows."""

import msgspec

from matinee.wire.ids import TitleId


class CatalogItem(msgspec.Struct, frozen=True, kw_only=True):
    title_id: TitleId
    name: str
    duration_ms: int
    description: str = ""
    credit: str = ""
    genres: tuple[str, ...] = ()
    height: int = 0
    """Of the best rung."""
    poster_url: str = ""
    progress_ms: int = 0
    """Where the profile left it; 0 if it has not begun."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    items: tuple[CatalogItem, ...]


class Homepage(msgspec.Struct, frozen=True, kw_only=True):
    rows: tuple[Row, ...]
    page: int
    pages: int
