"""The live clock: what is live at a moment, by the wall clock of the service or by what its playlists list."""

from matinee.manifest.presentation import ClockSource, Live

SYNC_EVERY_MS = 300_000
"""Clocks drift, and machines sleep."""
SYNC_LEAST_MS = 10_000
"""The time is not asked for more often, whatever happens."""
DRIFT_MS = 100
"""A smaller difference between two answers is that of the road (dash.js: 100 ms)."""
EARLY_MS = 250
"""A segment that should be there and is not is asked for again after this; doubled each time."""
MOST_EARLY_MS = 8_000
MOST_MISSES = 6
"""Eight seconds without anything new: that is more than a clock that is wrong."""
KEPT = 8
"""Readings of playlists remembered: the edge moves by whole segments, the latest of some tells best."""


class LiveClock:
    """Where live is. Nothing of it can be known before `synced` or `listed`."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._wall_offset_ms: int | None = None
        """From the clock of `now_ms` to the wall."""
        self._tardy_ms = 0
        """How much later than the wall says segments come."""
        self._misses = 0
        self._newest_ms = 0
        """Where the newest segment ends that was there."""
        self._hold_ms = 0
        """Nothing is there before."""
        self._listed_ms: tuple[int, ...] = ()
        """From the clock of `now_ms` to the end of what was listed."""
        self._edge_ms = 0
        """The same, to what is live."""
        self._sync_due_ms = 0
        self._asked_ms: int | None = None

    @property
    def is_set(self) -> bool:
        """Whether the wall clock of the service is known."""
        return self._wall_offset_ms is not None

    def read(self, live: Live | None) -> None:
        self._live = live

    def synced(self, *, wall_ms: int, now_ms: int) -> None:
        """The wall clock by which the presentation goes shows `wall_ms` now."""
        offset_ms, before_ms = wall_ms - now_ms, self._wall_offset_ms
        if before_ms is None or abs(offset_ms - before_ms) >= DRIFT_MS:
            self._wall_offset_ms, self._tardy_ms = offset_ms, 0
        if self._misses == 0:
            self._tardy_ms = 0

    def listed(self, *, end_ms: int, now_ms: int) -> None:
        """A playlist, read just now, ends there: that is live."""
        self._listed_ms = (*self._listed_ms[1 - KEPT :], end_ms - now_ms)
        latest_ms = max(self._listed_ms)
        # One that is read shortly before it grows seems a segment late, and reading drifts against growing.
        usual_ms = (self._live.refresh_ms if self._live else None) or 0
        if len(self._listed_ms) == 1 or not 0 <= self._edge_ms - latest_ms <= usual_ms:
            self._edge_ms = latest_ms

    def missed(self, *, now_ms: int) -> None:
        """A segment that should be there is not. Once is an accident; twice, the clock or the service is late."""
        wait_ms = min(EARLY_MS << self._misses, MOST_EARLY_MS)
        if self._misses:
            self._tardy_ms += wait_ms
        self._misses += 1
        self._hold_ms, self._sync_due_ms = now_ms + wait_ms, now_ms

    def found(self, *, end_ms: int) -> None:
        """A segment that ends there was there."""
        self._misses, self._newest_ms = 0, max(self._newest_ms, end_ms)

    def may_miss(self, *, end_ms: int) -> bool:
        """Whether a segment that ends there may just not be there yet: nothing newer was, and waiting still helps."""
        return end_ms > self._newest_ms and self._misses < MOST_MISSES

    def take_sync(self, *, now_ms: int) -> tuple[ClockSource, ...] | None:
        """Where to ask for the time, if that is due; it is then under way."""
        due_ms = self.sync_due_ms
        if self._live is None or due_ms is None or due_ms > now_ms:
            return None
        self._asked_ms, self._sync_due_ms = now_ms, now_ms + SYNC_EVERY_MS
        return self._live.clocks

    @property
    def sync_due_ms(self) -> int | None:
        """None if nobody needs the time: nothing is live, or playlists tell."""
        if self._live is None or self._live.zero_wall_ms is None or self._listed_ms:
            return None
        return self._sync_due_ms if self._asked_ms is None else max(self._sync_due_ms, self._asked_ms + SYNC_LEAST_MS)

    def position_ms(self, *, now_ms: int) -> int | None:
        """What is live now; None if nothing is, or it cannot be known yet."""
        if self._live is None:
            return None
        if self._listed_ms:
            return now_ms + self._edge_ms
        zero_ms, offset_ms = self._live.zero_wall_ms, self._wall_offset_ms
        return None if zero_ms is None or offset_ms is None else now_ms + offset_ms - self._tardy_ms - zero_ms

    def oldest_ms(self, *, now_ms: int) -> int:
        """What lies before is no longer kept."""
        live_ms = self.position_ms(now_ms=now_ms)
        if live_ms is None or self._live is None or self._live.window_ms is None:
            return 0
        return max(0, live_ms - self._live.window_ms)

    def available_ms(self, *, end_ms: int, early_ms: int) -> int | None:
        """When a segment that ends there can be had, on the clock of `now_ms`; None if that cannot be known yet.

        Long ago if it is listed, or if nothing is live.
        """
        if self._live is None or self._listed_ms or self._live.zero_wall_ms is None:
            return 0
        if self._wall_offset_ms is None:
            return None
        made_ms = self._live.zero_wall_ms + end_ms - early_ms - self._wall_offset_ms + self._tardy_ms
        return max(made_ms, self._hold_ms)
