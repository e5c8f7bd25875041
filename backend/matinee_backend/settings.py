"""Every knob of the control plane, in one frozen value."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from matinee.errors import SettingsInvalid
from matinee.wire.ids import ApplianceId, TitleId
from matinee.wire.license import Hdcp
from matinee.wire.placement import MinuteOfDay

_Positive = Annotated[int, Meta(ge=1)]
_HOUR_MS = 3_600_000


class _Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not known is refused."""


class AuthSettings(_Settings, frozen=True, kw_only=True):
    access_lifetime_ms: _Positive = 12 * _HOUR_MS
    """How long a login lasts."""
    tries: _Positive = 10
    """Logins that one account may try from one address before it must wait."""
    try_every_ms: _Positive = 30_000
    """How soon a further try is granted."""
    max_try_buckets: _Positive = 10_000
    """Accounts and addresses remembered; beyond it the least recently used is forgotten."""
    max_checks: _Positive = 2
    """Password checks at once: each keeps a core and 32 MiB busy for about 0.2 s."""
    max_checks_waiting: _Positive = 32
    """Logins that may wait for a check; more are told when to come back."""
    max_devices: _Positive = 32
    """Devices kept for one account; beyond it the one registered first is forgotten."""


class StreamSettings(_Settings, frozen=True, kw_only=True):
    lease_ms: _Positive = 90_000
    """A stream that tells nothing for so long no longer counts. Players tell every 10 s."""


class LicenseSettings(_Settings, frozen=True, kw_only=True):
    lifetime_ms: _Positive = 48 * _HOUR_MS
    """How long a license plays, unless the title's own window ends before."""
    may_persist: bool = True
    """Whether a device may keep a license, and play without us."""
    window_ms: _Positive = 30 * 24 * _HOUR_MS
    """How long a kept license may wait for its first play, unless the title's own window ends before."""
    playback_window_ms: _Positive = 48 * _HOUR_MS
    """How long a kept license plays from its first play on."""
    renew_at_permille: Annotated[int, Meta(ge=1, le=1000)] = 750
    """How much of its time a license has used when a device asks for the next one."""
    heartbeat_ms: _Positive = 10_000
    """How often a player tells that it plays; less often than `streams.lease_ms`, and it loses its stream."""
    max_height: Annotated[int, Meta(ge=0)] = 0
    """No picture higher than this is to be shown; 0: no limit."""
    hdcp: Hdcp = ""
    """What a digital output must at least speak; empty: anything."""
    max_kept: _Positive = 100
    """Licenses that all devices of one account may keep at once."""
    clearkey: bool = False
    """Whether W3C ClearKey is answered too. Its keys are readable by whoever plays: only where that does no harm."""


class CommercialPathway(_Settings, frozen=True, kw_only=True):
    """A network that serves for money. It fills from our origin, and must leave the token out of its cache key."""

    name: ApplianceId
    base_url: str
    """What stands before `/t/{token}/titles/…`, without a final `/`."""
    price: _Positive = 1
    """For as many bytes as the others' prices are: the cheapest comes first."""


class SteeringSettings(_Settings, frozen=True, kw_only=True):
    media_token_lifetime_ms: _Positive = 4 * _HOUR_MS
    """How long appliances serve a session without a new list."""
    ttl_s: _Positive = 30
    """When players ask for the next list. Seconds, as the standard has it."""
    refresh_every_ms: _Positive = 500
    """How old what other processes heard of appliances may be."""
    session_kbps: _Positive = 5_000
    """What a session that was just sent to an appliance will take of its link."""
    questions_per_s: _Positive = 5_000
    """Sessions that one process answers; more are told when to come back."""
    commercial: tuple[CommercialPathway, ...] = ()
    """Networks that serve for money when our own appliances are full."""

    def cheapest_first(self) -> tuple[CommercialPathway, ...]:
        """The commercial networks, by price."""
        return tuple(sorted(self.commercial, key=lambda it: (it.price, it.name)))


class PlacementSettings(_Settings, frozen=True, kw_only=True):
    shelf_bytes: _Positive = 1 << 41
    """Room on an ISP appliance that has not said how much it has."""
    plan_every_ms: _Positive = 6 * _HOUR_MS
    """How often the forecast is made anew. A new title or appliance is planned for at once."""
    from_minute: MinuteOfDay = 120
    """When fills may begin, in minutes after midnight where the appliance stands."""
    until_minute: MinuteOfDay = 360
    """When they end; not later than `from_minute` means on the next day."""
    rate_kbps: Annotated[int, Meta(ge=0)] = 0
    """Of what one appliance fetches from its parents; 0: as fast as it goes."""
    urgent: tuple[TitleId, ...] = ()
    """Titles that are fetched at any hour."""
    regions: dict[str, tuple[str, ...]] = {}
    """Countries whose viewers the appliances of a region serve; those of a region without a line serve all."""


class GatewaySettings(_Settings, frozen=True, kw_only=True):
    public_url: str = ""
    """Where players reach this service, without a final `/`. Empty: what the request says in `Host`."""
    trusted_proxies: tuple[str, ...] = ()
    """Subnets of proxies whose `X-Forwarded-For` is believed. None: a client is where its connection comes from."""
    deadline_ms: _Positive = 10_000
    """An answer has begun by then, or it is a 503."""
    retry_after_ms: _Positive = 2_000
    """When those come back whose request was not answered in time."""


class EventLogSettings(_Settings, frozen=True, kw_only=True):
    segment_bytes: _Positive = 64 << 20
    """A segment that is as long is followed by the next one; they are dropped whole."""
    keep_bytes: _Positive = 4 << 30
    """Beyond it the oldest segment is dropped: readers that are further behind lose what it held."""
    keep_ms: _Positive = 7 * 24 * _HOUR_MS
    """Records that are older are dropped, an eighth of this later at most, as long as anything is told."""


class TelemetrySettings(_Settings, frozen=True, kw_only=True):
    waiting_bytes: _Positive = 16 << 20
    """Of bodies that wait to be on disk; beyond it players are told when to come back."""
    once_within_ms: _Positive = 5 * 60_000
    """An event that is told again so soon counts once, also when the process was killed in between."""
    ids_remembered: _Positive = 1 << 20
    """At least; with more within that time the oldest are forgotten sooner."""


class MediaStoreSettings(_Settings, frozen=True, kw_only=True):
    scan_every_ms: _Positive = 1_000
    """How often the origin's folder is looked through for new titles."""


class Settings(_Settings, frozen=True, kw_only=True):
    auth: AuthSettings = AuthSettings()
    streams: StreamSettings = StreamSettings()
    license: LicenseSettings = LicenseSettings()
    steering: SteeringSettings = SteeringSettings()
    placement: PlacementSettings = PlacementSettings()
    gateway: GatewaySettings = GatewaySettings()
    media_store: MediaStoreSettings = MediaStoreSettings()
    event_log: EventLogSettings = EventLogSettings()
    telemetry: TelemetrySettings = TelemetrySettings()


def read_settings(file: Path | None, *, public_url: str = "") -> Settings:
    """The settings in a TOML file (defaults without one), `public_url` from the command line above it.

    Raises SettingsInvalid for a file that cannot be read, a key that is not known, a value out of range.
    """
    try:
        settings = Settings() if file is None else msgspec.toml.decode(file.read_bytes(), type=Settings)
    except OSError as error:
        raise SettingsInvalid(f"{file} cannot be read: {error.strerror}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{file}: {error}.") from error
    if not public_url:
        return settings
    gateway = msgspec.structs.replace(settings.gateway, public_url=public_url.rstrip("/"))
    return msgspec.structs.replace(settings, gateway=gateway)


def chosen(names: str, *, among: Sequence[str]) -> tuple[str, ...]:
    """The comma-separated `names` in the order of `among`; all of `among` for none. Raises SettingsInvalid."""
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    if unknown := sorted(wanted - set(among)):
        raise SettingsInvalid(f"There is no service {', '.join(unknown)}, but {', '.join(among)}.")
    return tuple(name for name in among if name in wanted or not wanted)
