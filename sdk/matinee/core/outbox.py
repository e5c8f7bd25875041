"""The outbox: telemetry on its way, bounded, in batches, never in the way of playback."""

from collections import deque

from matinee.policy.backoff import wait_ms
from matinee.policy.dice import draw, next_state
from matinee.policy.settings import RetrySettings
from matinee.wire.telemetry import MAX_BATCH_EVENTS, TelemetryBatch, TelemetryEvent

MOST_EVENTS = 1_000
"""Beyond it the oldest are dropped and counted."""
FLUSH_EVERY_MS = 5_000
"""At least so much between batches; as much again is added by the dice, or all players would report together."""

NOTHING = TelemetryBatch(events=())


class Outbox:
    """Events in, batches out; one batch under way at a time."""

    def __init__(self, settings: RetrySettings, *, seed: int, now_ms: int) -> None:
        self._settings = settings
        self._dice = seed
        self._events: deque[TelemetryEvent] = deque()
        self._dropped = 0
        self._under_way = NOTHING
        self._failures = 0
        self.is_closed: bool = False
        """The collector wants no more from this session (410)."""
        self.due_ms: int = now_ms + self._pause_ms()
        """When the next batch may go."""

    def put(self, event: TelemetryEvent) -> None:
        """Keep `event` for the next batch, unless the collector wants no more."""
        if self.is_closed:
            return
        if len(self._events) == MOST_EVENTS:
            self._events.popleft()
            self._dropped += 1
        self._events.append(event)

    def batch(self) -> TelemetryBatch | None:
        """What to send now, until `accepted` or `refused` is called; None if there is nothing."""
        if not self._events:
            return None
        events = tuple(self._events.popleft() for _ in range(min(len(self._events), MAX_BATCH_EVENTS)))
        self._under_way = TelemetryBatch(events=events, dropped=self._dropped)
        return self._under_way

    def accepted(self, *, now_ms: int) -> None:
        """The collector has it."""
        self._dropped -= self._under_way.dropped
        self._under_way = NOTHING
        self._failures = 0
        self.due_ms = now_ms + self._pause_ms()

    def refused(self, *, now_ms: int, hint_ms: int = 0, for_good: bool = False) -> None:
        """The collector has it not: the events go back to the front, as far as the bound allows."""
        if for_good:
            self.is_closed = True
            self._events.clear()
            return
        room = MOST_EVENTS - len(self._events)
        kept = self._under_way.events[-room:] if room else ()
        self._dropped += len(self._under_way.events) - len(kept)
        self._events.extendleft(reversed(kept))
        self._under_way = NOTHING
        self._failures += 1
        self._dice = next_state(self._dice)
        self.due_ms = now_ms + wait_ms(
            tries=self._failures,
            draw=draw(self._dice),
            first_ms=self._settings.first_ms,
            cap_ms=self._settings.cap_ms,
            hint_ms=min(hint_ms, self._settings.hint_cap_ms),
        )

    def _pause_ms(self) -> int:
        self._dice = next_state(self._dice)
        return FLUSH_EVERY_MS + draw(self._dice) % FLUSH_EVERY_MS
