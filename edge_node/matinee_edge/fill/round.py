"""A round of a fill: everything that may be fetched now is, or the round is over before."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from matinee.clock import Clock
from matinee.errors import MatineeError
from matinee.wire.placement import PlacedTitle, Source
from matinee_edge.fill.errands import Errand, Errands
from matinee_edge.fill.order import pull_order
from matinee_edge.fill.progress import Meter
from matinee_edge.fill.stock import Stock, is_not_held

log = logging.getLogger("matinee.edge.fill")

PRESSED_LOOK_MS = 250
"""How often it is looked whether viewers still wait."""
OPEN_TITLES = 8
"""Titles under way at a time: parents may be ahead of the slowest peer by so much, and memory is bounded."""


class Round:
    """Carries out what `Errands` decides."""

    def __init__(
        self,
        titles: Sequence[PlacedTitle],
        *,
        errands: Errands,
        parents: Sequence[Source],
        peers: Sequence[Source],
        stock: Stock,
        meter: Meter,
        clock: Clock,
        changed: asyncio.Event,
        wait_ms: Callable[[], int],
    ) -> None:
        """`changed`: set whenever something is to be looked at again, here or by whoever ends the round.

        `wait_ms`: until the round is over; 0: now. What is under way then comes to its end.
        """
        self._titles = iter(titles)
        self._errands = errands
        self._parents = parents
        self._sources: Mapping[str, Source] = {source.name: source for source in (*parents, *peers)}
        self._stock = stock
        self._meter = meter
        self._clock = clock
        self._changed = changed
        self._wait_ms = wait_ms
        self._is_scouting = False
        self._is_scouted = False
        self._unlearned = 0

    async def run(self) -> bool:
        """Whether everything is here now."""
        async with asyncio.TaskGroup() as group:
            while left_ms := self._wait_ms():
                self._changed.clear()
                if self._is_scouted and not self._errands.titles:
                    return not self._unlearned
                if not self._is_scouting and not self._is_scouted and len(self._errands.titles) < OPEN_TITLES:
                    self._is_scouting = True
                    group.create_task(self._scout())
                now_ms = self._clock.now_ms()
                is_pressed = self._stock.is_pressed()
                for errand in self._errands.due(now_ms, is_pressed=is_pressed):
                    group.create_task(self._carry_out(errand))
                waits_ms = (left_ms, self._errands.wakes_in_ms(now_ms), PRESSED_LOOK_MS if is_pressed else None)
                await self._wait_changed(min(wait_ms for wait_ms in waits_ms if wait_ms is not None))
        return False

    async def _wait_changed(self, timeout_ms: int) -> None:
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _scout(self) -> None:
        """Open the next title that lacks something."""
        title = next(self._titles, None)
        if title is None:
            self._is_scouted = True
        else:
            try:
                await self._open(title)
            except MatineeError as error:
                log.warning("title %s cannot be filled now: %s", title.title_id, error.what)
                self._unlearned += 1
        self._is_scouting = False
        self._changed.set()

    async def _open(self, title: PlacedTitle) -> None:
        listing = self._stock.listing(title.title_id)
        if listing is None or listing.index.sha256 != title.index_sha256:
            await self._renew(title.title_id)
            listing = self._stock.listing(title.title_id)
        lacking = self._stock.lacking(title.title_id)
        if listing is None or not lacking:
            return
        log.info("title %s: %d of %d files lack", title.title_id, len(lacking), len(listing.files))
        files = pull_order(listing, lacking)
        self._errands.open(title.title_id, files, holders=title.holders, now_ms=self._clock.now_ms())

    async def _renew(self, title_id: str) -> None:
        """By the first parent that knows it."""
        for parent in self._parents[:-1]:
            try:
                return await self._stock.renew(title_id, source=parent)
            except MatineeError as error:
                log.info("%s does not tell what %s consists of: %s", parent.name, title_id, error.what)
        return await self._stock.renew(title_id, source=self._parents[-1])

    async def _carry_out(self, errand: Errand) -> None:
        source = self._sources[errand.source]
        try:
            await self._stock.land(errand.title_id, errand.file, source=source, is_of_peer=errand.is_of_peer)
        except MatineeError as error:
            back = self._errands.lacked if is_not_held(error) else self._errands.failed
            back(errand, now_ms=self._clock.now_ms())
        else:
            now_ms = self._clock.now_ms()
            self._meter.count(errand.file.size_bytes, source=errand.source, now_ms=now_ms)
            self._errands.landed(errand, now_ms=now_ms)
            if errand.title_id not in self._errands.titles:
                log.info("title %s: whole", errand.title_id)
        self._changed.set()
