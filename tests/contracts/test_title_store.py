"""TitleStore: the catalog's titles, whoever keeps them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee_backend.adapters.memory import MemoryTitles
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.adapters.sqlite.titles import SqliteTitles
from matinee_backend.ports import TitleStore
from tests.support.control_plane import catalog_title


@pytest.fixture(params=["memory", "sqlite"])
async def titles(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TitleStore]:
    if request.param == "memory":
        yield MemoryTitles()
        return
    database = Database(tmp_path / "matinee.sqlite")
    yield SqliteTitles(database)
    await database.close()


async def test_a_title_that_was_put_is_found(titles: TitleStore) -> None:
    await titles.put(catalog_title("sintel", genres=("Fantasy",)))
    assert await titles.title("sintel") == catalog_title("sintel", genres=("Fantasy",))
    assert await titles.title("other") is None


async def test_titles_come_by_id(titles: TitleStore) -> None:
    for title_id in ("b", "c", "a"):
        await titles.put(catalog_title(title_id))
    assert [title.index.title_id for title in await titles.titles()] == ["a", "b", "c"]


async def test_a_title_of_the_same_id_takes_the_place_of_the_last(titles: TitleStore) -> None:
    await titles.put(catalog_title("a", name="Old"))
    assert [title.index.name for title in await titles.titles()] == ["Old"]
    await titles.put(catalog_title("a", name="New"))
    assert [title.index.name for title in await titles.titles()] == ["New"]


async def test_a_removed_title_is_gone_and_may_be_removed_again(titles: TitleStore) -> None:
    await titles.put(catalog_title("a"))
    await titles.remove("a")
    await titles.remove("a")
    assert await titles.title("a") is None
    assert await titles.titles() == ()


async def test_what_another_process_put_is_seen(tmp_path: Path) -> None:
    one, other = Database(tmp_path / "matinee.sqlite"), Database(tmp_path / "matinee.sqlite")
    reader, writer = SqliteTitles(one), SqliteTitles(other)
    assert await reader.titles() == ()
    await writer.put(catalog_title("a"))
    assert [title.index.title_id for title in await reader.titles()] == ["a"]
    await one.close()
    await other.close()
