"""The classes of requests: by when one try must have answered, and how urgent it is to a server that must choose.

Urgency is that of RFC 9218, section 4.1: 0 comes first, 7 last, 3 is what a server assumes.
"""

from typing import Literal, NamedTuple

RequestClass = Literal["service", "manifest", "license", "segment", "clock", "steering", "telemetry", "image"]
"""`service` is the control plane: login, catalog, press of play. `manifest` includes playlists and indexes, `segment`
all media."""

STARVING_MS = 10_000
"""With less than this buffered, media comes before what others fetch ahead of time."""


class Rules(NamedTuple):
    deadline_ms: int
    """One try, from asking to the last byte. A silent one is given up far sooner, where somebody else can be asked."""
    urgency: int


RULES: dict[RequestClass, Rules] = {
    "service": Rules(deadline_ms=5_000, urgency=0),
    "manifest": Rules(deadline_ms=20_000, urgency=0),
    "license": Rules(deadline_ms=5_000, urgency=0),
    "clock": Rules(deadline_ms=5_000, urgency=0),
    "segment": Rules(deadline_ms=120_000, urgency=3),
    "steering": Rules(deadline_ms=5_000, urgency=5),
    "image": Rules(deadline_ms=5_000, urgency=5),
    "telemetry": Rules(deadline_ms=5_000, urgency=7),
}


def media_urgency(*, buffer_ms: int) -> int:
    """How urgent a segment is to a viewer who has so much buffered."""
    return 1 if buffer_ms < STARVING_MS else RULES["segment"].urgency


def priority_header(urgency: int) -> str:
    """The value of `Priority` (RFC 9218, section 5)."""
    return f"u={urgency}"
