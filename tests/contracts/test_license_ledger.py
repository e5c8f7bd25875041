"""LicenseLedger: whoever keeps it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee_backend.adapters.memory import MemoryLicenses
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.adapters.sqlite.licenses import SqliteLicenses
from matinee_backend.ports import LicenseLedger
from matinee_backend.records import GrantedLicense


@pytest.fixture(params=["memory", "sqlite"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LicenseLedger]:
    if request.param == "memory":
        yield MemoryLicenses()
        return
    database = Database(tmp_path / "matinee.sqlite")
    yield SqliteLicenses(database)
    await database.close()


def granted(license_id: str, *, title_id: str = "sintel", account_id: str = "a", end: int = 100) -> GrantedLicense:
    return GrantedLicense(
        license_id=license_id, account_id=account_id, device_id="d1", title_id=title_id, exp_wall_ms=end
    )


async def test_a_nonce_is_taken_once_by_each_device_until_it_is_forgotten(ledger: LicenseLedger) -> None:
    async def take(device_id: str, wall_ms: int) -> bool:
        return await ledger.take_nonce("n", device_id=device_id, until_wall_ms=wall_ms + 10, wall_ms=wall_ms)

    assert [await take("d1", 0), await take("d1", 9), await take("d2", 9), await take("d1", 10)] == [
        True,
        False,
        True,
        True,
    ]


async def test_of_many_that_take_a_nonce_at_once_one_has_it(ledger: LicenseLedger) -> None:
    took = await asyncio.gather(
        *(ledger.take_nonce("n", device_id="d1", until_wall_ms=10, wall_ms=0) for _ in range(20))
    )
    assert sum(took) == 1


async def test_one_beyond_the_limit_is_refused_until_another_has_ended(ledger: LicenseLedger) -> None:
    assert await ledger.grant(granted("l1"), limit=1, wall_ms=0)
    assert not await ledger.grant(granted("l2", title_id="tears"), limit=1, wall_ms=99)
    assert await ledger.grant(granted("l3", title_id="tears", account_id="b"), limit=1, wall_ms=99)
    assert await ledger.grant(granted("l4", title_id="tears", end=200), limit=1, wall_ms=100)
    assert await ledger.granted("a", wall_ms=100) == (granted("l4", title_id="tears", end=200),)


async def test_a_new_one_takes_the_place_of_the_devices_last_for_the_title(ledger: LicenseLedger) -> None:
    for license_id in ("l1", "l2"):
        assert await ledger.grant(granted(license_id), limit=1, wall_ms=0)
    assert await ledger.granted("a", wall_ms=0) == (granted("l2"),)


@pytest.mark.parametrize(
    ("license_id", "account_id", "device_id", "is_gone"),
    [("l1", "a", "d1", True), ("l2", "a", "d1", False), ("l1", "b", "d1", False), ("l1", "a", "d2", False)],
)
async def test_only_its_own_device_releases_it(
    ledger: LicenseLedger, license_id: str, account_id: str, device_id: str, is_gone: bool
) -> None:
    await ledger.grant(granted("l1"), limit=1, wall_ms=0)
    assert await ledger.release(license_id, account_id=account_id, device_id=device_id) is is_gone
    assert (await ledger.granted("a", wall_ms=0) == ()) is is_gone


async def test_what_is_revoked_stays_so_until_it_is_taken_back(ledger: LicenseLedger) -> None:
    for _ in range(2):
        await ledger.revoke("device", "x", is_revoked=True)
    assert await ledger.is_revoked("device", "x")
    assert not await ledger.is_revoked("title", "x")
    await ledger.revoke("device", "x", is_revoked=False)
    assert not await ledger.is_revoked("device", "x")
