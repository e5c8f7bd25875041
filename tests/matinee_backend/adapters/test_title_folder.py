"""Titles out of the origin's folder."""

import asyncio
import os
from pathlib import Path

import msgspec
import pytest

from matinee.errors import ServiceUnavailable
from matinee.wire.title import MediaFile
from matinee_backend.adapters.memory import MemoryTitles
from matinee_backend.adapters.title_folder import TitleFolder
from matinee_backend.records import CatalogTitle
from tests.support.control_plane import AheadClock, catalog_title

POSTER = MediaFile(path="poster.jpg", size_bytes=1, sha256="0" * 64)


def write(folder: Path, title_id: str, *, name: str = "Sintel", written_as: str | None = None, at_s: int = 5) -> None:
    index = msgspec.structs.replace(catalog_title(title_id, name=name).index, files=(POSTER,))
    file = folder / (written_as or title_id) / "title.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(index))
    os.utime(file, (at_s, at_s))


def watching(folder: Path) -> tuple[MemoryTitles, TitleFolder]:
    titles = MemoryTitles()
    return titles, TitleFolder(folder, titles=titles, clock=AheadClock())


async def test_a_whole_title_is_in_the_catalog_and_one_in_the_making_is_not(tmp_path: Path) -> None:
    titles, folder = watching(tmp_path)
    (tmp_path / "unfinished").mkdir()
    write(tmp_path, "sintel", at_s=5)
    await folder.scan()
    (found,) = await titles.titles()
    assert (found.index.title_id, found.index.files, found.has_poster, found.added_wall_ms) == (
        "sintel",
        (),
        True,
        5_000,
    )


async def test_a_title_that_changes_or_goes_is_followed(tmp_path: Path) -> None:
    titles, folder = watching(tmp_path)
    write(tmp_path, "sintel", name="Sintel")
    await folder.scan()
    write(tmp_path, "sintel", name="Sintel, restored", at_s=6)
    await folder.scan()
    assert [title.index.name for title in await titles.titles()] == ["Sintel, restored"]
    (tmp_path / "sintel" / "title.json").unlink()
    await folder.scan()
    assert await titles.titles() == ()
    write(tmp_path, "sintel", name="Back again", at_s=6)
    await folder.scan()
    assert [title.index.name for title in await titles.titles()] == ["Back again"]


async def test_an_index_that_cannot_be_read_or_is_anothers_is_left_out(tmp_path: Path) -> None:
    titles, folder = watching(tmp_path)
    (tmp_path / "garbled").mkdir()
    (tmp_path / "garbled" / "title.json").write_text("{")
    write(tmp_path, "sintel", written_as="other")
    write(tmp_path, "good")
    await folder.scan()
    assert [title.index.title_id for title in await titles.titles()] == ["good"]


async def test_a_folder_that_is_away_does_not_empty_the_catalog(tmp_path: Path) -> None:
    titles, folder = watching(tmp_path / "unmounted")
    await titles.put(catalog_title("sintel"))
    with pytest.raises(ServiceUnavailable):
        await folder.scan()
    assert len(await titles.titles()) == 1


async def test_a_watched_folder_is_looked_through_again_also_after_it_was_away(tmp_path: Path) -> None:
    titles, clock = ToldTitles(), ToldClock()
    folder = TitleFolder(tmp_path / "media", titles=titles, clock=clock)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(folder.watch(every_ms=1))
        await clock.waited.wait()
        write(tmp_path / "media", "sintel")
        await titles.added.wait()
        watch.cancel()


class ToldTitles(MemoryTitles):
    """Tells when a title is put."""

    def __init__(self) -> None:
        super().__init__()
        self.added = asyncio.Event()

    async def put(self, title: CatalogTitle) -> None:
        await super().put(title)
        self.added.set()


class ToldClock(AheadClock):
    """Tells when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = asyncio.Event()

    async def wait_until(self, now_ms: int) -> None:
        self.waited.set()
        await super().wait_until(now_ms)
