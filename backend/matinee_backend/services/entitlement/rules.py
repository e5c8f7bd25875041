"""Who may play what, and when: account, country, license window, streams at once."""

from collections.abc import Mapping

import msgspec

from matinee.errors import NotEntitled, TooManyStreams
from matinee.wire.ids import OpaqueId, TitleId, WallMs
from matinee_backend.records import Account, CatalogTitle, Device, StreamLease

STREAMS_BY_PLAN: Mapping[str, int] = {"basic": 1, "standard": 2, "premium": 4}
"""Devices of one account that may play at once."""
DEFAULT_PLAN = "standard"


class StreamInUse(msgspec.Struct, frozen=True, kw_only=True):
    device_id: OpaqueId
    device_name: str
    title_id: TitleId
    expires_wall_ms: WallMs
    """When it no longer counts, if its device falls silent."""


class StreamsInUse(msgspec.Struct, frozen=True, kw_only=True):
    allowed: int
    """By the account's plan."""
    streams: tuple[StreamInUse, ...]


def check_entitled(account: Account, title: CatalogTitle, *, wall_ms: int) -> None:
    """Raises NotEntitled, whose fact `reason` is one of `account`, `country`, `not-yet`, `no-longer`."""
    index = title.index
    if not account.is_active:
        raise NotEntitled("The account is not active.", reason="account")
    if not is_shown(title, country=account.country):
        raise NotEntitled(f"{index.name} cannot be played in {account.country}.", reason="country")
    if wall_ms < index.available_from_wall_ms:
        raise NotEntitled(f"{index.name} is not out yet.", reason="not-yet")
    if index.available_until_wall_ms is not None and wall_ms >= index.available_until_wall_ms:
        raise NotEntitled(f"{index.name} is no longer offered.", reason="no-longer")


def is_shown(title: CatalogTitle, *, country: str) -> bool:
    """Whether the title is offered in the country at all."""
    return not title.index.countries or country in title.index.countries


def is_playable(account: Account, title: CatalogTitle, *, wall_ms: int) -> bool:
    """Whether `check_entitled` lets it pass."""
    try:
        check_entitled(account, title, wall_ms=wall_ms)
    except NotEntitled:
        return False
    return True


def streams_allowed(account: Account) -> int:
    """By the account's plan; one for a plan that is not known here (an older process, a newer plan)."""
    return STREAMS_BY_PLAN.get(account.plan, 1)


def streams_in_use(account: Account, leases: tuple[StreamLease, ...], devices: tuple[Device, ...]) -> StreamsInUse:
    """What the person sees who must decide which device to stop."""
    names = {device.device_id: device.name for device in devices}
    return StreamsInUse(
        allowed=streams_allowed(account),
        streams=tuple(
            StreamInUse(
                device_id=lease.device_id,
                device_name=names.get(lease.device_id, ""),
                title_id=lease.title_id,
                expires_wall_ms=lease.expires_wall_ms,
            )
            for lease in leases
        ),
    )


def too_many(account: Account, in_use: StreamsInUse) -> TooManyStreams:
    """The refusal that names the devices in the way."""
    names = [stream.device_name or stream.device_id for stream in in_use.streams]
    return TooManyStreams(
        f"All {in_use.allowed} streams of the plan {account.plan} are in use.", devices=names, allowed=in_use.allowed
    )
