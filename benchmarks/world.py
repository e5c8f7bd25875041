"""Viewers on virtual time: the real `Playback`, with servers that answer by a script."""

import heapq
from collections.abc import Callable, Iterable
from itertools import count

from matinee.core.health import ApplianceHealth
from matinee.core.messages import Cancel, Command, Event, Fetch, FetchKeys, KeysArrived, Started, WakeAt, Woke
from matinee.core.playback import Playback
from matinee.policy.settings import PlayerSettings

BEGAN_MS = 100_000
"""Clocks do not begin at 0."""

Answers = Iterable[tuple[int, Event]]
"""What comes of a request: after so many milliseconds, which event."""
Server = Callable[["Viewer", Fetch, int], Answers]
"""What all servers do with a viewer's request at that time."""


class Viewer:
    """One session, and everything that was commanded in it, with the time."""

    def __init__(self, settings: PlayerSettings, health: ApplianceHealth, *, number: int) -> None:
        self.number = number
        self.playback = Playback(settings, health, seed=number * 0x9E3779B9)
        self.log: list[tuple[int, Command]] = []
        self.open_ids: set[int] = set()
        self.alarm_ms: int | None = None

    def buffer_ms(self, now_ms: int) -> int:
        return self.playback.state(now_ms=now_ms).buffer_ms


class World:
    """Viewers, servers and a clock."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._events: list[tuple[int, int, Viewer, int, Event]] = []
        self._order = count()

    def enter(self, viewer: Viewer, appliances: tuple[str, ...], *, at_ms: int) -> Viewer:
        """The viewer presses play then."""
        self._expect(viewer, at_ms, 0, Started(appliances))
        return viewer

    def run(self, *, until_ms: int) -> None:
        """Let time pass."""
        while self._events and self._events[0][0] <= until_ms:
            at_ms, _, viewer, request_id, event = heapq.heappop(self._events)
            if isinstance(event, Woke):
                if viewer.alarm_ms != at_ms:
                    continue
                viewer.alarm_ms = None
            elif request_id and request_id not in viewer.open_ids:
                continue
            self._tell(viewer, event, at_ms)

    def _tell(self, viewer: Viewer, event: Event, now_ms: int) -> None:
        for command in viewer.playback.receive(event, now_ms=now_ms):
            viewer.log.append((now_ms, command))
            match command:
                case WakeAt():
                    viewer.alarm_ms = max(now_ms, command.now_ms)
                    self._expect(viewer, viewer.alarm_ms, 0, Woke())
                case Fetch():
                    viewer.open_ids.add(command.request_id)
                    for after_ms, answer in self._server(viewer, command, now_ms):
                        self._expect(viewer, now_ms + after_ms, command.request_id, answer)
                case Cancel():
                    viewer.open_ids.discard(command.request_id)
                case FetchKeys():
                    self._expect(viewer, now_ms, 0, KeysArrived())
                case _:
                    pass

    def _expect(self, viewer: Viewer, at_ms: int, request_id: int, event: Event) -> None:
        heapq.heappush(self._events, (at_ms, next(self._order), viewer, request_id, event))
