"""W3C ClearKey: what any browser asks a license server, and what it reads.

Source: W3C Encrypted Media Extensions, sections 9.1.3 and 9.1.4.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

KeyText = Annotated[str, Meta(max_length=24)]
"""16 bytes in base64url: 22 characters; padding is against the standard, and harmless."""


class ClearKeyRequest(msgspec.Struct, frozen=True, kw_only=True):
    kids: Annotated[tuple[KeyText, ...], Meta(min_length=1, max_length=64)]
    type: Literal["temporary", "persistent-license"] = "temporary"


class JsonWebKey(msgspec.Struct, frozen=True, kw_only=True):
    kty: Literal["oct"] = "oct"
    kid: str
    k: str


class ClearKeyLicense(msgspec.Struct, frozen=True, kw_only=True):
    keys: tuple[JsonWebKey, ...]
    type: Literal["temporary", "persistent-license"] = "temporary"
