"""What the control plane remembers, as frozen values; `ports` says where."""

import msgspec

from matinee.wire.ids import OpaqueId, TitleId, WallMs
from matinee.wire.steering import Utilization
from matinee.wire.title import TitleIndex

DAY_MS = 86_400_000


class Account(msgspec.Struct, frozen=True, kw_only=True):
    account_id: OpaqueId
    email: str
    """Normalized (`services.auth.rules.normal_email`); unique."""
    password_hash: str
    plan: str
    """A name of `services.entitlement.rules.STREAMS_BY_PLAN`."""
    country: str
    """ISO 3166 alpha-2: where the account lives."""
    is_active: bool = True

    def __repr__(self) -> str:
        return f"Account({self.account_id})"


class Device(msgspec.Struct, frozen=True, kw_only=True):
    device_id: OpaqueId
    account_id: OpaqueId
    name: str
    agreement_key: str
    """X25519 public key, base64url: licenses are wrapped to it."""
    registered_wall_ms: WallMs
    signing_key: str = ""
    """Ed25519 public key, base64url: its requests for licenses are believed by it. Empty: it has shown none."""


class GrantedLicense(msgspec.Struct, frozen=True, kw_only=True):
    """A persistent license in somebody's hands. A device holds at most one for a title."""

    license_id: OpaqueId
    account_id: OpaqueId
    device_id: OpaqueId
    title_id: TitleId
    exp_wall_ms: WallMs


class StreamLease(msgspec.Struct, frozen=True, kw_only=True):
    """One stream in use. A device holds at most one."""

    account_id: OpaqueId
    session_id: OpaqueId
    device_id: OpaqueId
    title_id: TitleId
    expires_wall_ms: WallMs


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """How far a profile has come in a title."""

    profile_id: OpaqueId
    title_id: TitleId
    position_ms: int
    watched_wall_ms: WallMs
    is_completed: bool = False
    country: str = ""
    """Where the account lives: counted, not kept with the rest."""


class CatalogTitle(msgspec.Struct, frozen=True, kw_only=True):
    """A title that is whole in the origin's store."""

    index: TitleIndex
    """Without its `files`, which only appliances need."""
    has_poster: bool
    added_wall_ms: WallMs
    size_bytes: int = 0
    """Of all its files; 0 if an older process told of it."""
    index_sha256: str = ""
    """Of `title.json`."""


class DailyViewers(msgspec.Struct, frozen=True, kw_only=True):
    """How many profiles of a country watched a title on a day."""

    title_id: TitleId
    country: str
    day: int
    """Since the epoch, UTC."""
    viewers: int


class GroupPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Which titles lie where in a group of appliances."""

    group: str
    made_wall_ms: WallMs
    basis: str
    """A digest of the catalog and the appliances that it was made for."""
    titles: dict[str, tuple[TitleId, ...]]
    """By appliance, what matters most first."""
    moved_bytes: int = 0
    """What had to be copied after the plan before it."""


class HeardAppliance(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory keeps of an appliance's last heartbeat."""

    appliance: str
    kind: str
    base_url: str
    shelf: str
    """The digest of its titles, which the directory keeps once for all that hold the same."""
    used: Utilization
    is_draining: bool
    heard_wall_ms: WallMs


class LogRecord(msgspec.Struct, frozen=True, kw_only=True):
    offset: int
    """Its place in the log: from 0, rising."""
    wall_ms: WallMs
    """When it was appended; never less than of the one before."""
    value: bytes
