"""The courier: brings the outbox of a device to the collector, and keeps it on disk until it is there."""

import asyncio
import gzip

import msgspec

from matinee.clock import Clock
from matinee.core.outbox import Outbox
from matinee.errors import StorageFull
from matinee.policy.settings import RetrySettings
from matinee.runtime.http import Answer, FetchFailure
from matinee.runtime.journal import Journal
from matinee.runtime.service import DEADLINE_MS, Service
from matinee.wire.telemetry import TelemetryAnswer, TelemetryEvent, UnreadBatch

MOST_JOURNAL_BYTES = 4 << 20
"""A longer journal is replaced by what of it still counts."""
UNREADABLE = (400, 413, 415, 422)
"""Nobody will ever take this batch."""
GONE = 410
UNPACKABLE = 415


class Courier:
    """Telemetry of all sessions of a device, on its way to one collector."""

    def __init__(self, service: Service, *, retry: RetrySettings, journal: Journal | None = None) -> None:
        """`journal`: what was not delivered is there, for the process after this one too; it is closed by `close`."""
        self._service = service
        self._journal = journal
        self._journal_bytes = 0
        self._is_packed = False
        """Whether batches are compressed: as soon as the collector has said that it reads them."""
        self._sending = asyncio.Lock()
        self._outbox = Outbox(retry, seed=service.draw(), now_ms=service.clock.now_ms(), ledger=self._left())
        self._replace()

    @property
    def clock(self) -> Clock:
        """By which it sends."""
        return self._service.clock

    @property
    def dropped(self) -> int:
        """Events that were lost to a bound and that the collector does not yet know of."""
        return self._outbox.dropped

    @property
    def refusals(self) -> int:
        """Events that the collector did not take, of this process."""
        return self._outbox.refusals

    def new_id(self) -> str:
        """For an event."""
        return f"{self._service.draw():016x}"

    def put(self, event: TelemetryEvent) -> None:
        """It will be told, also if this process is killed now."""
        self._outbox.put(event)
        self._save()

    async def run(self, url: str) -> None:
        """Send what is due, until cancelled or until the collector wants no more. Several may run."""
        while not self._outbox.is_closed:
            await self.clock.wait_until(self._outbox.due_ms)
            async with self._sending:
                if self.clock.now_ms() >= self._outbox.due_ms:
                    await self._send(url, deadline_ms=DEADLINE_MS)

    async def hurry(self, url: str, *, deadline_ms: int) -> None:
        """Everything is sent that one batch holds, unless the collector is away or wants to be left alone."""
        try:
            async with asyncio.timeout(deadline_ms / 1000), self._sending:
                if not self._outbox.is_backing_off:
                    await self._send(url, deadline_ms=deadline_ms)
        except TimeoutError:
            return

    def close(self) -> None:
        """Nothing more is kept; what was not delivered waits for the next."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()

    def _left(self) -> bytes:
        """What the processes before this one have left."""
        try:
            return b"" if self._journal is None else self._journal.read()
        except OSError:
            self.close()
            return b""

    async def _send(self, url: str, *, deadline_ms: int) -> None:
        batch = self._outbox.batch()
        self._save()
        if batch is None:
            self._outbox.accepted(now_ms=self.clock.now_ms())
            return
        try:
            answer = await self._tell(url, batch, deadline_ms)
        except FetchFailure as failure:
            self._failed(failure)
        except asyncio.CancelledError:
            self._outbox.postponed("cancelled", now_ms=self.clock.now_ms())
            raise
        else:
            self._is_packed = "gzip" in answer.headers.get("Accept-Encoding", "")
            self._outbox.accepted(_refused_in(answer), now_ms=self.clock.now_ms())
        self._save()

    async def _tell(self, url: str, batch: UnreadBatch, deadline_ms: int) -> Answer:
        body = msgspec.json.encode(batch)
        packed = gzip.compress(body, mtime=0) if self._is_packed else b""
        return await self._service.tell(url, packed or body, is_packed=self._is_packed, deadline_ms=deadline_ms)

    def _failed(self, failure: FetchFailure) -> None:
        now_ms = self.clock.now_ms()
        if failure.status == GONE:
            self._outbox.close()
            self._replace()
        elif failure.status in UNREADABLE and not (self._is_packed and failure.status == UNPACKABLE):
            self._outbox.rejected(now_ms=now_ms)
        else:
            self._outbox.postponed(failure.reason, now_ms=now_ms, hint_ms=failure.hint_ms)
        self._is_packed = False

    def _save(self) -> None:
        """What has happened is on disk."""
        unsaved = self._outbox.unsaved()
        self._journal_bytes += len(unsaved)
        if self._journal_bytes > MOST_JOURNAL_BYTES or (self._outbox.is_empty and self._journal_bytes):
            self._replace()
        elif unsaved:
            self._keep(unsaved)

    def _replace(self) -> None:
        saved = self._outbox.saved()
        self._journal_bytes = len(saved)
        self._keep(saved, is_all=True)

    def _keep(self, data: bytes, *, is_all: bool = False) -> None:
        if self._journal is None:
            return
        try:
            (self._journal.replace if is_all else self._journal.append)(data)
        except (OSError, StorageFull):
            # Playback goes on, and telemetry for as long as this process does.
            self.close()


def _refused_in(answer: Answer) -> list[str]:
    """Which events the collector did not take; none if its answer does not say."""
    try:
        told = msgspec.json.decode(answer.body, type=TelemetryAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    return [refused.event_id for refused in told.refused]
