"""Issuing a license."""

from matinee.crypto.agreement import AgreementKey, license_key_context
from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.wire.auth import AccessClaims
from matinee.wire.license import License
from matinee_backend.adapters.memory import MemoryKeys, MemoryMembers
from matinee_backend.services.license.issue import LicenseDesk
from matinee_backend.settings import LicenseSettings
from tests.support.control_plane import CONTENT_KEY, KEY_ID, AheadClock, account_of, catalog_title, device_of


async def test_a_license_is_signed_and_opens_on_the_device() -> None:
    key, device_key, clock = SigningKey.generate(), AgreementKey.generate(), AheadClock()
    device = device_of(agreement_key=device_key.public)
    desk = LicenseDesk(
        members=MemoryMembers(),
        keys=MemoryKeys({"big-buck": {KEY_ID: CONTENT_KEY}}),
        key=key,
        clock=clock,
        settings=LicenseSettings(),
    )
    await desk.members.register_device(device, keep=8)
    assert await desk.device_of(_claims(), "device-1") == device
    token = await desk.issue(account=account_of(password_hash=""), device=device, title=catalog_title())
    granted = TrustedKeys({key.key_id: key.public}).verify(token, License, wall_ms=clock.wall_ms())
    context = license_key_context(license_id=granted.license_id, device_id="device-1", key_id=KEY_ID)
    assert device_key.unwrap(granted.keys[0].wrapped, context=context) == CONTENT_KEY


def _claims() -> AccessClaims:
    return AccessClaims(sub="account-1", device_id="device-1", exp_wall_ms=1)
