"""When placed titles come out: read from the kept placement by every process that serves."""

from pathlib import Path

import msgspec

from matinee.clock import Clock
from matinee.wire.placement import Placement

PLACEMENT_NAME = ".placement.json"
"""On the shelf: what was placed last."""
LOOK_EVERY_MS = 1_000
"""How often it is looked whether that has changed."""


class Releases:
    """Follows the kept placement, which another process may write."""

    def __init__(self, memory: Path, *, clock: Clock) -> None:
        """`memory`: the file that keeps the placement; where there is none, nothing is known of releases."""
        self._memory = memory
        self._clock = clock
        self._looked_ms = -LOOK_EVERY_MS
        self._changed_ns = 0
        self._wall_ms: dict[str, int] = {}

    def of(self, title_id: str) -> int:
        """Before that wall_ms no viewer gets the title; 0 if nothing is known of a release."""
        now_ms = self._clock.now_ms()
        if now_ms - self._looked_ms >= LOOK_EVERY_MS:
            self._looked_ms = now_ms
            self._look()
        return self._wall_ms.get(title_id, 0)

    def _look(self) -> None:
        try:
            changed_ns = self._memory.stat().st_mtime_ns
        except OSError:
            return
        if changed_ns != self._changed_ns:
            self._changed_ns = changed_ns
            placed = remembered(self._memory)
            self._wall_ms = {it.title_id: it.released_wall_ms for it in placed.titles if it.released_wall_ms}


def remembered(memory: Path) -> Placement:
    """The kept placement; an empty one if there is none that can be read."""
    try:
        return msgspec.json.decode(memory.read_bytes(), type=Placement)
    except (OSError, msgspec.DecodeError):
        return Placement(titles=())
