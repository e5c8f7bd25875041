"""Fill: pulls what the control plane placed here and the shelf lacks.

What to pull and in which order is decided by `pull_order`, a pure function; `Filler` carries it out. What is
done lies on the shelf, so a fill that was cut goes on where it was.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from matinee.clock import Clock
from matinee.errors import MatineeError, StorageFull
from matinee.files import write_whole
from matinee.wire.placement import Placement
from matinee.wire.title import INDEX_NAME, MediaFile
from matinee_edge.listing import Listing
from matinee_edge.misses import Misses
from matinee_edge.shelf import Shelf

log = logging.getLogger("matinee.edge.fill")

PLACEMENT_NAME = ".placement.json"
FIRST_FILES = 3
"""Of each representation, pulled before the rest: the init segment and two media segments start a player."""
FIRST_RETRY_MS = 1_000
MAX_RETRY_MS = 30_000
RENEW_EVERY_MS = 60_000
"""How often the parent is asked whether a title was made anew."""
MAX_FAILURES_A_ROUND = 8
"""So many files in vain, and the parent is left alone until the next round."""
MANIFEST_EXTENSIONS = ("mpd", "m3u8")


def pull_order(listing: Listing, lacking: Sequence[MediaFile]) -> list[MediaFile]:
    """`lacking` in the order in which a viewer needs it.

    Manifests; then the first files of every representation, so that any rung can start; then what belongs to no
    representation (subtitles, pictures); then the rest by place in the title, all representations side by side.
    """
    places = {file.path: place for files in listing.representations.values() for place, file in enumerate(files)}
    return sorted(lacking, key=lambda file: _rank(file, places.get(file.path)))


def retry_ms(rounds: int, *, draw: int) -> int:
    """How long to wait after `rounds` failed ones (> 0): capped, then jittered, at least half of the cap."""
    cap_ms = min(MAX_RETRY_MS, FIRST_RETRY_MS << min(rounds - 1, 16))
    return cap_ms // 2 + draw % (cap_ms // 2 + 1)


class Filler:
    """Keeps the shelf as placed. Titles that are placed no longer stay."""

    def __init__(
        self, shelf: Shelf, misses: Misses, *, memory: Path, clock: Clock, draw: Callable[[], int], concurrency: int
    ) -> None:
        """`memory`: the file that keeps the last placement, so that a fill goes on while the control plane is away."""
        self._shelf = shelf
        self._misses = misses
        self._memory = memory
        self._clock = clock
        self._draw = draw
        self._concurrency = concurrency
        self._placed = _remembered(memory)
        self._woken = asyncio.Event()
        self._renewed_ms: dict[str, int] = {}

    @property
    def placed(self) -> tuple[str, ...]:
        """The titles that should be here."""
        return tuple(title.title_id for title in self._placed.titles)

    def hold(self, placement: Placement) -> None:
        """From now on these titles should be here."""
        if placement == self._placed:
            return
        self._placed = placement
        log.info("placed here: %s", ", ".join(self.placed) or "nothing")
        try:
            write_whole(self._memory, msgspec.json.encode(placement))
        except (OSError, StorageFull) as error:
            log.warning("the placement cannot be kept: %s", error)
        self._woken.set()

    async def run(self) -> None:
        """Fill for ever."""
        failed_rounds = 0
        while True:
            self._woken.clear()
            is_done = await self.fill()
            failed_rounds = 0 if is_done else failed_rounds + 1
            wait_ms = RENEW_EVERY_MS if is_done else retry_ms(failed_rounds, draw=self._draw())
            try:
                async with asyncio.timeout(wait_ms / 1000):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def fill(self) -> bool:
        """One round over all placed titles; whether nothing lacks at its end."""
        is_done = True
        for title_id in self.placed:
            try:
                is_done = await self._fill_title(title_id) and is_done
            except MatineeError as error:
                log.warning("title %s cannot be filled now: %s", title_id, error.what)
                is_done = False
        return is_done

    async def _fill_title(self, title_id: str) -> bool:
        listing = await self._learned(title_id)
        lacking = self._shelf.lacking(title_id)
        if not lacking:
            return True
        log.info("title %s: %d of %d files lack", title_id, len(lacking), len(listing.files))
        waiting = iter(pull_order(listing, lacking))
        failures: list[str] = []
        async with asyncio.TaskGroup() as pullers:
            for _ in range(self._concurrency):
                pullers.create_task(self._pull(title_id, waiting, failures))
        left = len(self._shelf.lacking(title_id))
        log.info("title %s: %s", title_id, f"{left} files still lack" if left else "whole")
        return not left

    async def _learned(self, title_id: str) -> Listing:
        """The title's index, renewed now and then."""
        now_ms = self._clock.now_ms()
        renewed_ms = self._renewed_ms.get(title_id)
        if self._shelf.listing(title_id) is not None and (renewed_ms is None or now_ms - renewed_ms >= RENEW_EVERY_MS):
            await self._misses.renew(title_id)
        listing = await self._misses.learn(title_id)
        self._renewed_ms[title_id] = now_ms
        return listing

    async def _pull(self, title_id: str, waiting: Iterator[MediaFile], failures: list[str]) -> None:
        for file in waiting:
            if len(failures) >= MAX_FAILURES_A_ROUND:
                return
            try:
                await self._misses.land(title_id, file)
            except MatineeError:  # said in the log by the one who fetched
                failures.append(file.path)


def _rank(file: MediaFile, place: int | None) -> tuple[int, int]:
    if file.path == INDEX_NAME:
        return 0, 0
    if file.path.rpartition(".")[2] in MANIFEST_EXTENSIONS:
        return 1, 0
    if place is None:
        return 3, 0
    return (2, place) if place < FIRST_FILES else (4, place)


def _remembered(memory: Path) -> Placement:
    try:
        return msgspec.json.decode(memory.read_bytes(), type=Placement)
    except (OSError, msgspec.DecodeError):
        return Placement(titles=())
