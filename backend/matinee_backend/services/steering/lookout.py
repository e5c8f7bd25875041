"""The lookout: keeps the fleet in memory equal to the directory, which other processes write too.

Heartbeats that come here count at once; those that others heard within `refresh_every_ms`.
"""

import asyncio
import logging

from matinee.clock import Clock
from matinee.errors import ServiceUnavailable
from matinee.wire.steering import HEARTBEAT_EXPIRY_MS, Announcement
from matinee_backend.ports import ApplianceDirectory
from matinee_backend.records import HeardAppliance
from matinee_backend.services.steering.atlas import Atlas
from matinee_backend.services.steering.fleet import Fleet
from matinee_backend.services.steering.ranking import Commercial
from matinee_backend.settings import SteeringSettings

log = logging.getLogger("matinee.steering")

TIDY_EVERY_MS = 60_000
_OVERLAP_MS = 1_000
"""Heartbeats are read again for so long: a slow process may write one late."""


class Lookout:
    def __init__(self, directory: ApplianceDirectory, *, clock: Clock, settings: SteeringSettings) -> None:
        self.directory = directory
        self.fleet = Fleet(
            session_kbps=settings.session_kbps,
            ttl_ms=settings.ttl_s * 1000,
            commercial=tuple(Commercial(it.name, it.base_url) for it in settings.cheapest_first()),
        )
        self._clock = clock
        self._every_ms = settings.refresh_every_ms
        self._looking = asyncio.Lock()
        self._charting: asyncio.Future[Atlas] | None = None
        self._looked_ms: int | None = None
        self._heard_until_ms = 0
        self._announced_until = 0
        self._tidied_ms = clock.now_ms()

    async def look(self) -> Fleet:
        """The fleet, no older than `refresh_every_ms`; while somebody looks already, as it was seen last.

        Raises ServiceUnavailable if the directory cannot be read and the fleet was never seen.
        """
        is_first = self._looked_ms is None
        if is_first or (self._is_due() and not self._looking.locked()):
            async with self._looking:
                if self._is_due():
                    await self._refresh_or_keep()
                if is_first and self._charting is not None:
                    await asyncio.wait([self._charting])
        self._chart()
        return self.fleet

    async def hear(self, heard: HeardAppliance, *, titles: tuple[str, ...] | None) -> bool:
        """The appliance is present. False if nobody knows the titles that its shelf's digest stands for."""
        if titles is not None and not self.fleet.knows_shelf(heard.shelf):
            await self.directory.keep_shelf(heard.shelf, titles)
            self.fleet.keep_shelf(heard.shelf, titles)
        await self.directory.hear(heard)
        await self._learn_shelves([heard])
        self.fleet.hear(heard)
        self._chart()
        return self.fleet.knows_shelf(heard.shelf)

    async def announce(self, place: Announcement) -> int:
        """The appliance stands there, near to so many subnets. Raises RequestInvalid for subnets that are none."""
        subnets = self.fleet.announce(place)
        await self.directory.announce(place)
        self._chart()
        return subnets

    def _is_due(self) -> bool:
        return self._looked_ms is None or self._clock.now_ms() - self._looked_ms >= self._every_ms

    async def _refresh_or_keep(self) -> None:
        """A fleet that was seen once is better than none."""
        try:
            await self._refresh()
        except ServiceUnavailable as error:
            if self._looked_ms is None:
                raise
            log.warning("the directory cannot be read: %s", error.what)
            self._looked_ms = self._clock.now_ms()

    async def _refresh(self) -> None:
        now_ms, wall_ms = self._clock.now_ms(), self._clock.wall_ms()
        since_ms = max(self._heard_until_ms - _OVERLAP_MS, wall_ms - HEARTBEAT_EXPIRY_MS)
        until, places = await self.directory.announced_since(self._announced_until)
        heard = await self.directory.heard_since(since_ms)
        await self._learn_shelves(heard)
        for place in places:
            self.fleet.announce(place)
        for it in heard:
            self.fleet.hear(it)
        self._announced_until = until
        self._heard_until_ms = max([self._heard_until_ms, *(it.heard_wall_ms for it in heard)])
        self._looked_ms = now_ms
        if now_ms - self._tidied_ms >= TIDY_EVERY_MS:
            self._tidied_ms = now_ms
            self.fleet.tidy(wall_ms=wall_ms)
        self._chart()

    async def _learn_shelves(self, heard: "list[HeardAppliance] | tuple[HeardAppliance, ...]") -> None:
        unknown = {it.shelf for it in heard if not self.fleet.knows_shelf(it.shelf)}
        for digest in sorted(unknown):
            titles = await self.directory.shelf(digest)
            if titles is not None:
                self.fleet.keep_shelf(digest, titles)

    def _chart(self) -> None:
        """The atlas knows where everybody stands; a large one soon: a thread makes it while the last one answers."""
        if self._charting is not None:
            if not self._charting.done():
                return
            self.fleet.use(self._charting.result())
            self._charting = None
        if self.fleet.is_moved:
            make = self.fleet.chart()
            if self.fleet.is_small:
                self.fleet.use(make())
            else:
                self._charting = asyncio.get_running_loop().run_in_executor(None, make)
