"""The filler: keeps the shelf as placed, in the hours that are meant for it.

What is done lies on the shelf, so a fill that was cut goes on where it was.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from matinee.clock import Clock
from matinee.errors import SettingsInvalid, StorageFull
from matinee.files import write_whole
from matinee.wire.placement import PlacedTitle, Placement, Source, placement_digest
from matinee_edge.fill.allowance import Allowance
from matinee_edge.fill.errands import Errands, rest_ms
from matinee_edge.fill.progress import FillProgress, Meter, TitleProgress
from matinee_edge.fill.releases import remembered
from matinee_edge.fill.round import Round
from matinee_edge.fill.stock import Stock
from matinee_edge.fill.windows import ALWAYS, Span, span_at

log = logging.getLogger("matinee.edge.fill")

RENEW_EVERY_MS = 60_000
"""How often it is looked whether something placed has gone from the shelf, or was made anew."""
LOOK_EVERY_MS = 60_000
"""How often the calendar is asked again: somebody may set it."""


class Filler:
    """Keeps the shelf as placed. Titles that are placed no longer stay."""

    def __init__(
        self,
        stock: Stock,
        *,
        name: str,
        parent: Source,
        zone: ZoneInfo,
        memory: Path,
        clock: Clock,
        draw: Callable[[], int],
        concurrency: int,
        is_at_once: bool = False,
    ) -> None:
        """`name`: this appliance's. `parent`: asked after all parents that a placement names.

        `memory`: the file that keeps the last placement, so that a fill goes on while the control plane is away.
        `concurrency`: files of the parents at a time. `is_at_once`: no hours are waited for.
        """
        self._stock = stock
        self._name = name
        self._parent = parent
        self._zone = zone
        self._memory = memory
        self._clock = clock
        self._draw = draw
        self._concurrency = concurrency
        self._is_at_once = is_at_once
        self._changed = asyncio.Event()
        self._meter = Meter(now_ms=clock.now_ms())
        self._errands: Errands | None = None
        """Of the round that runs."""
        self._placed = remembered(memory)
        self.placed_digest = placement_digest(self._placed)
        """Of what should be here, as heartbeats tell it."""
        self._allowance = Allowance(self._placed.rate_kbps, now_ms=clock.now_ms())

    @property
    def placement(self) -> Placement:
        """What should be here, and whom it comes from."""
        return self._placed

    @property
    def placed(self) -> tuple[str, ...]:
        """The titles that should be here."""
        return tuple(title.title_id for title in self._placed.titles)

    def hold(self, placement: Placement) -> None:
        """From now on these titles should be here."""
        if placement == self._placed:
            return
        if placement.rate_kbps != self._placed.rate_kbps:
            self._allowance = Allowance(placement.rate_kbps, now_ms=self._clock.now_ms())
        self._placed = placement
        self.placed_digest = placement_digest(placement)
        log.info("placed here: %d titles", len(placement.titles))
        try:
            write_whole(self._memory, msgspec.json.encode(placement))
        except (OSError, StorageFull) as error:
            log.warning("the placement cannot be kept: %s", error)
        self._changed.set()

    async def run(self) -> None:
        """Fill for ever."""
        failed_rounds = 0
        while True:
            placement = self._placed
            is_done = await self.fill()
            failed_rounds = 0 if is_done or placement is not self._placed else failed_rounds + 1
            pause_ms = self._pause_ms(failed_rounds)
            self._changed.clear()
            if placement is not self._placed:
                continue
            try:
                async with asyncio.timeout(pause_ms / 1000):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def fill(self) -> bool:
        """One round over all that may be fetched now; whether nothing of it lacks at the end."""
        placement, span = self._placed, self._span()
        is_open = span.is_open(self._clock.wall_ms())
        due = {title.title_id: title for title in placement.titles if is_open or title.is_urgent}
        if not due:
            return True
        now_ms = self._clock.now_ms()
        parents = tuple({source.base_url: source for source in (*placement.parents, self._parent)}.values())
        self._errands = Errands(
            name=self._name,
            peers=[peer.name for peer in placement.peers if peer.name != self._name],
            parents=[parent.name for parent in parents],
            allowance=self._allowance,
            at_a_time=self._concurrency,
            draw=self._draw,
            now_ms=now_ms,
        )
        try:
            return await Round(
                tuple(due.values()),
                errands=self._errands,
                parents=parents,
                peers=placement.peers,
                stock=self._stock,
                meter=self._meter,
                clock=self._clock,
                changed=self._changed,
                wait_ms=lambda: self._left_ms(placement, span),
            ).run()
        finally:
            self._errands = None

    def progress(self) -> FillProgress:
        """How it comes on."""
        now_ms, span = self._clock.now_ms(), self._span()
        titles = tuple(lacks for title in self._placed.titles if (lacks := self._lacks(title)))
        bytes_left, kbps = sum(title.bytes_left for title in titles), self._meter.kbps(now_ms)
        failing = self._errands.failing if self._errands is not None else ()
        is_waiting = self._errands is None and not span.is_open(self._clock.wall_ms())
        return FillProgress(
            state="whole" if not titles else "waiting" if is_waiting else "filling" if kbps else "failing",
            opens_wall_ms=span.opens_wall_ms,
            closes_wall_ms=span.closes_wall_ms,
            bytes_left=bytes_left,
            kbps=kbps,
            left_ms=bytes_left * 8 // kbps if kbps else None,
            bytes_by_source=dict(self._meter.bytes_by_source),
            failing=failing,
            titles=titles,
        )

    def _span(self) -> Span:
        """The hours that are open now, or open next."""
        if self._is_at_once:
            return ALWAYS
        wall_ms = self._clock.wall_ms()
        try:
            return span_at(self._placed.windows, zone=self._zone, wall_ms=wall_ms)
        except SettingsInvalid as error:
            log.warning("%s The appliance's own is taken.", error.what)
            own = [msgspec.structs.replace(window, zone="") for window in self._placed.windows]
            return span_at(own, zone=self._zone, wall_ms=wall_ms)

    def _left_ms(self, placement: Placement, span: Span) -> int:
        """Until a round is over that began under this placement; 0: it is."""
        if placement is not self._placed:
            return 0
        wall_ms = self._clock.wall_ms()
        ends_wall_ms = span.closes_wall_ms if span.is_open(wall_ms) else span.opens_wall_ms
        return max(0, min(ends_wall_ms - wall_ms, LOOK_EVERY_MS))

    def _pause_ms(self, failed_rounds: int) -> int:
        if failed_rounds:
            return rest_ms(failed_rounds, draw=self._draw())
        wall_ms, span = self._clock.wall_ms(), self._span()
        opens_in_ms = span.opens_wall_ms - wall_ms
        return min(opens_in_ms, RENEW_EVERY_MS) if opens_in_ms > 0 else RENEW_EVERY_MS

    def _lacks(self, title: PlacedTitle) -> TitleProgress | None:
        """What the title lacks; None if it is whole."""
        listing = self._stock.listing(title.title_id)
        lacking = self._stock.lacking(title.title_id)
        if listing is not None and not lacking:
            return None
        return TitleProgress(
            title_id=title.title_id,
            files=len(listing.files) if listing is not None else 0,
            files_left=len(lacking),
            bytes_left=title.size_bytes if listing is None else sum(file.size_bytes for file in lacking),
            is_urgent=title.is_urgent,
        )
