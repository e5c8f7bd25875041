"""The heartbeat: tells the control plane every few seconds what is here, and hears what should be.

Where the appliance stands is told at its start, and the titles of its shelf when the control plane has not heard of
their digest; beyond that a heartbeat is a few numbers. The appliance needs none of it to serve: with the control plane
away, it goes on with what it knows.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec

from matinee.clock import Clock
from matinee.errors import ServiceUnavailable, SettingsInvalid
from matinee.wire.placement import Placement
from matinee.wire.steering import (
    HEARTBEAT_EVERY_MS,
    Announcement,
    AnnouncementReply,
    Heartbeat,
    HeartbeatReply,
)
from matinee_edge.tokenfile import read_token

log = logging.getLogger("matinee.edge.heartbeat")

ReplyT = TypeVar("ReplyT")

DEADLINE_MS = 2_000
PIECE_BYTES = 1 << 16
MAX_REPLY_BYTES = 16 << 20
"""Of a placement: some 100,000 titles."""
MAX_HINT_MS = 60_000
"""A wish to be left alone is granted up to here."""


def interval_ms(*, hint_ms: int, draw: int) -> int:
    """Until the next heartbeat: within a quarter of the interval, and not before the server's hint.

    Spread, since a fleet that beats in step meets a control plane that comes back all at once.
    """
    spread_ms = HEARTBEAT_EVERY_MS // 4
    jitter_ms = draw % spread_ms
    return max(HEARTBEAT_EVERY_MS - spread_ms // 2 + jitter_ms, min(hint_ms, MAX_HINT_MS) + jitter_ms)


class Heart:
    """Sends heartbeats. Logs the control plane's absence and its return, once each."""

    def __init__(
        self,
        control_url: str,
        *,
        token_file: Path,
        session: aiohttp.ClientSession,
        place: Announcement,
        say: Callable[[], Heartbeat],
        hear: Callable[[Placement], None],
        clock: Clock,
        draw: Callable[[], int],
    ) -> None:
        """`say` tells how things are now, with its titles; `hear` takes each answer. The session is the caller's."""
        self._control_url = control_url.rstrip("/")
        self._token_file = token_file
        self._session = session
        self._place = place
        self._is_placed = False
        self._say = say
        self._hear = hear
        self._clock = clock
        self._draw = draw
        self.is_heard: bool | None = None
        """Whether the last heartbeat was answered; None before the first."""
        self.announced: tuple[str, ...] = ()
        """The titles of the last heartbeat that was answered: those for which viewers are sent here."""

    async def run(self) -> None:
        """Beat for ever."""
        while True:
            hint_ms = await self.beat()
            await self._clock.wait_until(self._clock.now_ms() + interval_ms(hint_ms=hint_ms, draw=self._draw()))

    async def beat(self) -> int:
        """One heartbeat; the least milliseconds that the control plane wants until the next. Raises nothing."""
        heartbeat = self._say()
        try:
            async with asyncio.timeout(DEADLINE_MS / 1000):
                placement = await self._told(heartbeat)
        except ServiceUnavailable as error:
            self._note(heard=False, why=error.what)
            return error.retry_after_ms or 0
        except SettingsInvalid as error:
            self._note(heard=False, why=error.what)
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError) as error:
            self._note(heard=False, why=type(error).__name__)
        else:
            self._note(heard=True, why="")
            self.announced = heartbeat.titles or ()
            if placement is not None:
                self._hear(placement)
        return 0

    async def _told(self, heartbeat: Heartbeat) -> Placement | None:
        """What the control plane wants here, None if that is no news; by then it knows all it must of the appliance."""
        if not self._is_placed:
            await self._post("announcement", self._place, AnnouncementReply)
            self._is_placed = True
        reply = await self._post("heartbeat", msgspec.structs.replace(heartbeat, titles=None), HeartbeatReply)
        if reply.tell_titles:
            reply = await self._post("heartbeat", heartbeat, HeartbeatReply)
        self._is_placed = not reply.tell_place
        return reply.placement

    async def _post(self, what: str, said: Heartbeat | Announcement, reply_type: type[ReplyT]) -> ReplyT:
        async with self._session.post(
            f"{self._control_url}/v1/appliances/{said.appliance}/{what}",
            data=msgspec.json.encode(said),
            headers={
                "Authorization": f"Bearer {read_token(self._token_file)}",
                "Content-Type": "application/json",
            },
            allow_redirects=False,
        ) as response:
            if response.status != 200:
                raise ServiceUnavailable(f"status {response.status}", retry_after_ms=_hint_ms(response))
            raw = bytearray()
            async for piece in response.content.iter_chunked(PIECE_BYTES):
                raw += piece
                if len(raw) > MAX_REPLY_BYTES:
                    raise ServiceUnavailable(f"an answer of more than {MAX_REPLY_BYTES} bytes")
            return msgspec.json.decode(raw, type=reply_type)

    def _note(self, *, heard: bool, why: str) -> None:
        if heard == self.is_heard:
            return
        self.is_heard = heard
        if heard:
            log.info("the control plane answers")
        else:
            log.warning("the control plane does not answer (%s); serving goes on", why)


def _hint_ms(response: aiohttp.ClientResponse) -> int:
    text = response.headers.get("Retry-After", "")
    return int(text) * 1000 if text.isascii() and text.isdecimal() and len(text) < 9 else 0
