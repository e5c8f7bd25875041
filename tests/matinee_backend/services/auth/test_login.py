"""The login desk: refusals that tell nothing, and a bound on everything."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from matinee.crypto.agreement import AgreementKey
from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.errors import LoginRefused, ServiceUnavailable
from matinee.wire.auth import AccessClaims, DeviceRegistration, LoginRequest
from matinee_backend.adapters.memory import MemoryMembers
from matinee_backend.records import Account
from matinee_backend.services.auth.login import LoginDesk
from matinee_backend.settings import AuthSettings
from tests.support.control_plane import EMAIL, PASSWORD, AheadClock, account_of

KEY = SigningKey.generate()
PUBLIC = AgreementKey.generate().public


async def desk(clock: AheadClock | None = None, **settings: int) -> LoginDesk:
    members = MemoryMembers()
    await members.put_account(account_of())
    await members.put_profile("p1", account_id="account-1", name="Ada")
    return LoginDesk(
        members=members,
        key=KEY,
        service_keys={KEY.key_id: "public"},
        clock=clock or AheadClock(),
        settings=AuthSettings(**settings),
    )


def asked(email: str = EMAIL, password: str = PASSWORD, agreement_key: str = PUBLIC) -> LoginRequest:
    device = DeviceRegistration(name="Television", agreement_key=agreement_key)
    return LoginRequest(email=email, password=password, device=device)


async def test_a_good_login_is_a_signed_session_on_a_registered_device() -> None:
    clock = AheadClock()
    login = await (await desk(clock)).log_in(asked(email=f" {EMAIL.upper()} "), address="a")
    claims = TrustedKeys({KEY.key_id: KEY.public}).verify(login.access_token, AccessClaims, wall_ms=clock.wall_ms())
    assert (claims.sub, claims.device_id, claims.role) == ("account-1", login.device_id, "member")
    assert claims.exp_wall_ms == login.expires_wall_ms
    assert [profile.name for profile in login.profiles] == ["Ada"]


async def test_the_same_device_is_registered_once() -> None:
    it = await desk()
    first, again = await it.log_in(asked(), address="a"), await it.log_in(asked(), address="a")
    other = await it.log_in(asked(agreement_key=AgreementKey.generate().public), address="a")
    assert first.device_id == again.device_id != other.device_id


async def test_an_unknown_account_and_a_wrong_password_are_refused_in_the_same_words() -> None:
    it = await desk()
    with pytest.raises(LoginRefused) as unknown:
        await it.log_in(asked(email="nobody@matinee.example"), address="a")
    with pytest.raises(LoginRefused) as wrong:
        await it.log_in(asked(password="wrong"), address="a")
    assert str(unknown.value) == str(wrong.value)
    assert unknown.value.facts == wrong.value.facts


async def test_an_unknown_account_costs_a_password_check_too() -> None:
    # Time cannot be asserted; that the one checker is busy with nobody's password can.
    it = await desk(max_checks=1, max_checks_waiting=1)

    async def nobody(name: str) -> None:
        with pytest.raises(LoginRefused):
            await it.log_in(asked(email=f"{name}@matinee.example"), address="a")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(nobody("x"))
        tasks.create_task(nobody("y"))
        await asyncio.sleep(0)
        with pytest.raises(ServiceUnavailable, match="Too many people"):
            await it.log_in(asked(), address="a")


async def test_after_too_many_tries_even_the_right_password_waits() -> None:
    clock = AheadClock()
    it = await desk(clock, tries=1, try_every_ms=60_000)
    with pytest.raises(LoginRefused):
        await it.log_in(asked(password="wrong"), address="a")
    with pytest.raises(ServiceUnavailable, match="Too many logins") as refused:
        await it.log_in(asked(), address="a")
    assert refused.value.retry_after_ms is not None
    clock.ahead_ms += refused.value.retry_after_ms
    assert (await it.log_in(asked(), address="a")).account_id == "account-1"


async def test_the_event_loop_goes_on_while_a_password_is_checked() -> None:
    it = await desk()
    with ThreadPoolExecutor(max_workers=1) as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        may_check = Event()
        threads.submit(may_check.wait)
        async with asyncio.TaskGroup() as tasks:
            login = tasks.create_task(it.log_in(asked(), address="a"))
            for _ in range(10):
                await asyncio.sleep(0)
            was_done = login.done()
            may_check.set()
    assert not was_done
    assert login.result().account_id == "account-1"


async def test_a_login_whose_store_is_away_is_not_a_refusal() -> None:
    class Away(MemoryMembers):
        async def account_of(self, email: str) -> Account | None:
            raise ServiceUnavailable("The store is away.", retry_after_ms=1_000)

    it = LoginDesk(members=Away(), key=KEY, service_keys={}, clock=AheadClock(), settings=AuthSettings())
    with pytest.raises(ServiceUnavailable):
        await it.log_in(asked(), address="a")
