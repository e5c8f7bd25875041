"""The ports in memory: for tests, and for the shape that a real adapter must keep."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from matinee.wire.license import Revocable
from matinee.wire.steering import Announcement
from matinee_backend.records import (
    DAY_MS,
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


class MemoryTitles:
    def __init__(self) -> None:
        self._titles: dict[str, CatalogTitle] = {}

    async def put(self, title: CatalogTitle) -> None:
        self._titles[title.index.title_id] = title

    async def remove(self, title_id: str) -> None:
        self._titles.pop(title_id, None)

    async def title(self, title_id: str) -> CatalogTitle | None:
        return self._titles.get(title_id)

    async def titles(self) -> tuple[CatalogTitle, ...]:
        return tuple(self._titles[title_id] for title_id in sorted(self._titles))


class MemoryMembers:
    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._profiles: dict[str, dict[str, str]] = {}
        self._devices: dict[str, Device] = {}

    async def put_account(self, account: Account) -> bool:
        same_email = await self.account_of(account.email)
        if same_email is not None and same_email.account_id != account.account_id:
            return False
        self._accounts[account.account_id] = account
        return True

    async def account(self, account_id: str) -> Account | None:
        return self._accounts.get(account_id)

    async def account_of(self, email: str) -> Account | None:
        return next((account for account in self._accounts.values() if account.email == email), None)

    async def put_profile(self, profile_id: str, *, account_id: str, name: str) -> None:
        self._profiles.setdefault(account_id, {})[profile_id] = name

    async def profiles(self, account_id: str) -> Mapping[str, str]:
        return dict(self._profiles.get(account_id, {}))

    async def register_device(self, device: Device, *, keep: int) -> Device:
        own = await self.devices(device.account_id)
        known = next((other for other in own if other.agreement_key == device.agreement_key), None)
        if known is not None and device.signing_key and not known.signing_key:
            known = msgspec.structs.replace(known, signing_key=device.signing_key)
            self._devices[known.device_id] = known
        if known is not None:
            return known
        for surplus in own[: max(0, len(own) + 1 - keep)]:
            del self._devices[surplus.device_id]
        self._devices[device.device_id] = device
        return device

    async def device(self, device_id: str) -> Device | None:
        return self._devices.get(device_id)

    async def devices(self, account_id: str) -> tuple[Device, ...]:
        own = [device for device in self._devices.values() if device.account_id == account_id]
        return tuple(sorted(own, key=lambda device: (device.registered_wall_ms, device.device_id)))


class MemoryLeases:
    def __init__(self) -> None:
        self._leases: dict[str, StreamLease] = {}

    async def acquire(self, lease: StreamLease, *, limit: int, wall_ms: int) -> bool:
        own = [other for other in self._leases.values() if other.account_id == lease.account_id]
        others = [other for other in own if other.device_id != lease.device_id and other.expires_wall_ms > wall_ms]
        if len(others) >= limit:
            return False
        for gone in own:
            if gone not in others:
                del self._leases[gone.session_id]
        self._leases[lease.session_id] = lease
        return True

    async def renew(self, session_id: str, *, account_id: str, expires_wall_ms: int) -> bool:
        lease = self._leases.get(session_id)
        if lease is None or lease.account_id != account_id:
            return False
        self._leases[session_id] = StreamLease(
            account_id=account_id,
            session_id=session_id,
            device_id=lease.device_id,
            title_id=lease.title_id,
            expires_wall_ms=max(lease.expires_wall_ms, expires_wall_ms),
        )
        return True

    async def release(self, session_id: str, *, account_id: str) -> None:
        lease = self._leases.get(session_id)
        if lease is not None and lease.account_id == account_id:
            del self._leases[session_id]

    async def in_use(self, account_id: str, *, wall_ms: int) -> tuple[StreamLease, ...]:
        leases = [self._leases[session_id] for session_id in sorted(self._leases)]
        return tuple(lease for lease in leases if lease.account_id == account_id and lease.expires_wall_ms > wall_ms)


class MemoryLicenses:
    def __init__(self) -> None:
        self._granted: dict[tuple[str, str, str], GrantedLicense] = {}
        self._nonces: dict[tuple[str, str], int] = {}
        self._revoked: set[tuple[Revocable, str]] = set()

    async def take_nonce(self, nonce: str, *, device_id: str, until_wall_ms: int, wall_ms: int) -> bool:
        self._nonces = {shown: until for shown, until in self._nonces.items() if until > wall_ms}
        if (device_id, nonce) in self._nonces:
            return False
        self._nonces[device_id, nonce] = until_wall_ms
        return True

    async def grant(self, granted: GrantedLicense, *, limit: int, wall_ms: int) -> bool:
        place = (granted.account_id, granted.device_id, granted.title_id)
        others = [
            other
            for at, other in self._granted.items()
            if other.account_id == granted.account_id and at != place and other.exp_wall_ms > wall_ms
        ]
        if len(others) >= limit:
            return False
        self._granted[place] = granted
        return True

    async def granted(self, account_id: str, *, wall_ms: int) -> tuple[GrantedLicense, ...]:
        own = (it for it in self._granted.values() if it.account_id == account_id and it.exp_wall_ms > wall_ms)
        return tuple(sorted(own, key=lambda it: (it.device_id, it.title_id)))

    async def release(self, license_id: str, *, account_id: str, device_id: str) -> bool:
        for place, it in self._granted.items():
            if (it.license_id, it.account_id, it.device_id) == (license_id, account_id, device_id):
                del self._granted[place]
                return True
        return False

    async def revoke(self, kind: Revocable, subject: str, *, is_revoked: bool) -> None:
        if is_revoked:
            self._revoked.add((kind, subject))
        else:
            self._revoked.discard((kind, subject))

    async def is_revoked(self, kind: Revocable, subject: str) -> bool:
        return (kind, subject) in self._revoked


class MemoryHistory:
    def __init__(self) -> None:
        self._watched: dict[tuple[str, str], Watched] = {}
        self._viewers: dict[tuple[int, str, str], set[str]] = {}

    async def put(self, watched: Watched) -> None:
        day = watched.watched_wall_ms // DAY_MS
        self._viewers.setdefault((day, watched.title_id, watched.country), set()).add(watched.profile_id)
        watched = msgspec.structs.replace(watched, country="")
        last = self._watched.get((watched.profile_id, watched.title_id))
        if last is None or watched.watched_wall_ms >= last.watched_wall_ms:
            self._watched[watched.profile_id, watched.title_id] = watched

    async def watched(self, profile_id: str, title_id: str) -> Watched | None:
        return self._watched.get((profile_id, title_id))

    async def recent(self, profile_id: str, *, limit: int) -> tuple[Watched, ...]:
        own = [watched for watched in self._watched.values() if watched.profile_id == profile_id]
        return tuple(sorted(own, key=lambda watched: (-watched.watched_wall_ms, watched.title_id))[:limit])

    async def daily_viewers(self, since_day: int) -> tuple[DailyViewers, ...]:
        return tuple(
            DailyViewers(title_id=title_id, country=country, day=day, viewers=len(profiles))
            for (day, title_id, country), profiles in self._viewers.items()
            if day >= since_day
        )

    async def forget_days(self, before_day: int) -> None:
        self._viewers = {key: profiles for key, profiles in self._viewers.items() if key[0] >= before_day}


class MemoryPlans:
    def __init__(self) -> None:
        self._plans: dict[str, GroupPlan] = {}

    async def keep(self, plan: GroupPlan) -> None:
        self._plans[plan.group] = plan

    async def plan(self, group: str) -> GroupPlan | None:
        return self._plans.get(group)


class MemoryAppliances:
    def __init__(self) -> None:
        self._heard: dict[str, HeardAppliance] = {}
        self._shelves: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, tuple[int, Announcement]] = {}
        self._revision = 0

    async def hear(self, appliance: HeardAppliance) -> None:
        self._heard[appliance.appliance] = appliance

    async def heard_since(self, wall_ms: int) -> tuple[HeardAppliance, ...]:
        return tuple(it for _, it in sorted(self._heard.items()) if it.heard_wall_ms >= wall_ms)

    async def keep_shelf(self, digest: str, titles: Sequence[str]) -> None:
        self._shelves[digest] = tuple(titles)

    async def shelf(self, digest: str) -> tuple[str, ...] | None:
        return self._shelves.get(digest)

    async def announce(self, place: Announcement) -> None:
        self._revision += 1
        self._places[place.appliance] = (self._revision, place)

    async def announced_since(self, revision: int) -> tuple[int, tuple[Announcement, ...]]:
        new = sorted((at, name) for name, (at, _) in self._places.items() if at > revision)
        return self._revision, tuple(self._places[name][1] for _, name in new)


class MemoryKeys:
    def __init__(self, keys: Mapping[str, Mapping[str, bytes]]) -> None:
        """`keys`: content keys by key id, by title id."""
        self._keys = keys

    async def content_keys(self, title_id: str) -> Mapping[str, bytes]:
        return self._keys.get(title_id, {})


class MemoryEvents:
    def __init__(self) -> None:
        self._records: list[LogRecord] = []
        self._places: dict[str, int] = {}
        self._grown = asyncio.Event()

    async def append(self, values: Sequence[bytes], *, wall_ms: int) -> int:
        first = len(self._records)
        kept_ms = max(wall_ms, self._records[-1].wall_ms) if self._records else wall_ms
        self._records += (
            LogRecord(offset=offset, wall_ms=kept_ms, value=value) for offset, value in enumerate(values, start=first)
        )
        self._grown.set()
        self._grown = asyncio.Event()
        return first

    async def read(self, offset: int, *, limit: int) -> tuple[LogRecord, ...]:
        return tuple(self._records[offset : offset + limit])

    async def offset_since(self, wall_ms: int) -> int:
        return sum(record.wall_ms < wall_ms for record in self._records)

    async def wait_beyond(self, offset: int, *, timeout_ms: int) -> None:
        if offset < len(self._records):
            return
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await self._grown.wait()
        except TimeoutError:
            return

    async def claim(self, group: str) -> bool:
        return True

    async def place(self, group: str) -> int:
        return self._places.get(group, 0)

    async def keep_place(self, group: str, offset: int) -> None:
        self._places[group] = offset
