"""Licenses: the content keys of a title, wrapped to one device and signed by the service.

A license travels as a signed token (`matinee.crypto.tokens`) whose claims are `License`, and so does what a device
asks for one with: a token under the device's own key, good once and for a minute.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from matinee.wire.ids import KeyId, OpaqueId, TitleId, WallMs

REQUEST_LIFETIME_MS = 60_000
"""How far ahead a request may end at most: so long the service remembers what it has heard."""
MOST_KEYS = 64

LicenseKind = Literal["temporary", "persistent"]
"""For a stream that is held now, or to be kept by the device and played without the service."""
Hdcp = Literal["", "1.4", "2.2"]
"""What a digital output must at least speak; empty: anything."""
Revocable = Literal["device", "title"]


class LicenseRequest(msgspec.Struct, frozen=True, kw_only=True):
    aud: Literal["license-request"] = "license-request"
    title_id: TitleId
    device_id: OpaqueId
    kind: LicenseKind = "temporary"
    key_ids: Annotated[tuple[KeyId, ...], Meta(max_length=MOST_KEYS)] = ()
    """The keys wanted; none means all of the title."""
    renews: OpaqueId | None = None
    """The persistent license that the new one replaces: refused if that was released or is another's."""
    nonce: OpaqueId
    """Drawn for this request alone."""
    exp_wall_ms: WallMs
    """At most `REQUEST_LIFETIME_MS` ahead of the service's clock."""


class ReleaseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The device has thrown its persistent license away."""

    aud: Literal["license-release"] = "license-release"
    license_id: OpaqueId
    device_id: OpaqueId
    nonce: OpaqueId
    exp_wall_ms: WallMs


class SignedRequest(msgspec.Struct, frozen=True, kw_only=True):
    request: str
    """A token under the device's signing key whose claims are a `LicenseRequest` or a `ReleaseRequest`."""


class WrappedKey(msgspec.Struct, frozen=True, kw_only=True):
    key_id: KeyId
    wrapped: str
    """The content key under a one-time X25519 agreement (`matinee.crypto.agreement`), base64url."""


class LicensePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What the device is bound to. Part of what is signed."""

    may_persist: bool = False
    """Whether a persistent license of this title would be granted."""
    playback_window_ms: int | None = None
    """From the first play on, at most to the license's end. None: to its end."""
    renew_after_ms: int | None = None
    """From the issue on: when to ask for the next one. None: not before a new press of play."""
    heartbeat_ms: int | None = None
    """How often to tell that it plays, or the stream is lost. None: no stream is held."""
    max_height: int = 0
    """No picture higher than this is shown; 0: no limit."""
    hdcp: Hdcp = ""


class License(msgspec.Struct, frozen=True, kw_only=True):
    aud: Literal["license"] = "license"
    license_id: OpaqueId
    title_id: TitleId
    account_id: OpaqueId
    device_id: OpaqueId
    kind: LicenseKind = "temporary"
    keys: tuple[WrappedKey, ...]
    policy: LicensePolicy = LicensePolicy()
    issued_wall_ms: WallMs
    exp_wall_ms: WallMs
    """No frame is decrypted after this."""


class LicenseReply(msgspec.Struct, frozen=True, kw_only=True):
    license: str
    """The signed token whose claims are `License`."""


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator says of a device or a title."""

    kind: Revocable
    subject: OpaqueId
    """Its id."""
    is_revoked: bool = True
    """False takes it back."""
