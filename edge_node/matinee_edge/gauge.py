"""The gauge: how busy this appliance is, from what it counted since it was last asked."""

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from matinee.clock import Clock
from matinee.wire.steering import Utilization
from matinee_edge.tally import Tally

ERRORS_OVER = 5
"""Readings that the share of errors spans: some ten seconds of heartbeats."""
LEAST_ANSWERS = 20
"""With fewer answers a single error would count for more than it says."""


class Gauge:
    """Asked once for each heartbeat: every reading is of the time since the one before."""

    def __init__(
        self,
        tally: Tally,
        *,
        clock: Clock,
        shelf: Path,
        link_kbps: int,
        most_connections: int,
        cpu_ms: Callable[[], int] | None = None,
    ) -> None:
        """`cpu_ms`: processor time used so far; by default this process's own."""
        self._tally = tally
        self._clock = clock
        self._shelf = shelf
        self._link_kbps = link_kbps
        self._most_connections = most_connections
        self._cpu_ms = cpu_ms or _own_cpu_ms
        self._marks = deque([self._mark()], maxlen=ERRORS_OVER)

    def read(self) -> Utilization:
        """How busy it is now."""
        now, last, oldest = self._mark(), self._marks[-1], self._marks[0]
        self._marks.append(now)
        passed_ms = max(1, now.now_ms - last.now_ms)
        answers = max(LEAST_ANSWERS, now.requests - oldest.requests)
        return Utilization(
            sent_kbps=(now.bytes_sent - last.bytes_sent) * 8 // passed_ms,
            link_kbps=self._link_kbps,
            connections=max(0, self._tally.connections),
            most_connections=self._most_connections,
            cpu_permille=min(1000, (now.cpu_ms - last.cpu_ms) * 1000 // passed_ms),
            disk_permille=_disk_permille(self._shelf),
            error_permille=min(1000, (now.errors - oldest.errors) * 1000 // answers),
            first_byte_ms=_p95(self._tally.take_first_bytes()),
        )

    def _mark(self) -> "_Mark":
        tally = self._tally
        return _Mark(self._clock.now_ms(), self._cpu_ms(), tally.bytes_sent, tally.requests, tally.errors)


class _Mark(NamedTuple):
    now_ms: int
    cpu_ms: int
    bytes_sent: int
    requests: int
    errors: int


def _p95(waits_ms: list[int]) -> int:
    return sorted(waits_ms)[len(waits_ms) * 95 // 100] if waits_ms else 0


def _own_cpu_ms() -> int:
    used = os.times()
    return int((used.user + used.system) * 1000)


def _disk_permille(folder: Path) -> int:
    """0 where the file system does not say."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return 0
    return (found.f_blocks - found.f_bavail) * 1000 // found.f_blocks if found.f_blocks else 0
