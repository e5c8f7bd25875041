"""What a license is: which keys, for which device, until when."""

from collections.abc import Mapping

from matinee.crypto.agreement import license_key_context, wrap
from matinee.errors import LicenseRefused
from matinee.wire.license import License, WrappedKey
from matinee_backend.records import Account, CatalogTitle, Device


def check_device(device: Device | None, *, account_id: str, token_device_id: str, asked_device_id: str) -> Device:
    """The device. Raises LicenseRefused unless it is the account's own, registered, and the one that logged in."""
    if asked_device_id != token_device_id:
        raise LicenseRefused("The license was asked for another device than the one that logged in.", reason="device")
    if device is None or device.account_id != account_id:
        raise LicenseRefused("The device is not registered to the account.", reason="device")
    return device


def chosen_keys(title: CatalogTitle, keys: Mapping[str, bytes], *, asked: tuple[str, ...]) -> dict[str, bytes]:
    """The keys asked for, all of the title's for none. Raises LicenseRefused for a key that is not there."""
    wanted = asked or title.index.key_ids
    missing = [key_id for key_id in wanted if key_id not in keys or key_id not in title.index.key_ids]
    if missing or not wanted:
        raise LicenseRefused(f"{title.index.title_id} has no such content key.", reason="key", key_ids=missing)
    return {key_id: keys[key_id] for key_id in wanted}


def license_of(
    *,
    license_id: str,
    title: CatalogTitle,
    account: Account,
    device: Device,
    keys: Mapping[str, bytes],
    wall_ms: int,
    lifetime_ms: int,
) -> License:
    """The license: `keys` wrapped to the device, ending with the title's own window if that is earlier."""
    until_wall_ms = title.index.available_until_wall_ms
    end_wall_ms = wall_ms + lifetime_ms
    return License(
        license_id=license_id,
        title_id=title.index.title_id,
        account_id=account.account_id,
        device_id=device.device_id,
        keys=tuple(
            WrappedKey(
                key_id=key_id,
                wrapped=wrap(
                    key,
                    to_public=device.agreement_key,
                    context=license_key_context(license_id=license_id, device_id=device.device_id, key_id=key_id),
                ),
            )
            for key_id, key in keys.items()
        ),
        issued_wall_ms=wall_ms,
        exp_wall_ms=end_wall_ms if until_wall_ms is None else min(end_wall_ms, until_wall_ms),
    )
