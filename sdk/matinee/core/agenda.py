"""The agenda: the events that a title is known to hold, and which of them the viewer has come to."""

from collections.abc import Iterable, Iterator

from matinee.core.messages import Announce
from matinee.core.notices import EventReached
from matinee.core.playhead import Playhead
from matinee.manifest.presentation import TimedEvent

MOST_EVENTS = 1_000
"""Known at once. When there are more, those that are over are forgotten; if none is, the new ones are not taken in."""
RENEWAL_SCHEME = "urn:mpeg:dash:event:2012"
RENEWAL_VALUES = ("1", "2", "3")
"""The manifest ends with the event, and a new one is there (ISO/IEC 23009-1, section 5.10.4)."""

_Name = tuple[str, str, str | int]


class Agenda:
    """The events of one session, however often they are told: in manifests, playlists, segments.

    Each is announced when the viewer comes to it, again if he comes again. Where he jumps over it, it is not; where he
    lands inside one that lasts, it is.
    """

    def __init__(self) -> None:
        self.dropped: int = 0
        """Told when there was no room for more."""
        self._known: dict[_Name, TimedEvent] = {}
        self._waiting: dict[_Name, TimedEvent] = {}
        """Of those known the ones that the viewer has not come to."""
        self._next_ms: int | None = None
        """Where the first of them starts."""
        self._jumps = 0
        self._here_ms = 0
        """What starts there or before lies behind the viewer."""

    def learn(self, events: Iterable[TimedEvent]) -> bool:
        """Note what is to come. Whether there is news in it for the player: that the manifest must be read anew."""
        self._make_room()
        is_outdated = False
        for event in events:
            name = _name_of(event)
            before = self._known.get(name)
            if before == event:
                continue
            if before is None and len(self._known) == MOST_EVENTS:
                self.dropped += 1
                continue
            self._known[name] = event
            if event.scheme == RENEWAL_SCHEME and event.value in RENEWAL_VALUES:
                is_outdated = is_outdated or before is None
            elif before is None or name in self._waiting:
                self._waiting[name] = event
        self._look_ahead()
        return is_outdated

    def pass_by(self, playhead: Playhead, *, now_ms: int) -> Iterator[Announce]:
        """What the viewer has come to since this was asked last, in the order of the title."""
        position_ms = playhead.position_ms(now_ms=now_ms)
        if playhead.jumps != self._jumps:
            self._jumps, self._here_ms = playhead.jumps, position_ms - 1
            self._waiting = {name: it for name, it in self._known.items() if it.scheme != RENEWAL_SCHEME}
            self._look_ahead()
        if playhead.wait in ("starting", "seeking"):
            return
        if self._next_ms is not None and self._next_ms <= position_ms:
            yield from self._reach(position_ms)
        self._here_ms = position_ms

    def wake_at_ms(self, playhead: Playhead, *, now_ms: int) -> int | None:
        """When the viewer comes to the next, if he goes on as he does now."""
        if self._next_ms is None or not playhead.is_moving:
            return None
        return now_ms + playhead.lasts_ms(max(0, self._next_ms - playhead.position_ms(now_ms=now_ms)))

    def _reach(self, position_ms: int) -> Iterator[Announce]:
        due = sorted((it for it in self._waiting.values() if it.start_ms <= position_ms), key=_start_ms)
        for event in due:
            del self._waiting[_name_of(event)]
            if event.start_ms > self._here_ms or _end_ms(event) > position_ms:
                yield Announce(EventReached(event))
        self._look_ahead()

    def _make_room(self) -> None:
        if len(self._known) == MOST_EVENTS:
            self._known = {
                name: it for name, it in self._known.items() if name in self._waiting or _end_ms(it) > self._here_ms
            }

    def _look_ahead(self) -> None:
        self._next_ms = min(map(_start_ms, self._waiting.values()), default=None)


def _name_of(event: TimedEvent) -> _Name:
    """By which it is known again; of one without an id, when it is."""
    return event.scheme, event.value, event.event_id or event.start_ms


def _start_ms(event: TimedEvent) -> int:
    return event.start_ms


def _end_ms(event: TimedEvent) -> int:
    return event.start_ms + (event.duration_ms or 0)
