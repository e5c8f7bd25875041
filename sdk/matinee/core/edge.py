"""The live edge: where the viewer of something live should be, and how he gets and stays there."""

from matinee.core.catch_up import CatchUp
from matinee.core.live_clock import LiveClock
from matinee.core.messages import SegmentTarget, Target
from matinee.core.playhead import Playhead
from matinee.core.retreat import Retreat
from matinee.core.selection import Selection
from matinee.manifest.presentation import Live
from matinee.policy.live import MOST_RETREAT_MS, delay_ms, is_skipped, patience_ms
from matinee.policy.settings import LiveSettings

LEAST_REFRESH_MS = 1_000
"""However eager the service, the manifest is not read more often."""


class LiveEdge:
    """One presentation that is being made. Of a whole title nothing here applies."""

    def __init__(self, settings: LiveSettings) -> None:
        self.follows = True
        """Whether the viewer wants to be where it is live; not after a pause or a seek."""
        self.is_free = False
        """Whether the viewer chose a speed of his own: then nothing here changes it."""
        self.clock: LiveClock = LiveClock()
        self._settings = settings
        self.live: Live | None = None
        self._refresh_due_ms: int | None = None
        self._read_ms = 0
        self._catch_up = CatchUp(settings)
        self._retreat = Retreat()

    def read(self, live: Live | None, *, now_ms: int) -> None:
        """The manifest, read just now, says so."""
        self.live = live
        self._read_ms = now_ms
        self.clock.read(live)
        self._refresh_due_ms = None
        if live is not None and live.refresh_ms is not None:
            self._refresh_due_ms = now_ms + max(LEAST_REFRESH_MS, live.refresh_ms)

    def listed(self, live: Live | None, *, end_ms: int, now_ms: int) -> None:
        """A playlist, read just now, ends there; `live` is None if that is the end for ever."""
        self.live = live
        self.clock.read(live)
        self.clock.listed(end_ms=end_ms, now_ms=now_ms)

    def hurry(self, *, now_ms: int) -> None:
        """The manifest in use will soon be void: it is to be read anew as soon as may be."""
        if self.live is not None:
            self._refresh_due_ms = max(now_ms, self._read_ms + LEAST_REFRESH_MS)

    def take_turn(self, *, now_ms: int) -> bool:
        """Whether the manifest is to be read now; it is then under way."""
        if self._refresh_due_ms is None or self._refresh_due_ms > now_ms:
            return False
        self._refresh_due_ms = None
        return True

    def wake_at_ms(self) -> int | None:
        """When there is something to do here; None if only an event can bring it about."""
        if self.live is None:
            return None
        times = (self._refresh_due_ms, self._catch_up.due_ms, self._retreat.due_ms, self.clock.sync_due_ms)
        return min((it for it in times if it is not None), default=None)

    def is_early(self, target: Target | None, reason: str, *, now_ms: int) -> bool:
        """Whether what was asked for and not found may just not be there yet."""
        live_ms = self.clock.position_ms(now_ms=now_ms)
        if not isinstance(target, SegmentTarget) or reason != "http-404" or live_ms is None:
            return False
        segment = target.segment
        is_near = live_ms - segment.end_ms < self.delay_ms(segment.duration_ms) + segment.duration_ms
        return is_near and self.clock.may_miss(end_ms=segment.end_ms)

    def is_gone(self, position_ms: int, *, now_ms: int) -> bool:
        """Whether what lies there is no longer kept."""
        return position_ms < self.clock.oldest_ms(now_ms=now_ms)

    def patience_ms(self, selection: Selection) -> int | None:
        """The most media that is worth waiting for before play begins, or goes on; None: all that is wished for."""
        return None if self.live is None else patience_ms(delay_ms=self.delay_ms(selection.segment_ms))

    @property
    def is_placed(self) -> bool:
        """Whether it is known where live is, as far as the manifest alone can bring that about."""
        live = self.live
        return live is None or live.zero_wall_ms is None or self.clock.is_set

    def entry_ms(self, selection: Selection, *, now_ms: int, or_else_ms: int) -> int:
        """Where a viewer should begin; `or_else_ms` for one who does not follow, or if that cannot be known yet."""
        wished_ms = self._wished_ms(selection, now_ms)
        return or_else_ms if wished_ms is None or not self.follows else wished_ms

    def jump_ms(self, selection: Selection, playhead: Playhead, *, is_stuck: bool = False, now_ms: int) -> int | None:
        """Where the viewer must be moved to; None while there is no need.

        One who has fallen out of the window is moved to its beginning, or to live if that is where he wants to be.
        `is_stuck`: nobody delivers anything, so that no place is better than another.
        """
        wished_ms = self._wished_ms(selection, now_ms)
        if wished_ms is None or not playhead.wants_play:
            return None
        position_ms = playhead.position_ms(now_ms=now_ms)
        is_gone = self.is_gone(position_ms, now_ms=now_ms) and selection.buffer_ms(position_ms) <= 0
        # Moved sooner, one who has not begun would ask a slow link for everything anew, again and again.
        borne_ms = self.delay_ms(selection.segment_ms) if playhead.wait == "starting" else self._settings.jump_ms
        is_far = self.follows and not self.is_free and not is_stuck and abs(wished_ms - position_ms) > borne_ms
        if not is_gone and not is_far:
            return None
        return wished_ms if self.follows else min(wished_ms, self.clock.oldest_ms(now_ms=now_ms) + selection.segment_ms)

    def skip_ms(self, selection: Selection, playhead: Playhead, *, now_ms: int) -> int | None:
        """Where in the media that is here a viewer of low latency goes on who is late; None if he stays."""
        live, wished_ms = self.live, self._wished_ms(selection, now_ms)
        if live is None or wished_ms is None or not self.follows or self.is_free or not playhead.is_moving:
            return None
        position_ms, delay_ms = playhead.position_ms(now_ms=now_ms), self.delay_ms(selection.segment_ms)
        is_skipped_now = self._settings.catch_up != "off" and is_skipped(
            lag_ms=wished_ms - position_ms,
            delay_ms=delay_ms,
            fastest_permille=live.fastest_permille or self._settings.fastest_permille,
            spare_ms=selection.buffer_ms(position_ms) - patience_ms(delay_ms=delay_ms),
        )
        return wished_ms if is_skipped_now else None

    def slide_ms(self, selection: Selection, playhead: Playhead, *, least_ms: int, now_ms: int) -> int | None:
        """Where in the media that is here a viewer who begins should do so: live moved on while he waited for it.

        `least_ms` of it are left for him, or what else is worth waiting for.
        """
        wished_ms = self._wished_ms(selection, now_ms)
        if wished_ms is None or not self.follows:
            return None
        position_ms = playhead.position_ms(now_ms=now_ms)
        least_ms = min(least_ms, patience_ms(delay_ms=self.delay_ms(selection.segment_ms)))
        spare_ms = selection.buffer_ms(position_ms) - least_ms
        slid_ms = min(wished_ms, position_ms + spare_ms)
        return slid_ms if slid_ms > position_ms else None

    def rate_permille(self, selection: Selection, playhead: Playhead, *, now_ms: int) -> int:
        """How fast to play from now on."""
        live, wished_ms, before = self.live, self._wished_ms(selection, now_ms), playhead.rate_permille
        if self.is_free or live is None or wished_ms is None or not self.follows or self._settings.catch_up == "off":
            return self._catch_up.rest(before)
        if not playhead.is_moving:
            return self._catch_up.pause(before)
        position_ms = playhead.position_ms(now_ms=now_ms)
        return self._catch_up.rate_permille(
            live,
            lag_ms=wished_ms - position_ms,
            before_permille=before,
            buffer_ms=selection.buffer_ms(position_ms),
            patience_ms=patience_ms(delay_ms=self.delay_ms(selection.segment_ms)),
            now_ms=now_ms,
        )

    def note_stalls(self, selection: Selection, stalls: int, *, now_ms: int) -> None:
        """So many stalls there were until now: with several in a row the viewer is kept further behind."""
        if self.live is None:
            return
        most_ms = MOST_RETREAT_MS
        if self.live.most_delay_ms is not None:
            most_ms = self.live.most_delay_ms - self._stated_ms(selection.segment_ms)
        self._retreat.note(stalls=stalls, most_ms=most_ms, now_ms=now_ms)

    def _wished_ms(self, selection: Selection, now_ms: int) -> int | None:
        """Where a viewer who follows should be now."""
        live_ms = self.clock.position_ms(now_ms=now_ms)
        if live_ms is None:
            return None
        return max(self.clock.oldest_ms(now_ms=now_ms), live_ms - self.delay_ms(selection.segment_ms))

    def delay_ms(self, segment_ms: int) -> int:
        """How far behind live the viewer should be."""
        return self._stated_ms(segment_ms) + self._retreat.extra_ms

    def _stated_ms(self, segment_ms: int) -> int:
        stated_ms = self.live.delay_ms if self.live else None
        return delay_ms(own_ms=self._settings.delay_ms, stated_ms=stated_ms, segment_ms=segment_ms)
