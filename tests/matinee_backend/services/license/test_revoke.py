"""Revoking."""

import pytest

from matinee.wire.license import Revocable, Revocation
from matinee_backend.adapters.memory import MemoryLeases, MemoryLicenses, MemoryMembers
from matinee_backend.records import StreamLease
from matinee_backend.services.license.revoke import Revoker
from tests.support.control_plane import AheadClock, device_of


@pytest.mark.parametrize(
    ("kind", "subject", "is_revoked", "left"),
    [
        ("device", "device-1", True, ["device-2"]),
        ("device", "device-1", False, ["device-1", "device-2"]),
        ("device", "unknown", True, ["device-1", "device-2"]),
        ("title", "big-buck", True, ["device-1", "device-2"]),
    ],
)
async def test_only_a_revoked_device_loses_its_stream(
    kind: Revocable, subject: str, is_revoked: bool, left: list[str]
) -> None:
    clock = AheadClock()
    it = Revoker(ledger=MemoryLicenses(), leases=MemoryLeases(), members=MemoryMembers(), clock=clock)
    for device_id in ("device-1", "device-2"):
        await it.members.register_device(device_of(device_id), keep=8)
        lease = StreamLease(
            account_id="account-1",
            session_id=device_id,
            device_id=device_id,
            title_id="big-buck",
            expires_wall_ms=clock.wall_ms() + 1_000_000,
        )
        await it.leases.acquire(lease, limit=2, wall_ms=clock.wall_ms())
    await it.revoke(Revocation(kind=kind, subject=subject, is_revoked=is_revoked))
    assert await it.ledger.is_revoked(kind, subject) is is_revoked
    assert [lease.device_id for lease in await it.leases.in_use("account-1", wall_ms=clock.wall_ms())] == left
