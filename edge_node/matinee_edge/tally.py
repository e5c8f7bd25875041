"""What an appliance counts while it serves."""

from collections import deque
from dataclasses import dataclass, field

MOST_WAITS = 1_000
"""Waits remembered between two heartbeats; beyond it the oldest are forgotten."""


@dataclass(kw_only=True)
class Tally:
    """Counts since the start; written by whoever does the counted thing, read by status and heartbeat."""

    requests: int = 0
    answering: int = 0
    """Requests being answered now."""
    connections: int = 0
    """Open now."""
    bytes_sent: int = 0
    """Heads included; each answer's at its end."""
    hits: int = 0
    """Files served from the shelf at once."""
    misses: int = 0
    """Files that had to be fetched first."""
    errors: int = 0
    """Answers of 5xx."""
    turned_away: int = 0
    """Requests and connections refused because too many were there."""
    first_bytes_ms: "deque[int]" = field(default_factory=lambda: deque[int](maxlen=MOST_WAITS), repr=False)
    """From a request to the first byte of its answer, each since they were taken last."""

    def take_first_bytes(self) -> list[int]:
        """Those waits, which are then forgotten."""
        taken = list(self.first_bytes_ms)
        self.first_bytes_ms.clear()
        return taken
