"""The health of appliances: who may be asked, who sits out; one value shared by all sessions of a process."""

from collections.abc import Iterable
from dataclasses import dataclass

from matinee.policy.failover import cooldown_ms
from matinee.policy.settings import FailoverSettings

PROBE_LEASE_MS = 10_000
"""A probe that never reports (its session was closed) holds the place of the next one for so long."""


@dataclass
class _Standing:
    strikes: int = 0
    out_until_ms: int = 0
    is_probed: bool = False


class ApplianceHealth:
    """Circuit breakers by appliance: closed until a failure, open for a cool-down, then half-open for one probe."""

    def __init__(self, settings: FailoverSettings) -> None:
        self._settings = settings
        self._standings: dict[str, _Standing] = {}

    def first_available(self, appliances: Iterable[str], *, now_ms: int) -> str | None:
        """The first that may be asked now, or None if all sit out."""
        return next((name for name in appliances if self.available_at_ms(name) <= now_ms), None)

    def available_at_ms(self, appliance: str) -> int:
        """When it may be asked; 0 for one that never failed."""
        standing = self._standings.get(appliance)
        return standing.out_until_ms if standing else 0

    def asked(self, appliance: str, *, now_ms: int) -> None:
        """A request went there: to one that failed before it is the probe, and no other goes while it is out."""
        if standing := self._standings.get(appliance):
            standing.is_probed = True
            standing.out_until_ms = max(standing.out_until_ms, now_ms + PROBE_LEASE_MS)

    def succeeded(self, appliance: str) -> None:
        """It delivered: whatever it did is forgotten."""
        self._standings.pop(appliance, None)

    def failed(self, appliance: str, *, now_ms: int, hint_ms: int = 0) -> bool:
        """It did not deliver. Whether that is news: False while it sits out for an earlier failure."""
        standing = self._standings.setdefault(appliance, _Standing())
        is_news = standing.strikes == 0
        if is_news or standing.is_probed:
            standing.strikes += 1
            standing.is_probed = False
            rest_ms = cooldown_ms(
                strikes=standing.strikes,
                first_ms=self._settings.cooldown_first_ms,
                cap_ms=self._settings.cooldown_cap_ms,
            )
            standing.out_until_ms = now_ms + rest_ms
        standing.out_until_ms = max(standing.out_until_ms, now_ms + hint_ms)
        return is_news
