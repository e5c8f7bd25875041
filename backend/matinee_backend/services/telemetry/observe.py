"""The observatory: follows the event log in memory, and answers how viewers fare now.

It keeps no place: after a restart the windows are filled by replaying their span. Every process that needs the answer
may have one of its own.
"""

import asyncio
import logging

import msgspec

from matinee.clock import Clock
from matinee.errors import ServiceUnavailable
from matinee_backend.ports import EventLog
from matinee_backend.services.telemetry.health import PlayersView
from matinee_backend.services.telemetry.quality import SPAN_MS, Attribution, Board, Quality
from matinee_backend.services.telemetry.rules import Told
from matinee_backend.services.telemetry.storm import StormSignal, StormWatch

_LOG = logging.getLogger("matinee.telemetry")
_BATCH, _WAIT_MS = 100, 1_000
MOST_LINES = 50
_SURVEY_EVERY_MS = 1_000


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """How viewers fare now."""

    board: Board
    storm: StormSignal
    unwell_permille: dict[str, int]
    """By appliance, the share of sessions in trouble there, where enough say so."""
    behind: int
    """Records of the log that are not counted yet, as far as was looked."""


class Observatory:
    def __init__(self, events: EventLog, *, clock: Clock) -> None:
        self._events = events
        self._clock = clock
        self._attribution = Attribution()
        self._quality, self._players, self._storm = Quality(), PlayersView(), StormWatch()
        self._offset: int | None = None
        self._unwell: dict[str, int] = {}
        self._surveyed_ms: int | None = None

    async def run(self) -> None:
        """Follows for ever. A log that is away is asked again."""
        while True:
            try:
                await self._events.wait_beyond(await self.catch_up(), timeout_ms=_WAIT_MS)
            except ServiceUnavailable as error:
                _LOG.warning("quality waits for the event log: %s", error.what)
                await self._clock.wait_until(self._clock.now_ms() + _WAIT_MS)

    async def catch_up(self) -> int:
        """Everything in the log has been counted; where the next record will be."""
        if self._offset is None:
            self._offset = await self._events.offset_since(self._clock.wall_ms() - SPAN_MS)
        while records := await self._events.read(self._offset, limit=_BATCH):
            for record in records:
                self._note(record.value)
            self._offset = records[-1].offset + 1
            await asyncio.sleep(0)
        return self._offset

    def error_permille(self, appliance: str) -> int:
        """What players say of an appliance: the share of sessions in trouble there; 0 while too few say anything."""
        now_ms = self._clock.now_ms()
        if self._surveyed_ms is None or now_ms - self._surveyed_ms >= _SURVEY_EVERY_MS:
            self._unwell = dict(self._players.error_permille(wall_ms=self._clock.wall_ms()))
            self._surveyed_ms = now_ms
        return self._unwell.get(appliance, 0)

    async def outlook(self) -> Outlook:
        """As of now."""
        wall_ms, offset = self._clock.wall_ms(), self._offset or 0
        return Outlook(
            board=self._quality.board(wall_ms=wall_ms, most=MOST_LINES),
            storm=self._storm.signal(wall_ms=wall_ms),
            unwell_permille=dict(self._players.error_permille(wall_ms=wall_ms)),
            behind=len(await self._events.read(offset, limit=_BATCH)),
        )

    def _note(self, value: bytes) -> None:
        try:
            told = msgspec.json.decode(value, type=Told)
        except msgspec.DecodeError:
            return  # The follower says so.
        wall_ms = self._clock.wall_ms()
        for it in self._attribution.happened(told):
            self._quality.note(it, wall_ms=wall_ms)
            self._players.note(it)
            self._storm.note(it, wall_ms=wall_ms)
