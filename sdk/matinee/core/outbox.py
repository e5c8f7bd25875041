"""The outbox: telemetry on its way, bounded, by urgency, in batches; what does not fit is counted exactly."""

from collections import OrderedDict
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Literal, assert_never

import msgspec

from matinee.core.ledger import Entry, Gone, Heard, Lost, Named, Put, entries_in, written
from matinee.policy.backoff import pace_ms, wait_ms
from matinee.policy.dice import draw, next_state
from matinee.policy.settings import RetrySettings
from matinee.wire.telemetry import (
    MAX_BATCH_BYTES,
    MAX_BATCH_EVENTS,
    MAX_EVENT_BYTES,
    ErrorShown,
    FirstFrameShown,
    PlayEnded,
    PlayheadMoved,
    PlayStarted,
    TelemetryEvent,
    UnreadBatch,
)

MOST_EVENTS = 1_000
MOST_BYTES = 1 << 20
"""Beyond either the oldest of the least urgent are dropped and counted."""
FLUSH_EVERY_MS = 5_000
"""At least so much between batches; as much again is added by the dice, or all players would report together."""

Urgency = Literal[0, 1, 2]
URGENCIES: tuple[Urgency, ...] = (0, 1, 2)
"""0: how a session began, failed and ended; 2: the heartbeat; 1: the rest. 0 goes first and is dropped last."""
NOTHING = Named("", 0)

_URGENCY_OF: dict[type[TelemetryEvent], Urgency] = {
    PlayStarted: 0,
    FirstFrameShown: 0,
    ErrorShown: 0,
    PlayEnded: 0,
    PlayheadMoved: 2,
}
_FRAME_BYTES = 128
"""What a batch holds besides its events, and the commas."""


class Outbox:
    """Events in, batches out; one batch under way at a time.

    An event is here until the collector has it, whether or not it is under way. After every call `unsaved` says what
    is to be written down; a new outbox that is given what was written goes on where this one stood.
    """

    def __init__(self, settings: RetrySettings, *, seed: int, now_ms: int, ledger: bytes = b"") -> None:
        self._settings = settings
        self._dice = seed
        self._waiting = _Waiting()
        self._under_way: dict[str, Put] = {}
        self._under_way_bytes = 0
        self._dropped = 0
        self._named = NOTHING
        """The part of the dropped that has been told, or is being told."""
        self._failures = 0
        self._unsaved: list[Entry] = []
        self.refusals: int = 0
        """Events that the collector has refused, each for itself, in this process."""
        self.is_closed: bool = False
        """The collector wants no more (410)."""
        self.due_ms: int = now_ms + self._pause_ms()
        """When the next batch may go."""
        self._restore(ledger)

    def __len__(self) -> int:
        """How many events are here."""
        return len(self._under_way) + len(self._waiting)

    @property
    def is_empty(self) -> bool:
        """Nothing is here that the collector should know."""
        return not (len(self) or self.dropped)

    @property
    def dropped(self) -> int:
        """Events that were lost to a bound and that the collector does not yet know of."""
        return self._dropped + self._named.count

    @property
    def is_backing_off(self) -> bool:
        """The collector was away, or asked for a pause, when it was last told something."""
        return self._failures > 0

    def put(self, event: TelemetryEvent) -> None:
        """Keep `event` until the collector has it, unless it wants no more."""
        if self.is_closed:
            return
        told = msgspec.json.encode(event)
        if len(told) > MAX_EVENT_BYTES:
            self._dropped += 1
            self._unsaved.append(Lost(1))
            return
        put = Put(event.event_id, _URGENCY_OF.get(type(event), 1), msgspec.Raw(told))
        self._waiting.add(put)
        self._unsaved.append(put)
        self._make_room()

    def batch(self) -> UnreadBatch | None:
        """What to send now, until one of the three below is called; None if there is nothing to tell."""
        if self.is_empty or self.is_closed:
            return None
        self._under_way = self._waiting.take_batch()
        self._under_way_bytes = sum(map(_size_bytes, self._under_way.values()))
        if self._dropped and not self._named.count:
            self._named, self._dropped = Named(f"{self._drawn():016x}", self._dropped), 0
            self._unsaved.append(self._named)
        return UnreadBatch(
            events=tuple(put.event for put in self._under_way.values()),
            dropped=self._named.count,
            dropped_id=self._named.name,
        )

    def accepted(self, refused: Collection[str] = (), *, now_ms: int) -> None:
        """The collector has it, all but these event ids, which it will never take."""
        self.refusals += len(self._under_way.keys() & set(refused))
        self._part(is_lost=False)
        if self._named.count:
            self._named = NOTHING
            self._unsaved.append(Heard())
        self._rest(now_ms)

    def rejected(self, *, now_ms: int) -> None:
        """The collector will never take this batch, whatever is in it: its events are lost."""
        self._part(is_lost=True)
        self._rest(now_ms)

    def postponed(self, reason: str, *, now_ms: int, hint_ms: int = 0) -> None:
        """Nobody took it, but somebody may later: by the one retry policy. `reason` as `FailedOver.reason`."""
        self._waiting.give_back(self._under_way)
        self._under_way, self._under_way_bytes = {}, 0
        self._failures += 1
        settings = self._settings
        first_ms, cap_ms = pace_ms(reason, tries=self._failures, first_ms=settings.first_ms, cap_ms=settings.cap_ms)
        self.due_ms = now_ms + wait_ms(
            tries=self._failures,
            draw=self._drawn(),
            first_ms=first_ms,
            cap_ms=cap_ms,
            hint_ms=min(hint_ms, settings.hint_cap_ms),
        )

    def close(self) -> None:
        """The collector is gone for good: what is here is void, and nothing more is taken."""
        self.is_closed = True
        self._waiting, self._under_way, self._under_way_bytes = _Waiting(), {}, 0
        self._dropped, self._named = 0, NOTHING

    def unsaved(self) -> bytes:
        """What has happened since this was last asked, to be appended to what was written before."""
        entries, self._unsaved = self._unsaved, []
        return written(entries)

    def saved(self) -> bytes:
        """All that counts: what takes the place of everything written before."""
        self._unsaved = []
        counts: tuple[Entry, ...] = (Lost(self.dropped), self._named) if self.dropped else ()
        return written((*counts, *self._under_way.values(), *self._waiting))

    def _restore(self, ledger: bytes) -> None:
        for entry in entries_in(ledger):
            match entry:
                case Put():
                    self._waiting.add(entry)
                case Gone():
                    gone = sum(map(self._waiting.remove, entry.event_ids))
                    self._dropped += gone if entry.is_lost else 0
                case Lost():
                    self._dropped += entry.count
                case Named():
                    self._named, self._dropped = entry, max(0, self._dropped - entry.count)
                case Heard():
                    self._named = NOTHING
                case _:
                    assert_never(entry)
        # Only now: what was under way then could not be dropped, and is not told apart here.
        self._make_room()

    def _make_room(self) -> None:
        """Drop what waits until both bounds are kept. What is under way stays."""
        dropped = list[str]()
        while len(self) > MOST_EVENTS or self._waiting.size_bytes + self._under_way_bytes > MOST_BYTES:
            dropped.append(self._waiting.drop())
        if dropped:
            self._dropped += len(dropped)
            self._unsaved.append(Gone(tuple(dropped), is_lost=True))

    def _part(self, *, is_lost: bool) -> None:
        """What was under way is here no more."""
        if self._under_way:
            self._dropped += len(self._under_way) if is_lost else 0
            self._unsaved.append(Gone(tuple(self._under_way), is_lost=is_lost))
        self._under_way, self._under_way_bytes = {}, 0

    def _rest(self, now_ms: int) -> None:
        self._failures = 0
        self.due_ms = now_ms + self._pause_ms()

    def _pause_ms(self) -> int:
        return FLUSH_EVERY_MS + self._drawn() % FLUSH_EVERY_MS

    def _drawn(self) -> int:
        self._dice = next_state(self._dice)
        return draw(self._dice)


class _Waiting:
    """What waits, by urgency and age."""

    def __init__(self) -> None:
        self.size_bytes = 0
        # Not plain dicts: to find the first of one from which the first were taken costs as much as was taken.
        self._puts: dict[Urgency, OrderedDict[str, Put]] = {urgency: OrderedDict() for urgency in URGENCIES}

    def __len__(self) -> int:
        return sum(map(len, self._puts.values()))

    def __iter__(self) -> Iterator[Put]:
        """The most urgent first, of each the oldest."""
        return (put for urgency in URGENCIES for put in self._puts[urgency].values())

    def add(self, put: Put) -> None:
        self.remove(put.event_id)
        self._puts[put.urgency][put.event_id] = put
        self.size_bytes += _size_bytes(put)

    def remove(self, event_id: str) -> bool:
        """It does not wait any more; whether it did."""
        for puts in self._puts.values():
            if put := puts.pop(event_id, None):
                self.size_bytes -= _size_bytes(put)
                return True
        return False

    def drop(self) -> str:
        """The id of the oldest of the least urgent, which waits no more. Something waits."""
        puts = next(self._puts[urgency] for urgency in reversed(URGENCIES) if self._puts[urgency])
        event_id, put = puts.popitem(last=False)
        self.size_bytes -= _size_bytes(put)
        return event_id

    def take_batch(self) -> dict[str, Put]:
        """As much as fits into a batch, which waits no more."""
        room_bytes, taken = MAX_BATCH_BYTES - _FRAME_BYTES, dict[str, Put]()
        for put in islice(self, MAX_BATCH_EVENTS):
            room_bytes -= _size_bytes(put) + 1
            if room_bytes < 0:
                break
            taken[put.event_id] = put
        for event_id in taken:
            self.remove(event_id)
        return taken

    def give_back(self, taken: dict[str, Put]) -> None:
        """It waits again, before what came later."""
        for urgency in URGENCIES:
            back = OrderedDict((name, put) for name, put in taken.items() if put.urgency == urgency)
            self._puts[urgency] = back | self._puts[urgency]
        self.size_bytes += sum(map(_size_bytes, taken.values()))


def _size_bytes(put: Put) -> int:
    return len(bytes(put.event))
