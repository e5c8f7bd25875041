"""The passage: which period the viewer is in, and when the next begins."""

from collections.abc import Iterator

from matinee.core.messages import Announce
from matinee.core.notices import PeriodEntered
from matinee.core.playhead import Playhead
from matinee.manifest.presentation import Presentation


class Passage:
    """Each period is announced when the viewer comes into it, the first one too."""

    def __init__(self) -> None:
        self._entered = ""

    def pass_by(self, presentation: Presentation, playhead: Playhead, *, now_ms: int) -> Iterator[Announce]:
        """The period that the viewer has come into since this was asked last, if it is another."""
        period = presentation.period_at(playhead.position_ms(now_ms=now_ms))
        if period.period_id != self._entered and playhead.wait not in ("starting", "seeking"):
            self._entered = period.period_id
            yield Announce(PeriodEntered(period.period_id))

    def wake_at_ms(self, presentation: Presentation, playhead: Playhead, *, now_ms: int) -> int | None:
        """When the viewer comes into the next, if he goes on as he does now."""
        position_ms = playhead.position_ms(now_ms=now_ms)
        following = presentation.period_after(presentation.period_at(position_ms))
        if following is None or not playhead.is_moving:
            return None
        return now_ms + max(1, playhead.lasts_ms(following.start_ms - position_ms))
