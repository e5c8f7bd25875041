"""The flow of an answer that is made while it comes: how fast the link carries it, the waits for its maker left out."""

from collections import deque

from matinee.core.messages import ProgressMade
from matinee.policy.chunks import LATELY_MS, Pace


class Flow:
    """What came within chunks, and in what time. Nothing is known of it before `noted`."""

    def __init__(self) -> None:
        self._marks: deque[Pace] = deque((Pace(0, 0),))
        """What had come, on the clock that stands still while nothing is to come; oldest first, one a millisecond."""
        self._noted_ms = 0
        self._is_between = True

    def noted(self, event: ProgressMade, *, now_ms: int) -> None:
        """So much came so far; of an answer that was made before, nothing is kept."""
        if event.flowing_ms == 0:
            return
        if event.flowing_ms == self._marks[-1].flowing_ms:
            self._marks.pop()
        self._marks.append(Pace(event.flowing_bytes, event.flowing_ms))
        self._noted_ms, self._is_between = now_ms, event.is_between
        while len(self._marks) > 1 and self._marks[1].flowing_ms <= event.flowing_ms - LATELY_MS:
            self._marks.popleft()

    def pace(self, within_ms: int, *, gap_ms: int, now_ms: int) -> Pace:
        """What came in the last `within_ms`, at most `LATELY_MS`, or in all the time there was.

        Between two chunks a silence of `gap_ms` is nobody's fault; what lasts longer is the link's.
        """
        last = self._marks[-1]
        if last.flowing_ms == 0:
            return last
        silent_ms = max(0, now_ms - self._noted_ms - (gap_ms if self._is_between else 0))
        until_ms = last.flowing_ms + silent_ms
        before = (it for it in reversed(self._marks) if it.flowing_ms <= until_ms - within_ms)
        first = next(before, self._marks[0])
        return Pace(last.size_bytes - first.size_bytes, until_ms - first.flowing_ms)
