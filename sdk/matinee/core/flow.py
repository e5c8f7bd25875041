"""The flow of an answer that is made while it comes: how fast the link carries it, the waits for its maker left out."""

from collections import deque

from matinee.core.messages import ProgressMade

LATELY_MS = 750
"""The rate is told of so long: of less it is noise, of more a link that has just fallen looks as good as it was."""


class Flow:
    """What came within chunks, and in what time. Nothing is known of it before `noted`."""

    def __init__(self) -> None:
        self._marks: deque[tuple[int, int]] = deque(((0, 0),))
        """What came by then, on the clock that stands still while nothing is to come: time, bytes. Rising."""
        self._noted_ms = 0
        self._is_between = True

    def noted(self, event: ProgressMade, *, now_ms: int) -> None:
        """So much came so far."""
        self._marks.append((event.flowing_ms, event.flowing_bytes))
        self._noted_ms, self._is_between = now_ms, event.is_between
        while len(self._marks) > 1 and self._marks[1][0] <= event.flowing_ms - LATELY_MS:
            self._marks.popleft()

    def lately(self, *, gap_ms: int, now_ms: int) -> tuple[int, int]:
        """The bytes of the last `LATELY_MS`, or of all there was, and that time in ms.

        Between two chunks a silence of `gap_ms` is nobody's fault; what lasts longer is the link's.
        """
        silent_ms = max(0, now_ms - self._noted_ms - (gap_ms if self._is_between else 0))
        last_ms, last_bytes = self._marks[-1]
        if last_ms == 0:
            return 0, 0
        until_ms = last_ms + silent_ms
        before = (it for it in reversed(self._marks) if it[0] <= until_ms - LATELY_MS)
        from_ms, from_bytes = next(before, self._marks[0])
        return last_bytes - from_bytes, until_ms - from_ms
