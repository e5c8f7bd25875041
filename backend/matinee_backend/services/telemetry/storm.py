"""A storm of retries, told from what players tell: many more starts and failures than usual, all at once. Pure."""

import msgspec

from matinee.wire.telemetry import ApplianceFailed, ErrorShown, PlayStarted
from matinee_backend.services.telemetry.quality import Happened
from matinee_backend.services.telemetry.windows import STEP_MS, Window

USUAL_MS = 5 * 60_000
LATELY_MS = 2 * STEP_MS
TIMES_USUAL = 4
LEAST_FAILURES = 50
"""Within LATELY_MS: a few that fail together are no storm."""


class StormSignal(msgspec.Struct, frozen=True, kw_only=True):
    is_on: bool
    tries: int
    """Starts, failures and fail-overs of late."""
    failures: int
    """Of these, errors and fail-overs."""
    usual_tries: int
    """What would be usual for as long a time."""


class StormWatch:
    def __init__(self) -> None:
        self._window = Window(USUAL_MS)

    def note(self, it: Happened, *, wall_ms: int) -> None:
        """Counts a start or a failure."""
        if isinstance(it.event, ErrorShown | ApplianceFailed):
            self._window.count({"failures": 1}, at_ms=it.at_ms, wall_ms=wall_ms)
        elif isinstance(it.event, PlayStarted):
            self._window.count({"starts": 1}, at_ms=it.at_ms, wall_ms=wall_ms)

    def signal(self, *, wall_ms: int) -> StormSignal:
        """Whether it storms now: at least half of the tries fail, and there are several times as many as usual."""
        lately, all_sums = self._window.sums(wall_ms=wall_ms, last_ms=LATELY_MS), self._window.sums(wall_ms=wall_ms)
        tries, failures = lately.total(), lately["failures"]
        usual = (all_sums.total() - tries) * LATELY_MS // (USUAL_MS - LATELY_MS)
        is_on = failures >= LEAST_FAILURES and failures * 2 >= tries and tries >= TIMES_USUAL * usual
        return StormSignal(is_on=is_on, tries=tries, failures=failures, usual_tries=usual)
