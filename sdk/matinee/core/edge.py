"""The live edge: where the making of a live presentation stands, and where its viewer should."""

from matinee.core.playhead import Playhead
from matinee.core.selection import Selection
from matinee.manifest.presentation import Live
from matinee.policy.live import delay_ms, rate_permille
from matinee.policy.settings import LiveSettings

LEAST_REFRESH_MS = 1_000
"""However eager the service, the manifest is not read more often."""
LOOK_EVERY_MS = 500
"""How often the lag is looked at."""


class LiveEdge:
    """One presentation that is being made. Of a whole title nothing here applies."""

    def __init__(self, settings: LiveSettings) -> None:
        self.follows = True
        """Whether the viewer wants to be where it is live; not after a pause or a seek."""
        self._settings = settings
        self._live: Live | None = None
        self._refresh_due_ms: int | None = None
        self._wall_offset_ms = 0
        self._listed_offset_ms: int | None = None
        self._corrects = False

    def synced(self, *, wall_ms: int, now_ms: int) -> None:
        """The wall clock by which the presentation goes shows `wall_ms` now."""
        self._wall_offset_ms = wall_ms - now_ms

    def read(self, live: Live | None, *, now_ms: int) -> None:
        """The manifest, read just now, says so."""
        self._live = live
        self._refresh_due_ms = None
        if live is not None and live.refresh_ms is not None:
            self._refresh_due_ms = now_ms + max(LEAST_REFRESH_MS, live.refresh_ms)

    def listed(self, live: Live, *, end_ms: int, now_ms: int) -> None:
        """A playlist, read just now, ends there: that is live."""
        self._live = live
        offset_ms = end_ms - now_ms
        self._listed_offset_ms = max(offset_ms, offset_ms if self._listed_offset_ms is None else self._listed_offset_ms)

    def take_turn(self, *, now_ms: int) -> bool:
        """Whether the manifest is to be read now; it is then under way."""
        if self._refresh_due_ms is None or self._refresh_due_ms > now_ms:
            return False
        self._refresh_due_ms = None
        return True

    def wake_at_ms(self, *, now_ms: int) -> int | None:
        """When there is something to do here; None if only an event can bring it about."""
        look_ms = now_ms + LOOK_EVERY_MS if self._live is not None else None
        return min((it for it in (self._refresh_due_ms, look_ms) if it is not None), default=None)

    def position_ms(self, *, now_ms: int) -> int | None:
        """What is live now; None if nothing is, or it cannot be known yet."""
        if self._live is None:
            return None
        if self._listed_offset_ms is not None:
            return now_ms + self._listed_offset_ms
        return None if self._live.zero_wall_ms is None else now_ms + self._wall_offset_ms - self._live.zero_wall_ms

    def available_ms(self, *, end_ms: int, early_ms: int) -> int:
        """When a segment that ends there can be had, on the clock of `now_ms`; 0 if it is listed, so there."""
        if self._live is None or self._listed_offset_ms is not None or self._live.zero_wall_ms is None:
            return 0
        return self._live.zero_wall_ms + end_ms - early_ms - self._wall_offset_ms

    def entry_ms(self, selection: Selection, *, now_ms: int, or_else_ms: int) -> int:
        """Where a viewer who follows should be; `or_else_ms` for one who does not, or if that cannot be known yet."""
        wished_ms = self._wished_ms(selection, now_ms)
        return or_else_ms if wished_ms is None or not self.follows else wished_ms

    def jump_ms(self, selection: Selection, playhead: Playhead, *, now_ms: int) -> int | None:
        """Where the viewer must be moved to; None while there is no need.

        One who has fallen out of the window is moved to its beginning, or to live if that is where he wants to be.
        """
        wished_ms = self._wished_ms(selection, now_ms)
        if wished_ms is None or not playhead.wants_play:
            return None
        position_ms = playhead.position_ms(now_ms=now_ms)
        is_gone = position_ms < self._oldest_ms(now_ms) and selection.buffer_ms(position_ms) <= 0
        borne_ms = selection.segment_ms if playhead.wait == "starting" else self._settings.jump_ms
        is_far = self.follows and abs(wished_ms - position_ms) > borne_ms
        if not is_gone and not is_far:
            return None
        return wished_ms if self.follows else min(wished_ms, self._oldest_ms(now_ms) + selection.segment_ms)

    def rate_permille(self, selection: Selection, playhead: Playhead, *, now_ms: int) -> int:
        """How fast to play from now on."""
        live, wished_ms = self._live, self._wished_ms(selection, now_ms)
        may_correct = playhead.is_moving and (self._corrects or playhead.rate_permille == 1000)
        if live is None or wished_ms is None or not self._settings.catch_up or not may_correct:
            return playhead.rate_permille
        rate = rate_permille(
            lag_ms=wished_ms - playhead.position_ms(now_ms=now_ms) if self.follows else 0,
            rate_permille=playhead.rate_permille,
            slowest_permille=live.slowest_permille or self._settings.slowest_permille,
            fastest_permille=live.fastest_permille or self._settings.fastest_permille,
        )
        self._corrects = rate != 1000
        return rate

    def _wished_ms(self, selection: Selection, now_ms: int) -> int | None:
        """Where a viewer who follows should be now."""
        live_ms = self.position_ms(now_ms=now_ms)
        if live_ms is None or self._live is None:
            return None
        behind_ms = delay_ms(
            own_ms=self._settings.delay_ms, stated_ms=self._live.delay_ms, segment_ms=selection.segment_ms
        )
        return max(self._oldest_ms(now_ms), live_ms - behind_ms)

    def _oldest_ms(self, now_ms: int) -> int:
        live_ms = self.position_ms(now_ms=now_ms)
        if live_ms is None or self._live is None or self._live.window_ms is None:
            return 0
        return max(0, live_ms - self._live.window_ms)
