"""Following the event log: what was told becomes history, and streams are kept or ended."""

import logging
from dataclasses import dataclass
from typing import assert_never

import msgspec

from matinee.clock import Clock
from matinee.errors import ServiceUnavailable
from matinee_backend.ports import EventLog, HistoryStore, MemberStore, StreamLeases, TitleStore
from matinee_backend.records import Watched
from matinee_backend.services.telemetry.rules import Consequence, EndStream, KeepStream, Told, consequences
from matinee_backend.settings import StreamSettings

_LOG = logging.getLogger("matinee.telemetry")
_GROUP = "history"
_BATCH = 100
_WAIT_MS = 1_000
"""How late an event is noticed that another process appended; one's own are noticed at once."""


@dataclass(frozen=True, kw_only=True)
class Follower:
    """Reads each event at least once; every consequence may be carried out twice."""

    events: EventLog
    history: HistoryStore
    leases: StreamLeases
    members: MemberStore
    titles: TitleStore
    clock: Clock
    settings: StreamSettings

    async def run(self) -> None:
        """Follows for ever, where no other process does. A store that is away is asked again."""
        while True:
            try:
                if not await self.events.claim(_GROUP):
                    await self.clock.wait_until(self.clock.now_ms() + _WAIT_MS)
                    continue
                offset = await self.catch_up()
                await self.events.wait_beyond(offset, timeout_ms=_WAIT_MS)
            except ServiceUnavailable as error:
                _LOG.warning("events wait to be followed: %s", error.what)
                await self.clock.wait_until(self.clock.now_ms() + _WAIT_MS)

    async def catch_up(self) -> int:
        """Everything in the log has been followed; where the next record will be."""
        offset = await self.events.place(_GROUP)
        while records := await self.events.read(offset, limit=_BATCH):
            if lost := records[0].offset - offset:
                _LOG.warning("%d records were dropped before they were followed", lost)
            for record in records:
                await self._follow(record.value)
            offset = records[-1].offset + 1
            await self.events.keep_place(_GROUP, offset)
        return offset

    async def _follow(self, value: bytes) -> None:
        try:
            told = msgspec.json.decode(value, type=Told)
        except msgspec.DecodeError as error:
            _LOG.warning("an event of another version is left out: %s", error)
            return
        for consequence in consequences(told, lease_ms=self.settings.lease_ms):
            await self._carry_out(consequence, account_id=told.account_id)

    async def _carry_out(self, consequence: Consequence, *, account_id: str) -> None:
        match consequence:
            case KeepStream(session_id=session_id, until_wall_ms=until_wall_ms):
                await self.leases.renew(session_id, account_id=account_id, expires_wall_ms=until_wall_ms)
            case EndStream(session_id=session_id):
                await self.leases.release(session_id, account_id=account_id)
            case Watched() if await self._is_own(consequence, account_id):
                account = await self.members.account(account_id)
                country = account.country if account is not None else ""
                await self.history.put(msgspec.structs.replace(consequence, country=country))
            case Watched():
                return
            case _:
                assert_never(consequence)

    async def _is_own(self, watched: Watched, account_id: str) -> bool:
        """Whether the profile is the account's, and the title exists: telemetry is written by clients."""
        if watched.profile_id not in await self.members.profiles(account_id):
            return False
        return await self.titles.title(watched.title_id) is not None
