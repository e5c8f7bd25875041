"""The two doors to the same rules: our own, where a device signs what it asks, and W3C ClearKey."""

from dataclasses import dataclass

from matinee.errors import LicenseRefused
from matinee.wire.auth import AccessClaims
from matinee.wire.clearkey import ClearKeyLicense, ClearKeyRequest
from matinee.wire.license import LicenseReply, LicenseRequest, ReleaseRequest
from matinee_backend.ports import LicenseLedger, StreamLeases
from matinee_backend.records import Device
from matinee_backend.services.entitlement.entitle import Entitlement
from matinee_backend.services.license.issue import LicenseDesk
from matinee_backend.services.license.rules import (
    DeviceClaimsT,
    check_persistent,
    check_stream,
    clearkey_license,
    key_ids_of,
    read_request,
)


@dataclass(frozen=True, kw_only=True)
class LicenseDoors:
    desk: LicenseDesk
    entitlement: Entitlement
    ledger: LicenseLedger
    leases: StreamLeases

    async def license(self, who: AccessClaims, signed: str) -> LicenseReply:
        """What the device asks for: temporary for the stream that it holds, persistent to be kept.

        Raises LicenseRefused, NotEntitled, SessionExpired, TitleUnknown.
        """
        device, asked = await self._heard(who, signed, LicenseRequest)
        account = await self.entitlement.account(who)
        title = await self.entitlement.title_for(account, asked.title_id)
        wall_ms = self.desk.clock.wall_ms()
        if asked.kind == "temporary":
            leases = await self.leases.in_use(account.account_id, wall_ms=wall_ms)
            check_stream(leases, device=device, title_id=asked.title_id)
        else:
            kept = await self.ledger.granted(account.account_id, wall_ms=wall_ms)
            check_persistent(asked, kept, may_persist=self.desk.settings.may_persist)
        token = await self.desk.issue(
            account=account, device=device, title=title, kind=asked.kind, key_ids=asked.key_ids
        )
        return LicenseReply(license=token)

    async def release(self, who: AccessClaims, signed: str) -> None:
        """The account may keep one more. Raises LicenseRefused, also for a license that the device does not hold."""
        device, asked = await self._heard(who, signed, ReleaseRequest)
        if not await self.ledger.release(asked.license_id, account_id=device.account_id, device_id=device.device_id):
            raise LicenseRefused("The device keeps no such license.", reason="release")

    async def clearkey(self, who: AccessClaims, asked: ClearKeyRequest) -> ClearKeyLicense:
        """Plain keys of the title whose stream the device holds. Raises as `license`, and RequestInvalid."""
        device = await self.desk.device_of(who, who.device_id)
        account = await self.entitlement.account(who)
        leases = await self.leases.in_use(account.account_id, wall_ms=self.desk.clock.wall_ms())
        lease = next((it for it in leases if it.device_id == device.device_id), None)
        if lease is None:
            raise LicenseRefused("The device holds no stream: press play first.", reason="stream")
        title = await self.entitlement.title_for(account, lease.title_id)
        return clearkey_license(await self.desk.content_keys(title, asked=key_ids_of(asked)))

    async def _heard(
        self, who: AccessClaims, signed: str, claims_type: type[DeviceClaimsT]
    ) -> tuple[Device, DeviceClaimsT]:
        """The device, and what it signed, for the first time. Raises LicenseRefused."""
        device = await self.desk.device_of(who, who.device_id)
        wall_ms = self.desk.clock.wall_ms()
        asked = read_request(signed, claims_type, device=device, wall_ms=wall_ms)
        if not await self.ledger.take_nonce(
            asked.nonce, device_id=device.device_id, until_wall_ms=asked.exp_wall_ms, wall_ms=wall_ms
        ):
            raise LicenseRefused("The request was heard before: sign another.", reason="replayed")
        return device, asked
