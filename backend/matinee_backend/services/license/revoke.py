"""Revoking a device or a title: from now on no license, and no stream either."""

from dataclasses import dataclass

from matinee.clock import Clock
from matinee.wire.license import Revocation
from matinee_backend.ports import LicenseLedger, MemberStore, StreamLeases


@dataclass(frozen=True, kw_only=True)
class Revoker:
    ledger: LicenseLedger
    leases: StreamLeases
    members: MemberStore
    clock: Clock

    async def revoke(self, said: Revocation) -> None:
        """What `said` says holds from now on; a device that is revoked has lost its stream.

        What was licensed before plays to its end: a device is not asked in between.
        """
        await self.ledger.revoke(said.kind, said.subject, is_revoked=said.is_revoked)
        device = await self.members.device(said.subject) if said.kind == "device" else None
        if device is None or not said.is_revoked:
            return
        for lease in await self.leases.in_use(device.account_id, wall_ms=self.clock.wall_ms()):
            if lease.device_id == device.device_id:
                await self.leases.release(lease.session_id, account_id=device.account_id)
