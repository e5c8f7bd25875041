"""The identifiers that travel, as constrained types: what does not fit is refused while decoding.

Patterns end in `$(?!\\n)`: Python's `$` alone lets a final newline pass, and `\\Z` means nothing in JSON Schema.
"""

from typing import Annotated

from msgspec import Meta

TitleId = Annotated[str, Meta(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$(?!\n)")]
"""A title's name in URLs and folders: lower-case letters, digits and inner dashes; 1 to 64 characters."""

ApplianceId = Annotated[str, Meta(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$(?!\n)")]
"""An appliance's name, also its pathway id in steering documents."""

OpaqueId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]
"""An account, profile, device or session: random, url-safe, without meaning."""

KeyId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)")]
"""A content key's id (`default_KID`), 16 bytes in lower-case hexadecimal without dashes."""

WallMs = Annotated[int, Meta(ge=0, le=1 << 53)]
"""Milliseconds since the epoch, UTC."""
