"""ApplianceDirectory: who was heard, whoever keeps it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
    await directory.hear(appliance("isp-a", titles={"a"}), wall_ms=1)
    last = appliance("isp-a", titles={"a", "b"}, connections=7, is_draining=True)
    await directory.hear(last, wall_ms=2)
    assert await directory.heard_since(2) == (last,)


async def test_the_silent_are_left_out_and_the_others_come_by_name(directory: ApplianceDirectory) -> None:
    for name, wall_ms in (("isp-b", 30), ("isp-a", 20), ("origin", 10)):
        await directory.hear(appliance(name, titles=set()), wall_ms=wall_ms)
    assert [each.appliance for each in await directory.heard_since(20)] == ["isp-a", "isp-b"]
