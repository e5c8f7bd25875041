"""Issuing a license: the vault's keys, wrapped and signed off the event loop."""

import asyncio
import secrets
from dataclasses import dataclass

from matinee.clock import Clock
from matinee.crypto.tokens import SigningKey
from matinee.wire.auth import AccessClaims
from matinee_backend.ports import KeyVault, MemberStore
from matinee_backend.records import Account, CatalogTitle, Device
from matinee_backend.services.license.rules import check_device, chosen_keys, license_of
from matinee_backend.settings import LicenseSettings


@dataclass(frozen=True, kw_only=True)
class LicenseDesk:
    members: MemberStore
    keys: KeyVault
    key: SigningKey
    clock: Clock
    settings: LicenseSettings

    async def device_of(self, who: AccessClaims, asked_device_id: str) -> Device:
        """The device that speaks. Raises LicenseRefused if it is not the one asked for, or not registered."""
        return check_device(
            await self.members.device(who.device_id),
            account_id=who.sub,
            token_device_id=who.device_id,
            asked_device_id=asked_device_id,
        )

    async def issue(
        self, *, account: Account, device: Device, title: CatalogTitle, key_ids: tuple[str, ...] = ()
    ) -> str:
        """The signed license of an entitled account's device; all keys of the title for no `key_ids`.

        Raises: LicenseRefused for a key that the title does not have.
        """
        keys = chosen_keys(title, await self.keys.content_keys(title.index.title_id), asked=key_ids)
        wall_ms = self.clock.wall_ms()

        def wrap_and_sign() -> str:
            granted = license_of(
                license_id=secrets.token_urlsafe(16),
                title=title,
                account=account,
                device=device,
                keys=keys,
                wall_ms=wall_ms,
                lifetime_ms=self.settings.lifetime_ms,
            )
            return self.key.sign(granted)

        return await asyncio.to_thread(wrap_and_sign)
