"""The lull: what a session waits for once every appliance has failed it, and how often it may try."""

from collections.abc import Collection

from matinee.policy.backoff import affordable_at_ms, pace_ms, paid_until_ms, wait_ms
from matinee.policy.dice import draw, next_state
from matinee.policy.settings import RetrySettings


class Lull:
    """One wait for all requests of the session: whoever fails while it lasts joins it, one goes ahead at its end."""

    def __init__(self, settings: RetrySettings, *, seed: int) -> None:
        self._settings = settings
        self._dice = seed
        self._quiet_until_ms = 0
        self._paid_until_ms = 0

    def retry_at_ms(self, *, rounds: int, reasons: Collection[str], hint_ms: int, now_ms: int) -> int:
        """When a request that failed `rounds` times may be tried again; those of the first round join the others."""
        if rounds > 1 or self._quiet_until_ms <= now_ms:
            self._quiet_until_ms = now_ms + self._wait_ms(rounds, reasons, hint_ms)
        return self._quiet_until_ms

    @property
    def over_at_ms(self) -> int:
        """When one may go ahead: the wait is over, and the budget allows it."""
        retry = self._settings
        affordable_ms = affordable_at_ms(
            paid_until_ms=self._paid_until_ms, every_ms=retry.budget_every_ms, burst=retry.budget_burst
        )
        return max(self._quiet_until_ms, affordable_ms)

    def gone_ahead(self, *, now_ms: int) -> None:
        """One was sent, on the budget."""
        self._paid_until_ms = paid_until_ms(
            paid_until_ms=self._paid_until_ms, now_ms=now_ms, every_ms=self._settings.budget_every_ms
        )

    def delivered(self) -> None:
        """Something arrived: the wait is over, and a share of a retry is earned."""
        self._quiet_until_ms = 0
        self._paid_until_ms -= self._settings.budget_every_ms * self._settings.budget_percent // 100

    def _wait_ms(self, rounds: int, reasons: Collection[str], hint_ms: int) -> int:
        first_ms, cap_ms = self._settings.first_ms, self._settings.cap_ms
        paces = (pace_ms(reason, tries=rounds, first_ms=first_ms, cap_ms=cap_ms) for reason in reasons)
        first_ms, cap_ms = max(paces, default=(first_ms, cap_ms))
        self._dice = next_state(self._dice)
        return wait_ms(tries=rounds, draw=draw(self._dice), first_ms=first_ms, cap_ms=cap_ms, hint_ms=hint_ms)
