"""Hedges: what a session may fetch twice, and has."""

from matinee.policy.hedging import is_affordable
from matinee.policy.settings import FailoverSettings


class Hedges:
    """A budget of bytes. A second request is staked at its size when it is sent, and settled at what it cost."""

    def __init__(self, settings: FailoverSettings) -> None:
        self.extra_bytes: int = 0
        """Fetched for nothing, or staked."""
        self.delivered_bytes: int = 0
        self._settings = settings
        self._last_bytes = 0

    def delivered(self, size_bytes: int) -> None:
        self.delivered_bytes += size_bytes
        self._last_bytes = size_bytes

    def stake_bytes(self, size_bytes: int) -> int | None:
        """What a second request for an answer of that size (0 if unknown: as the last) stakes; None: too much."""
        stake_bytes = size_bytes or self._last_bytes
        is_within = is_affordable(
            size_bytes=stake_bytes,
            extra_bytes=self.extra_bytes,
            delivered_bytes=self.delivered_bytes,
            percent=self._settings.hedge_percent,
            credit_bytes=self._settings.hedge_credit_bytes,
        )
        return stake_bytes if is_within else None

    def staked(self, stake_bytes: int) -> None:
        self.extra_bytes += stake_bytes

    def settled(self, stake_bytes: int, *, cost_bytes: int) -> None:
        """What was staked is known: so much was fetched for nothing."""
        self.extra_bytes += cost_bytes - stake_bytes
