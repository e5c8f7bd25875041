"""What a license is: which keys, for which device, until when, and who is refused one."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from matinee.crypto.agreement import license_key_context, wrap
from matinee.crypto.tokens import TrustedKeys, decode_base64url, encode_base64url, key_id_of
from matinee.errors import LicenseRefused, RequestInvalid, TokenInvalid
from matinee.wire.clearkey import ClearKeyLicense, ClearKeyRequest, JsonWebKey
from matinee.wire.license import REQUEST_LIFETIME_MS, License, LicenseKind, LicensePolicy, LicenseRequest, WrappedKey
from matinee_backend.records import Account, CatalogTitle, Device, GrantedLicense, StreamLease
from matinee_backend.settings import LicenseSettings


class DeviceClaims(Protocol):
    """What a device signs."""

    @property
    def aud(self) -> str: ...
    @property
    def device_id(self) -> str: ...
    @property
    def nonce(self) -> str: ...
    @property
    def exp_wall_ms(self) -> int: ...


DeviceClaimsT = TypeVar("DeviceClaimsT", bound=DeviceClaims)


def check_device(device: Device | None, *, account_id: str, token_device_id: str, asked_device_id: str) -> Device:
    """The device. Raises LicenseRefused unless it is the account's own, registered, and the one that logged in."""
    if asked_device_id != token_device_id:
        raise LicenseRefused("The license was asked for another device than the one that logged in.", reason="device")
    if device is None or device.account_id != account_id:
        raise LicenseRefused("The device is not registered to the account.", reason="device")
    return device


def read_request(token: str, claims_type: type[DeviceClaimsT], *, device: Device, wall_ms: int) -> DeviceClaimsT:
    """What the device signed. Whether it says it for the first time is another question.

    Raises LicenseRefused, whose fact `reason` is one of `no-signing-key`, `signature`, `device`, and `clock` with
    the service's `wall_ms`, by which a device whose clock is wrong signs again.
    """
    if not device.signing_key:
        raise LicenseRefused("The device has registered no signing key: log in again.", reason="no-signing-key")
    public = decode_base64url(device.signing_key)
    try:
        claims = TrustedKeys({key_id_of(public): public}).verify(token, claims_type, wall_ms=wall_ms)
    except TokenInvalid as error:
        if error.facts.get("reason") == "expired":
            raise _clock_differs(wall_ms) from error
        raise LicenseRefused(f"The request is not the device's own: {error.what}", reason="signature") from error
    if claims.exp_wall_ms > wall_ms + REQUEST_LIFETIME_MS:
        raise _clock_differs(wall_ms)
    if claims.device_id != device.device_id:
        raise LicenseRefused("The request speaks of another device than the one that signed it.", reason="device")
    return claims


def check_stream(leases: Sequence[StreamLease], *, device: Device, title_id: str) -> None:
    """Raises LicenseRefused unless the device holds one of the account's streams, for this title."""
    if not any(lease.device_id == device.device_id and lease.title_id == title_id for lease in leases):
        raise LicenseRefused("The device holds no stream of this title: press play first.", reason="stream")


def check_persistent(asked: LicenseRequest, kept: Sequence[GrantedLicense], *, may_persist: bool) -> None:
    """Raises LicenseRefused, `reason` `persist` or `renewal`, unless the device may keep a license of the title."""
    if not may_persist:
        raise LicenseRefused("This service lets no license be kept.", reason="persist")
    known = {(it.license_id, it.device_id, it.title_id) for it in kept}
    if asked.renews is not None and (asked.renews, asked.device_id, asked.title_id) not in known:
        raise LicenseRefused("The license to be renewed has ended, was released, or is another's.", reason="renewal")


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
    kind: LicenseKind,
    wall_ms: int,
    settings: LicenseSettings,
) -> License:
    """The license: `keys` wrapped to the device, ending with the title's own window if that is earlier."""
    until_wall_ms = title.index.available_until_wall_ms
    end_wall_ms = wall_ms + (settings.lifetime_ms if kind == "temporary" else settings.window_ms)
    exp_wall_ms = end_wall_ms if until_wall_ms is None else min(end_wall_ms, until_wall_ms)
    return License(
        license_id=license_id,
        title_id=title.index.title_id,
        account_id=account.account_id,
        device_id=device.device_id,
        kind=kind,
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
        policy=policy_of(kind, lasts_ms=exp_wall_ms - wall_ms, settings=settings),
        issued_wall_ms=wall_ms,
        exp_wall_ms=exp_wall_ms,
    )


def policy_of(kind: LicenseKind, *, lasts_ms: int, settings: LicenseSettings) -> LicensePolicy:
    """What the operator binds such a license to."""
    return LicensePolicy(
        may_persist=settings.may_persist,
        playback_window_ms=settings.playback_window_ms if kind == "persistent" else None,
        renew_after_ms=lasts_ms * settings.renew_at_permille // 1000,
        heartbeat_ms=settings.heartbeat_ms if kind == "temporary" else None,
        max_height=settings.max_height,
        hdcp=settings.hdcp,
    )


def key_ids_of(asked: ClearKeyRequest) -> tuple[str, ...]:
    """As the catalog spells them. Raises RequestInvalid for a `kid` that is no key id, and for keys to be kept."""
    if asked.type != "temporary":
        raise RequestInvalid("Keys in the clear are not for keeping.", field="type")
    try:
        raw = [decode_base64url(kid.rstrip("=")) for kid in asked.kids]
    except TokenInvalid as error:
        raise RequestInvalid("A kid is base64url.", field="kids") from error
    return tuple(dict.fromkeys(kid.hex() for kid in raw))


def clearkey_license(keys: Mapping[str, bytes]) -> ClearKeyLicense:
    """The answer that every browser reads."""
    return ClearKeyLicense(
        keys=tuple(
            JsonWebKey(kid=encode_base64url(bytes.fromhex(key_id)), k=encode_base64url(key))
            for key_id, key in keys.items()
        )
    )


def _clock_differs(wall_ms: int) -> LicenseRefused:
    what = "The request has ended, or ends too late: the device's clock differs from the service's."
    return LicenseRefused(what, reason="clock", wall_ms=wall_ms)
