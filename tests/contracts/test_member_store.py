"""MemberStore: accounts, profiles and devices, whoever keeps them."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from matinee_backend.adapters.memory import MemoryMembers
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.adapters.sqlite.members import SqliteMembers
from matinee_backend.ports import MemberStore
from tests.support.control_plane import EMAIL, account_of, device_of


@pytest.fixture(params=["memory", "sqlite"])
async def members(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MemberStore]:
    if request.param == "memory":
        yield MemoryMembers()
        return
    database = Database(tmp_path / "matinee.sqlite")
    yield SqliteMembers(database)
    await database.close()


async def test_an_account_is_found_by_id_and_by_email(members: MemberStore) -> None:
    account = account_of("a", password_hash="hash", is_active=False)
    assert await members.put_account(account)
    assert await members.account("a") == account
    assert await members.account_of(EMAIL) == account
    assert await members.account("b") is None
    assert await members.account_of("nobody@matinee.example") is None


async def test_an_email_belongs_to_one_account(members: MemberStore) -> None:
    await members.put_account(account_of("a", password_hash="hash"))
    assert not await members.put_account(account_of("b", password_hash="hash"))
    assert await members.account("b") is None


async def test_an_account_may_be_changed(members: MemberStore) -> None:
    account = account_of("a", password_hash="hash")
    await members.put_account(account)
    changed = msgspec.structs.replace(account, plan="basic", email="new@matinee.example")
    assert await members.put_account(changed)
    assert await members.account("a") == changed
    assert await members.account_of(EMAIL) is None


async def test_profiles_come_oldest_first_and_belong_to_one_account(members: MemberStore) -> None:
    for profile_id in ("z", "a"):
        await members.put_profile(profile_id, account_id="one", name=profile_id.upper())
    await members.put_profile("z", account_id="one", name="Zoe")
    assert list((await members.profiles("one")).items()) == [("z", "Zoe"), ("a", "A")]
    assert await members.profiles("two") == {}


async def test_a_device_is_registered_once_for_its_key(members: MemberStore) -> None:
    first = device_of("d1", agreement_key="same")
    assert await members.register_device(first, keep=8) == first
    assert await members.register_device(device_of("d2", agreement_key="same"), keep=8) == first
    assert await members.device("d1") == first
    assert await members.device("d2") is None


async def test_the_same_key_is_another_device_in_another_account(members: MemberStore) -> None:
    await members.register_device(device_of("d1", agreement_key="same"), keep=8)
    other = device_of("d2", agreement_key="same", account_id="account-2")
    assert await members.register_device(other, keep=8) == other
    assert await members.devices("account-2") == (other,)


async def test_beyond_the_bound_the_device_registered_first_is_forgotten(members: MemberStore) -> None:
    for number in range(4):
        await members.register_device(device_of(f"d{number}", registered_wall_ms=number), keep=3)
    assert [device.device_id for device in await members.devices("account-1")] == ["d1", "d2", "d3"]


def test_an_account_prints_no_secret() -> None:
    assert "hash" not in repr(account_of("a", password_hash="hash"))


async def test_a_device_shows_its_signing_key_once(members: MemberStore) -> None:
    before = device_of("d1", agreement_key="same")
    await members.register_device(before, keep=8)
    shown = await members.register_device(device_of("d2", agreement_key="same", signing_key="first"), keep=8)
    later = await members.register_device(device_of("d3", agreement_key="same", signing_key="second"), keep=8)
    assert shown == later == msgspec.structs.replace(before, signing_key="first")
    assert await members.devices("account-1") == (shown,)
