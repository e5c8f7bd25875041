"""Captions: the subtitles that were appended, each segment read when it is first due."""

from collections import deque

from matinee.errors import MatineeError
from matinee.manifest.webvtt import Cue
from matinee.media.placing import Placement, Runs
from matinee.media.text import read_cues

_Unread = tuple[bytes, bytes, Placement]
"""A segment, its init segment, and where it belongs."""


class Captions:
    """Subtitles in segments, in playing order."""

    def __init__(self, runs: Runs) -> None:
        """`runs`: shared with picture and sound, by whose place some subtitles find theirs."""
        self._runs = runs
        self._segments: deque[_Segment] = deque()

    def append(self, body: bytes, *, init: bytes, at: Placement, end_ms: int) -> None:
        """The next segment; `init` is empty for formats without one."""
        self._segments.append(_Segment((body, init, at), end_ms=end_ms))

    def clear(self) -> None:
        """What was appended is void."""
        self._segments.clear()

    def forget(self, *, until_ms: int) -> None:
        """What ended before will not be asked for."""
        while self._segments and self._segments[0].end_ms < until_ms:
            self._segments.popleft()

    def at(self, position_ms: int) -> tuple[str, ...]:
        """What is to be read at that moment; a cue that several segments repeat counts once."""
        cues = (cue for it in self._segments if it.start_ms <= position_ms for cue in it.cues(self._runs))
        return tuple({cue.text: None for cue in cues if cue.start_ms <= position_ms < cue.end_ms})


class _Segment:
    def __init__(self, unread: _Unread, *, end_ms: int) -> None:
        self._unread: _Unread | None = unread
        self._cues: tuple[Cue, ...] = ()
        self.start_ms = unread[2].start_ms
        self.end_ms = end_ms

    def cues(self, runs: Runs) -> tuple[Cue, ...]:
        """None if they cannot be read: subtitles are done without, the picture matters more."""
        if self._unread is not None:
            (body, init, at), self._unread = self._unread, None
            try:
                self._cues = read_cues(body, init=init, at=at, runs=runs)
            except MatineeError:
                self._cues = ()
        return self._cues
