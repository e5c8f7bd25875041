"""ApplianceDirectory: who was heard, whoever keeps it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee.wire.steering import Announcement, Utilization
from matinee_backend.adapters.memory import MemoryAppliances
from matinee_backend.adapters.sqlite.appliances import SqliteAppliances
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.ports import ApplianceDirectory
from tests.support.control_plane import appliance


@pytest.fixture(params=["memory", "sqlite"])
async def directory(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ApplianceDirectory]:
    if request.param == "memory":
        yield MemoryAppliances()
        return
    database = Database(tmp_path / "matinee.sqlite")
    yield SqliteAppliances(database)
    await database.close()


async def test_an_appliance_is_found_as_it_last_spoke(directory: ApplianceDirectory) -> None:
    await directory.hear(appliance("isp-a", titles={"a"}, heard_wall_ms=1))
    last = appliance(
        "isp-a", titles={"a", "b"}, used=Utilization(connections=7, link_kbps=9), is_draining=True, heard_wall_ms=2
    )
    await directory.hear(last)
    assert await directory.heard_since(2) == (last,)


async def test_the_silent_are_left_out_and_the_others_come_by_name(directory: ApplianceDirectory) -> None:
    for name, wall_ms in (("isp-b", 30), ("isp-a", 20), ("origin", 10)):
        await directory.hear(appliance(name, heard_wall_ms=wall_ms))
    assert [each.appliance for each in await directory.heard_since(20)] == ["isp-a", "isp-b"]


async def test_a_digest_stands_for_its_titles(directory: ApplianceDirectory) -> None:
    await directory.keep_shelf("d" * 32, ("a", "b"))
    assert await directory.shelf("d" * 32) == ("a", "b")
    assert await directory.shelf("e" * 32) is None


async def test_announcements_are_read_once_each_and_the_last_of_an_appliance_counts(
    directory: ApplianceDirectory,
) -> None:
    first, second = Announcement(appliance="isp-a", site="x"), Announcement(appliance="isp-b")
    await directory.announce(first)
    await directory.announce(second)
    revision, told = await directory.announced_since(0)
    assert told == (first, second)
    assert await directory.announced_since(revision) == (revision, ())
    moved = Announcement(appliance="isp-a", site="y", subnets=("10.0.0.0/8",))
    await directory.announce(moved)
    assert (await directory.announced_since(revision))[1] == (moved,)
    assert (await directory.announced_since(0))[1] == (second, moved)
