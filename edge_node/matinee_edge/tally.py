"""What an appliance counts while it serves."""

from dataclasses import dataclass


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
