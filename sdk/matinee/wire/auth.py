"""Logging in: what a device presents, what it gets, and what its tokens say."""

from typing import Literal

import msgspec

from matinee.wire.ids import OpaqueId, WallMs


class DeviceRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """A device at its first login; the private half never leaves it."""

    name: str
    """For people: shown where streams in use are listed."""
    agreement_key: str
    """X25519 public key, base64url: licenses are wrapped to it."""
    signing_key: str = ""
    """Ed25519 public key, base64url: requests for licenses are signed with its other half. Empty: it makes none."""


class LoginRequest(msgspec.Struct, frozen=True, kw_only=True):
    email: str
    password: str
    device: DeviceRegistration


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    profile_id: OpaqueId
    name: str


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a good login."""

    access_token: str
    """An `AccessClaims` token, for `Authorization: Bearer`."""
    expires_wall_ms: WallMs
    account_id: OpaqueId
    device_id: OpaqueId
    profiles: tuple[Profile, ...]
    service_keys: dict[str, str]
    """The services' public Ed25519 keys by key id, base64url: licenses are verified by them."""


class AccessClaims(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks to the control plane."""

    aud: Literal["control"] = "control"
    sub: str
    """The account id, `appliance:<id>`, or `operator:<name>`."""
    device_id: str = ""
    role: Literal["member", "appliance", "operator"] = "member"
    exp_wall_ms: WallMs


class MediaClaims(msgspec.Struct, frozen=True, kw_only=True):
    """Who may fetch media from appliances; verified there without asking anybody."""

    aud: Literal["media"] = "media"
    sub: str
    """The play session id, or `appliance:<id>` for fills."""
    titles: tuple[str, ...]
    """Title ids; `*` alone means all (appliances filling from their parent)."""
    exp_wall_ms: WallMs
