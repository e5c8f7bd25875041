"""Sliding windows: what was counted over the last minutes, by name, in short steps. Pure: the time is an argument."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping

STEP_MS = 5_000
"""A window moves on in such steps."""
MOST_NAMES = 2_000
"""Beyond it what is new counts as OTHERS: names are written by clients."""
OTHERS = "(others)"


class Window:
    """Counts of the last `span_ms`, each kind by itself."""

    def __init__(self, span_ms: int) -> None:
        self._steps = -(-span_ms // STEP_MS)
        self._counts: deque[tuple[int, Counter[str]]] = deque()

    def count(self, counts: Mapping[str, int], *, at_ms: int, wall_ms: int) -> None:
        """What happened at `at_ms`; what is older than the window is passed over."""
        step, now = min(at_ms, wall_ms) // STEP_MS, wall_ms // STEP_MS
        self._forget(now)
        if step <= now - self._steps:
            return
        place = len(self._counts)
        while place and self._counts[place - 1][0] > step:
            place -= 1
        if not place or self._counts[place - 1][0] != step:
            self._counts.insert(place, (step, Counter()))
            place += 1
        self._counts[place - 1][1].update(counts)

    def sums(self, *, wall_ms: int, last_ms: int | None = None) -> Counter[str]:
        """Of the whole window, or of its last `last_ms`."""
        now = wall_ms // STEP_MS
        self._forget(now)
        since = now - self._steps if last_ms is None else (wall_ms - last_ms) // STEP_MS
        total: Counter[str] = Counter()
        for step, counts in self._counts:
            if step > since:
                total.update(counts)
        return total

    def _forget(self, now: int) -> None:
        while self._counts and self._counts[0][0] <= now - self._steps:
            self._counts.popleft()


class Windows:
    """A window for each name."""

    def __init__(self, span_ms: int, *, most: int = MOST_NAMES) -> None:
        self._span_ms = span_ms
        self._most = most
        self._windows: dict[str, Window] = {}

    def count(self, name: str, counts: Mapping[str, int], *, at_ms: int, wall_ms: int) -> None:
        """As `Window.count`, under that name."""
        if name not in self._windows and len(self._windows) >= self._most:
            self.tidy(wall_ms=wall_ms)
            name = OTHERS if len(self._windows) >= self._most else name
        window = self._windows.get(name) or self._windows.setdefault(name, Window(self._span_ms))
        window.count(counts, at_ms=at_ms, wall_ms=wall_ms)

    def sums(self, *, wall_ms: int) -> Iterator[tuple[str, Counter[str]]]:
        """Of every name of which something was counted."""
        for name, window in self._windows.items():
            if sums := window.sums(wall_ms=wall_ms):
                yield name, sums

    def tidy(self, *, wall_ms: int) -> None:
        """Names of which nothing was counted of late are forgotten."""
        self._windows = {name: it for name, it in self._windows.items() if it.sums(wall_ms=wall_ms)}
