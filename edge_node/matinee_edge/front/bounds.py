"""The bounds of connections: by time, count and bytes."""

import msgspec


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Each > 0."""

    max_connections: int
    max_head_bytes: int
    head_deadline_ms: int
    """Within which a head must have come, from its first byte on; the first of a connection from its opening on."""
    idle_deadline_ms: int
    """How long a connection is kept without a request."""
    write_deadline_ms: int
    """Within which a client must take the next 128 KiB, or what is left."""
