"""Issuing a license: the vault's keys, wrapped and signed off the event loop."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from matinee.clock import Clock
from matinee.crypto.tokens import SigningKey
from matinee.errors import LicenseRefused
from matinee.wire.auth import AccessClaims
from matinee.wire.license import LicenseKind
from matinee_backend.ports import KeyVault, LicenseLedger, MemberStore
from matinee_backend.records import Account, CatalogTitle, Device, GrantedLicense
from matinee_backend.services.license.rules import check_device, chosen_keys, license_of
from matinee_backend.settings import LicenseSettings


@dataclass(frozen=True, kw_only=True)
class LicenseDesk:
    members: MemberStore
    keys: KeyVault
    ledger: LicenseLedger
    key: SigningKey
    clock: Clock
    settings: LicenseSettings

    async def device_of(self, who: AccessClaims, asked_device_id: str) -> Device:
        """The device that speaks.

        Raises LicenseRefused if it is not the one asked for, not registered, or revoked.
        """
        device = check_device(
            await self.members.device(who.device_id),
            account_id=who.sub,
            token_device_id=who.device_id,
            asked_device_id=asked_device_id,
        )
        if await self.ledger.is_revoked("device", device.device_id):
            raise LicenseRefused("The operator has revoked the device.", reason="device-revoked")
        return device

    async def content_keys(self, title: CatalogTitle, *, asked: tuple[str, ...] = ()) -> Mapping[str, bytes]:
        """The title's keys that are asked for, all for none.

        Raises LicenseRefused for a key that the title does not have, and for a title that is revoked.
        """
        title_id = title.index.title_id
        if await self.ledger.is_revoked("title", title_id):
            raise LicenseRefused(f"The operator has revoked {title_id}.", reason="title-revoked")
        return chosen_keys(title, await self.keys.content_keys(title_id), asked=asked)

    async def issue(
        self,
        *,
        account: Account,
        device: Device,
        title: CatalogTitle,
        kind: LicenseKind = "temporary",
        key_ids: tuple[str, ...] = (),
    ) -> str:
        """The signed license of an entitled account's device; all keys of the title for no `key_ids`.

        Raises LicenseRefused as `content_keys`, and for more persistent licenses than an account may have.
        """
        keys = await self.content_keys(title, asked=key_ids)
        wall_ms = self.clock.wall_ms()
        granted = await asyncio.to_thread(
            license_of,
            license_id=secrets.token_urlsafe(16),
            title=title,
            account=account,
            device=device,
            keys=keys,
            kind=kind,
            wall_ms=wall_ms,
            settings=self.settings,
        )
        if kind == "persistent":
            record = GrantedLicense(
                license_id=granted.license_id,
                account_id=account.account_id,
                device_id=device.device_id,
                title_id=granted.title_id,
                exp_wall_ms=granted.exp_wall_ms,
            )
            await self._note(record, wall_ms=wall_ms)
        return await asyncio.to_thread(self.key.sign, granted)

    async def _note(self, record: GrantedLicense, *, wall_ms: int) -> None:
        if not await self.ledger.grant(record, limit=self.settings.max_kept, wall_ms=wall_ms):
            what = f"The account keeps {self.settings.max_kept} licenses already: release one."
            raise LicenseRefused(what, reason="too-many", allowed=self.settings.max_kept)
