"""Issuing a license."""

import pytest

from matinee.crypto.agreement import AgreementKey, license_key_context
from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.errors import LicenseRefused
from matinee.wire.auth import AccessClaims
from matinee.wire.license import License, Revocable
from matinee_backend.adapters.memory import MemoryKeys, MemoryLicenses, MemoryMembers
from matinee_backend.services.license.issue import LicenseDesk
from matinee_backend.settings import LicenseSettings
from tests.support.control_plane import CONTENT_KEY, KEY_ID, AheadClock, account_of, catalog_title, device_of

DEVICE_KEY = AgreementKey.generate()
DEVICE = device_of(agreement_key=DEVICE_KEY.public)
ACCOUNT = account_of(password_hash="")
WHO = AccessClaims(sub="account-1", device_id="device-1", exp_wall_ms=1)


async def desk_of(key: SigningKey | None = None, *, max_kept: int = 100) -> LicenseDesk:
    desk = LicenseDesk(
        members=MemoryMembers(),
        keys=MemoryKeys({"big-buck": {KEY_ID: CONTENT_KEY}, "other": {KEY_ID: CONTENT_KEY}}),
        ledger=MemoryLicenses(),
        key=key or SigningKey.generate(),
        clock=AheadClock(),
        settings=LicenseSettings(max_kept=max_kept),
    )
    await desk.members.register_device(DEVICE, keep=8)
    return desk


async def test_a_license_is_signed_and_opens_on_the_device() -> None:
    key = SigningKey.generate()
    desk = await desk_of(key)
    assert await desk.device_of(WHO, "device-1") == DEVICE
    token = await desk.issue(account=ACCOUNT, device=DEVICE, title=catalog_title())
    granted = TrustedKeys({key.key_id: key.public}).verify(token, License, wall_ms=desk.clock.wall_ms())
    context = license_key_context(license_id=granted.license_id, device_id="device-1", key_id=KEY_ID)
    assert DEVICE_KEY.unwrap(granted.keys[0].wrapped, context=context) == CONTENT_KEY


@pytest.mark.parametrize(("kind", "subject"), [("device", "device-1"), ("title", "big-buck")])
async def test_what_the_operator_has_revoked_is_refused_until_it_is_taken_back(kind: Revocable, subject: str) -> None:
    desk = await desk_of()

    async def grant() -> str:
        device = await desk.device_of(WHO, "device-1")
        return await desk.issue(account=ACCOUNT, device=device, title=catalog_title())

    await desk.ledger.revoke(kind, subject, is_revoked=True)
    with pytest.raises(LicenseRefused) as refused:
        await grant()
    assert refused.value.facts["reason"] == f"{kind}-revoked"
    await desk.ledger.revoke(kind, subject, is_revoked=False)
    assert await grant()


async def test_an_account_keeps_so_many_licenses_and_renews_those_it_has() -> None:
    desk = await desk_of(max_kept=1)
    for _ in range(2):
        await desk.issue(account=ACCOUNT, device=DEVICE, title=catalog_title(), kind="persistent")
    with pytest.raises(LicenseRefused) as refused:
        await desk.issue(account=ACCOUNT, device=DEVICE, title=catalog_title("other"), kind="persistent")
    assert refused.value.facts["reason"] == "too-many"
    assert len(await desk.ledger.granted("account-1", wall_ms=desk.clock.wall_ms())) == 1
