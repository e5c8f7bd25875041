"""PlanStore: which titles lie where, whoever keeps it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee_backend.adapters.memory import MemoryPlans
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.adapters.sqlite.plans import SqlitePlans
from matinee_backend.ports import PlanStore
from matinee_backend.records import GroupPlan


@pytest.fixture(params=["memory", "sqlite"])
async def plans(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PlanStore]:
    if request.param == "memory":
        yield MemoryPlans()
        return
    database = Database(tmp_path / "matinee.sqlite")
    yield SqlitePlans(database)
    await database.close()


def made(group: str, *, at: int) -> GroupPlan:
    return GroupPlan(group=group, made_wall_ms=at, basis="b", titles={"isp-a": ("heat", "alien")}, moved_bytes=7)


async def test_the_last_plan_of_a_group_is_the_one_that_is_kept(plans: PlanStore) -> None:
    assert await plans.plan("oslo") is None
    for at in (1, 2):
        await plans.keep(made("oslo", at=at))
    await plans.keep(made("rome", at=3))
    assert await plans.plan("oslo") == made("oslo", at=2)
