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
    wish_until_ms: int = 0
    """Its own wish to be left alone ends."""
    is_probed: bool = False
    struck_ms: int = 0


class ApplianceHealth:
    """Circuit breakers by appliance: closed until a failure, open for a cool-down, then half-open for one probe.

    If those who failed since anybody delivered turn out to be all, it was the network and not they: as soon as one of
    them delivers again, the others are half-open at once.
    """

    def __init__(self, settings: FailoverSettings) -> None:
        self._settings = settings
        self._standings: dict[str, _Standing] = {}
        self._drought: set[str] = set()
        """Who failed since anybody delivered."""

    def first_available(self, appliances: Iterable[str], *, now_ms: int, may_probe: bool = True) -> str | None:
        """The first that may be asked now, or None if all sit out.

        Whoever cannot afford to lose time (`may_probe` is False) gets a half-open one only for want of others.
        """
        able = [name for name in appliances if self.available_at_ms(name) <= now_ms]
        if not may_probe:
            able.sort(key=self._standings.__contains__)
        return able[0] if able else None

    def available_at_ms(self, appliance: str) -> int:
        """When it may be asked; 0 for one that never failed."""
        standing = self._standings.get(appliance)
        return standing.out_until_ms if standing else 0

    def wish_until_ms(self, appliance: str) -> int:
        """Before this it said it wants no request; 0 if it said nothing."""
        standing = self._standings.get(appliance)
        return standing.wish_until_ms if standing else 0

    def asked(self, appliance: str, *, now_ms: int) -> None:
        """A request went there: to one that failed before it is the probe, and no other goes while it is out."""
        if standing := self._standings.get(appliance):
            standing.is_probed = True
            standing.out_until_ms = max(standing.out_until_ms, now_ms + PROBE_LEASE_MS)

    def succeeded(self, appliance: str, *, asked_ms: int, now_ms: int) -> None:
        """It delivered: whatever it did is forgotten, and so is what others did while nobody delivered.

        What was asked of it before it failed says nothing of now.
        """
        standing = self._standings.get(appliance)
        if standing is not None and asked_ms < standing.struck_ms:
            return
        self._standings.pop(appliance, None)
        if appliance in self._drought:
            for name in self._drought - {appliance}:
                wish_until_ms = self.wish_until_ms(name)
                self._standings[name] = _Standing(out_until_ms=max(now_ms, wish_until_ms), wish_until_ms=wish_until_ms)
        self._drought.clear()

    def failed(self, appliance: str, *, now_ms: int, hint_ms: int = 0) -> bool:
        """It did not deliver. Whether that is news: False while it sits out for an earlier failure."""
        self._drought.add(appliance)
        standing = self._standings.setdefault(appliance, _Standing())
        is_news = standing.strikes == 0
        if is_news or standing.is_probed:
            standing.strikes += 1
            standing.is_probed = False
            standing.struck_ms = now_ms
            rest_ms = cooldown_ms(
                strikes=standing.strikes,
                first_ms=self._settings.cooldown_first_ms,
                cap_ms=self._settings.cooldown_cap_ms,
            )
            standing.out_until_ms = now_ms + rest_ms
        if hint_ms > 0:
            standing.wish_until_ms = max(standing.wish_until_ms, now_ms + hint_ms)
        standing.out_until_ms = max(standing.out_until_ms, standing.wish_until_ms)
        return is_news
