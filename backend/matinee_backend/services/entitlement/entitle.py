"""Asking the stores what the rules need, and holding a stream for who may play."""

from dataclasses import dataclass

from matinee.clock import Clock
from matinee.errors import SessionExpired, TitleUnknown
from matinee.wire.auth import AccessClaims
from matinee_backend.ports import MemberStore, StreamLeases, TitleStore
from matinee_backend.records import Account, CatalogTitle, StreamLease
from matinee_backend.services.entitlement.rules import (
    StreamsInUse,
    check_entitled,
    streams_allowed,
    streams_in_use,
    too_many,
)
from matinee_backend.settings import StreamSettings


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """Raises SessionExpired, in every method, if the token's account is gone."""

    members: MemberStore
    titles: TitleStore
    leases: StreamLeases
    clock: Clock
    settings: StreamSettings

    async def account(self, who: AccessClaims) -> Account:
        """The account that speaks."""
        account = await self.members.account(who.sub)
        if account is None:
            raise SessionExpired("The account of this session is gone.")
        return account

    async def title_for(self, account: Account, title_id: str) -> CatalogTitle:
        """The title, if the account may play it now. Raises TitleUnknown, NotEntitled."""
        title = await self.titles.title(title_id)
        if title is None:
            raise TitleUnknown(f"There is no title {title_id}.", title_id=title_id)
        check_entitled(account, title, wall_ms=self.clock.wall_ms())
        return title

    async def hold_stream(self, account: Account, *, session_id: str, device_id: str, title_id: str) -> None:
        """One of the account's streams is this session's until it ends or falls silent. Raises TooManyStreams."""
        wall_ms = self.clock.wall_ms()
        lease = StreamLease(
            account_id=account.account_id,
            session_id=session_id,
            device_id=device_id,
            title_id=title_id,
            expires_wall_ms=wall_ms + self.settings.lease_ms,
        )
        if not await self.leases.acquire(lease, limit=streams_allowed(account), wall_ms=wall_ms):
            raise too_many(account, await self.in_use(account))

    async def in_use(self, account: Account) -> StreamsInUse:
        """The streams of the account now."""
        leases = await self.leases.in_use(account.account_id, wall_ms=self.clock.wall_ms())
        return streams_in_use(account, leases, await self.members.devices(account.account_id))
