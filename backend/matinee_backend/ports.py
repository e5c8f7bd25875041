"""What the services ask of storage. Every adapter of a port passes its suite in `tests/contracts`.

Any method may raise ServiceUnavailable when the store is broken or overloaded; nothing else is raised
unless a method says so. What a method has returned from is kept through the death of the process, except
by the adapters in `adapters.memory`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from matinee.wire.license import Revocable
from matinee.wire.steering import Announcement
from matinee_backend.records import (
    Account,
    CatalogTitle,
    DailyViewers,
    Device,
    GrantedLicense,
    GroupPlan,
    HeardAppliance,
    LogRecord,
    StreamLease,
    Watched,
)


class TitleStore(Protocol):
    async def put(self, title: CatalogTitle) -> None:
        """Adds the title, or replaces the one of the same id."""
        ...

    async def remove(self, title_id: str) -> None:
        """The title is gone, if it was there."""
        ...

    async def title(self, title_id: str) -> CatalogTitle | None: ...

    async def titles(self) -> tuple[CatalogTitle, ...]:
        """All of them, by id."""
        ...


class MemberStore(Protocol):
    async def put_account(self, account: Account) -> bool:
        """Adds the account, or replaces the one of the same id.

        False, and nothing changed, if another account has its e-mail.
        """
        ...

    async def account(self, account_id: str) -> Account | None: ...

    async def account_of(self, email: str) -> Account | None: ...

    async def put_profile(self, profile_id: str, *, account_id: str, name: str) -> None: ...

    async def profiles(self, account_id: str) -> Mapping[str, str]:
        """Names by profile id, oldest first."""
        ...

    async def register_device(self, device: Device, *, keep: int) -> Device:
        """The account's device of this agreement key: the one registered before, else `device`.

        One that had shown no signing key has that of `device` from now on; a key once shown stays.
        An account keeps `keep` devices, the latest registered.
        """
        ...

    async def device(self, device_id: str) -> Device | None: ...

    async def devices(self, account_id: str) -> tuple[Device, ...]: ...


class StreamLeases(Protocol):
    """The streams in use. Strongly consistent: whoever asks, in whichever process, no limit is ever passed."""

    async def acquire(self, lease: StreamLease, *, limit: int, wall_ms: int) -> bool:
        """Whether the stream may begin: fewer than `limit` other devices of the account hold a lease.

        It takes the place of the device's last one.
        """
        ...

    async def renew(self, session_id: str, *, account_id: str, expires_wall_ms: int) -> bool:
        """Whether the lease was still there; it never ends earlier than it would have."""
        ...

    async def release(self, session_id: str, *, account_id: str) -> None:
        """The lease is gone, if it was there and of this account."""
        ...

    async def in_use(self, account_id: str, *, wall_ms: int) -> tuple[StreamLease, ...]:
        """Those that have not expired, by session."""
        ...


class LicenseLedger(Protocol):
    """Which licenses are out, and whom to refuse. Strongly consistent, as `StreamLeases`."""

    async def take_nonce(self, nonce: str, *, device_id: str, until_wall_ms: int, wall_ms: int) -> bool:
        """Whether the device has not shown it before. It is remembered until then."""
        ...

    async def grant(self, granted: GrantedLicense, *, limit: int, wall_ms: int) -> bool:
        """Whether it may be: the account has fewer than `limit` others that have not expired.

        It takes the place of the device's last one for the title.
        """
        ...

    async def granted(self, account_id: str, *, wall_ms: int) -> tuple[GrantedLicense, ...]:
        """Those that have not expired, by device and title."""
        ...

    async def release(self, license_id: str, *, account_id: str, device_id: str) -> bool:
        """Whether it was there and the device's; it is gone."""
        ...

    async def revoke(self, kind: Revocable, subject: str, *, is_revoked: bool) -> None:
        """From now on, or no longer."""
        ...

    async def is_revoked(self, kind: Revocable, subject: str) -> bool: ...


class HistoryStore(Protocol):
    """What was watched. The last write wins by `watched_wall_ms`, so that telling it twice changes nothing."""

    async def put(self, watched: Watched) -> None: ...

    async def watched(self, profile_id: str, title_id: str) -> Watched | None: ...

    async def recent(self, profile_id: str, *, limit: int) -> tuple[Watched, ...]:
        """Latest first."""
        ...

    async def daily_viewers(self, since_day: int) -> Sequence[DailyViewers]:
        """How many profiles of each country watched each title on each day, from `since_day` on."""
        ...

    async def forget_days(self, before_day: int) -> None:
        """Days before it are counted no longer."""
        ...


class PlanStore(Protocol):
    async def keep(self, plan: GroupPlan) -> None:
        """Takes the place of the group's last plan."""
        ...

    async def plan(self, group: str) -> GroupPlan | None: ...


class ApplianceDirectory(Protocol):
    async def hear(self, appliance: HeardAppliance) -> None:
        """It is alive, and this is what it says now."""
        ...

    async def heard_since(self, wall_ms: int) -> tuple[HeardAppliance, ...]:
        """Those heard at `wall_ms` or later, by name."""
        ...

    async def keep_shelf(self, digest: str, titles: Sequence[str]) -> None:
        """The digest stands for these titles."""
        ...

    async def shelf(self, digest: str) -> tuple[str, ...] | None:
        """The titles that the digest stands for; None if nobody has said."""
        ...

    async def announce(self, place: Announcement) -> None:
        """The appliance stands there now."""
        ...

    async def announced_since(self, revision: int) -> tuple[int, tuple[Announcement, ...]]:
        """What was announced after that revision, the oldest first, and the revision to ask from the next time.

        Of each appliance its last announcement counts; 0 asks for all.
        """
        ...


class KeyVault(Protocol):
    async def content_keys(self, title_id: str) -> Mapping[str, bytes]:
        """The title's 16-byte keys by key id; empty if it has none here."""
        ...


class EventLog(Protocol):
    """An append-only log with one writer and any number of readers, in groups that each keep a place of their own."""

    async def append(self, values: Sequence[bytes], *, wall_ms: int) -> int:
        """All values follow one another in the log, kept from now on. The offset of the first.

        Raises ServiceUnavailable: then none is there. What death interrupts may be there in part: some whole values
        from the first on, never a part of one.
        """
        ...

    async def read(self, offset: int, *, limit: int) -> tuple[LogRecord, ...]:
        """At most `limit` records from `offset` on, or from the oldest that is kept if that is later."""
        ...

    async def offset_since(self, wall_ms: int) -> int:
        """Of the first record that was appended then or later, or of the next one: where a replay begins."""
        ...

    async def wait_beyond(self, offset: int, *, timeout_ms: int) -> None:
        """Returns once there may be a record at `offset`, at the latest after `timeout_ms`."""
        ...

    async def claim(self, group: str) -> bool:
        """Whether this process reads for `group` now: one at a time does, until it ends; the others stand by."""
        ...

    async def place(self, group: str) -> int:
        """Where `group` goes on; 0 for one that is new."""
        ...

    async def keep_place(self, group: str, offset: int) -> None:
        """Where it goes on from now on: further, or further back to follow again."""
        ...
