"""How a fill comes on, for whoever watches it. Pure."""

from collections import deque
from typing import Literal

import msgspec

FillState = Literal["whole", "filling", "waiting", "failing"]
"""All is here; something comes; the hours for it have not begun; something lacks that no source delivers now."""

_SPAN_MS = 60_000
"""Speed is told over the last minute."""


class TitleProgress(msgspec.Struct, frozen=True, kw_only=True):
    """A placed title that is not whole."""

    title_id: str
    files: int
    """In all; 0 while its index is not here."""
    files_left: int
    bytes_left: int
    is_urgent: bool


class FillProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How a fill comes on."""

    state: FillState = "whole"
    opens_wall_ms: int = 0
    """When the hours for it begin, or have begun."""
    closes_wall_ms: int = 0
    bytes_left: int = 0
    """Of all placed titles."""
    kbps: int = 0
    """Over the last minute."""
    left_ms: int | None = None
    """At that speed, without the hours in between; None if nothing comes."""
    bytes_by_source: dict[str, int] = {}
    """What came, since the start."""
    failing: tuple[str, ...] = ()
    """Sources that do not deliver now."""
    titles: tuple[TitleProgress, ...] = ()
    """Those that are not whole, what matters most first."""


class Meter:
    """Counts what comes."""

    def __init__(self, *, now_ms: int) -> None:
        self.bytes_by_source: dict[str, int] = {}
        self._began_ms = now_ms
        self._seconds: deque[tuple[int, int]] = deque()
        """Which second, and the bytes that came in it: at most a minute's."""

    def count(self, size_bytes: int, *, source: str, now_ms: int) -> None:
        self.bytes_by_source[source] = self.bytes_by_source.get(source, 0) + size_bytes
        second = now_ms // 1000
        if self._seconds and self._seconds[-1][0] == second:
            size_bytes += self._seconds.pop()[1]
        self._seconds.append((second, size_bytes))
        self._forget(now_ms)

    def kbps(self, now_ms: int) -> int:
        """Over the last minute, or since the start."""
        self._forget(now_ms)
        span_ms = min(_SPAN_MS, max(1_000, now_ms - self._began_ms))
        return sum(size_bytes for _, size_bytes in self._seconds) * 8 // span_ms

    def _forget(self, now_ms: int) -> None:
        while self._seconds and self._seconds[0][0] * 1000 < now_ms - _SPAN_MS:
            self._seconds.popleft()
