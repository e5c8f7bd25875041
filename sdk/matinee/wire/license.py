"""Licenses: the content keys of a title, wrapped to one device and signed by the service.

A license travels as a signed token (`matinee.crypto.tokens`) whose claims are `License`.
"""

from typing import Literal

import msgspec

from matinee.wire.ids import KeyId, OpaqueId, TitleId, WallMs


class LicenseRequest(msgspec.Struct, frozen=True, kw_only=True):
    title_id: TitleId
    device_id: OpaqueId
    key_ids: tuple[KeyId, ...] = ()
    """The keys wanted; none means all of the title."""


class WrappedKey(msgspec.Struct, frozen=True, kw_only=True):
    key_id: KeyId
    wrapped: str
    """The content key under a one-time X25519 agreement (`matinee.crypto.agreement`), base64url."""


class License(msgspec.Struct, frozen=True, kw_only=True):
    aud: Literal["license"] = "license"
    license_id: OpaqueId
    title_id: TitleId
    account_id: OpaqueId
    device_id: OpaqueId
    keys: tuple[WrappedKey, ...]
    issued_wall_ms: WallMs
    exp_wall_ms: WallMs
    """No frame is decrypted after this."""


class LicenseReply(msgspec.Struct, frozen=True, kw_only=True):
    license: str
    """The signed token whose claims are `License`."""
