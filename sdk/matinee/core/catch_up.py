"""Catching up: the speed at which a lag behind live is made up, changed as seldom as can be."""

from matinee.manifest.presentation import Live
from matinee.policy.catch_up import CALM_MS, CHANGES_WITHIN_MS, LAWS, CatchUpState
from matinee.policy.live import THIN_MS
from matinee.policy.settings import LiveSettings

LOOK_EVERY_MS = 500
"""How often a lag is looked at that cannot be corrected yet."""


class CatchUp:
    """The corrections of one session."""

    def __init__(self, settings: LiveSettings) -> None:
        self.due_ms: int | None = None
        """When to look again; None if only an event can bring about a change."""
        self._settings = settings
        self._changes_ms: tuple[int, ...] = ()
        """When the rate was changed, in the last minute."""
        self._corrects = False

    def rate_permille(
        self, live: Live, *, lag_ms: int, before_permille: int, buffer_ms: int, patience_ms: int, now_ms: int
    ) -> int:
        """How fast to play from now on. `lag_ms`: how much further behind live than wished."""
        self._changes_ms = tuple(it for it in self._changes_ms if it > now_ms - CHANGES_WITHIN_MS)
        state = CatchUpState(
            lag_ms=lag_ms,
            rate_permille=before_permille,
            slowest_permille=live.slowest_permille or self._settings.slowest_permille,
            fastest_permille=live.fastest_permille or self._settings.fastest_permille,
            buffer_ms=buffer_ms,
            thin_ms=min(THIN_MS, patience_ms),
            changes=len(self._changes_ms),
        )
        rate = LAWS[self._settings.catch_up](state)
        self._corrects = rate != 1000
        if rate != before_permille:
            self._changes_ms = (*self._changes_ms, now_ms)
        self.due_ms = now_ms + min(LOOK_EVERY_MS, _lasts_ms(lag_ms, rate)) if abs(lag_ms) >= CALM_MS else None
        return rate

    def pause(self, before_permille: int) -> int:
        """Nothing moves, and nothing changes until it does: the rate from now on."""
        self.due_ms = None
        return before_permille

    def rest(self, before_permille: int) -> int:
        """There is nothing to correct: the rate from now on."""
        rate = 1000 if self._corrects else before_permille
        self._corrects, self.due_ms = False, None
        return rate


def _lasts_ms(lag_ms: int, rate_permille: int) -> int:
    """Until the lag is gone."""
    return -(-abs(lag_ms) * 1000 // abs(rate_permille - 1000)) if rate_permille != 1000 else LOOK_EVERY_MS
