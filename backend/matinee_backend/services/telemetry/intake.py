"""The intake: what many requests tell at once becomes one append to the event log, each event once.

A request waits until its events are on disk; meanwhile those that came together with the next are gathered, so that
under load one sync serves many. How much may wait is bounded, and what is beyond is told when to come back.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from matinee.clock import Clock
from matinee.errors import ServiceUnavailable
from matinee_backend.ports import EventLog
from matinee_backend.services.telemetry.rules import TelemetryIds, Told, drain_ms, log_value
from matinee_backend.services.telemetry.seen import Seen
from matinee_backend.settings import TelemetrySettings

_LOG = logging.getLogger("matinee.telemetry")
_RECORDS_AT_ONCE = 500


class _Waiting(NamedTuple):
    told: Told
    size_bytes: int
    kept: "asyncio.Future[None]"


class Intake:
    def __init__(self, events: EventLog, *, clock: Clock, settings: TelemetrySettings) -> None:
        self._events = events
        self._clock = clock
        self._settings = settings
        self._seen = Seen(most=settings.ids_remembered, within_ms=settings.once_within_ms)
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._has_come = asyncio.Event()
        self._bytes_per_s = 0
        """At which the log took the last group."""

    def check_room(self) -> None:
        """Raises ServiceUnavailable while too much waits for the log."""
        if self._waiting_bytes >= self._settings.waiting_bytes:
            retry_after_ms = drain_ms(self._waiting_bytes, bytes_per_s=self._bytes_per_s)
            raise ServiceUnavailable("The event log is behind; tell it again.", retry_after_ms=retry_after_ms)

    async def keep(self, told: Told, *, size_bytes: int) -> None:
        """Every event of `told` is in the log, once. `size_bytes`: what it takes while it waits.

        Raises ServiceUnavailable if the log is behind or cannot be written; then the same may be told again.
        """
        self.check_room()
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(told, size_bytes, kept))
        self._waiting_bytes += size_bytes
        self._has_come.set()
        await kept

    async def remember(self) -> None:
        """Events of late are known again after a restart, from the log itself; to be done before any is kept."""
        wall_ms = self._clock.wall_ms()
        offset = await self._events.offset_since(wall_ms - self._settings.once_within_ms)
        while records := await self._events.read(offset, limit=_RECORDS_AT_ONCE):
            for record in records:
                self._note(record.value, wall_ms=record.wall_ms)
            offset = records[-1].offset + 1
        _LOG.debug("%d events of late are remembered", len(self._seen))

    async def run(self) -> None:
        """Keeps what comes, for ever; what waits when it is cancelled is refused."""
        try:
            while True:
                await self._has_come.wait()
                self._has_come.clear()
                await self._keep_group(self._take())
        finally:
            self._refuse(self._take(), ServiceUnavailable("The service ends; tell it again.", retry_after_ms=1_000))

    def _take(self) -> list[_Waiting]:
        group, self._waiting = self._waiting, []
        return group

    async def _keep_group(self, group: list[_Waiting]) -> None:
        began_ms, size_bytes = self._clock.now_ms(), sum(it.size_bytes for it in group)
        fresh = [told for it in group if (told := self._fresh(it.told)) is not None]
        try:
            if fresh:
                await self._events.append([log_value(told) for told in fresh], wall_ms=self._clock.wall_ms())
        except ServiceUnavailable as error:
            self._forget(fresh)
            self._refuse(group, error)
        except asyncio.CancelledError:
            self._refuse(group, ServiceUnavailable("The service ends; tell it again.", retry_after_ms=1_000))
            raise
        else:
            self._bytes_per_s = size_bytes * 1000 // max(1, self._clock.now_ms() - began_ms)
            for it in group:
                if not it.kept.done():
                    it.kept.set_result(None)
        finally:
            self._waiting_bytes -= size_bytes

    def _fresh(self, told: Told) -> Told | None:
        """Without what is in the log already, or before it in the group; None if nothing is left."""
        wall_ms, account_id = self._clock.wall_ms(), told.account_id
        events = tuple(it for it in told.events if self._seen.notes(account_id, it.event_id, wall_ms=wall_ms))
        is_counted = told.dropped and self._seen.notes(account_id, _of_count(told.dropped_id), wall_ms=wall_ms)
        if len(events) == len(told.events) and (is_counted or not told.dropped):
            return told
        if not events and not is_counted:
            return None
        return msgspec.structs.replace(told, events=events, dropped=told.dropped if is_counted else 0)

    def _forget(self, fresh: Sequence[Told]) -> None:
        for told in fresh:
            for event in told.events:
                self._seen.forgets(told.account_id, event.event_id)
            self._seen.forgets(told.account_id, _of_count(told.dropped_id))

    def _refuse(self, group: Sequence[_Waiting], error: ServiceUnavailable) -> None:
        for it in group:
            if not it.kept.done():
                it.kept.set_exception(error)

    def _note(self, value: bytes, *, wall_ms: int) -> None:
        try:
            ids = msgspec.json.decode(value, type=TelemetryIds)
        except msgspec.DecodeError:
            return  # Of another version: who told it has another one by now.
        for event in ids.events:
            self._seen.notes(ids.account_id, event.event_id, wall_ms=wall_ms)
        if ids.dropped_id:
            self._seen.notes(ids.account_id, _of_count(ids.dropped_id), wall_ms=wall_ms)


def _of_count(dropped_id: str) -> str:
    """No event's id: these hold no colon."""
    return f"dropped:{dropped_id}"
