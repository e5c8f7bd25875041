"""An outage on purpose: the appliance that a player uses dies in mid-play."""

from collections.abc import Callable, Mapping, Sequence

import aiohttp

from matinee.clock import Clock
from matinee_local.status import appliance_status
from matinee_local.supervisor import System

_SAMPLE_EVERY_MS = 500
_TIMEOUT = aiohttp.ClientTimeout(total=2)


def in_use(before: Mapping[str, int], after: Mapping[str, int]) -> str | None:
    """The appliance that sent most in between, by bytes sent until then; None if none sent anything."""
    grown = {name: sent - before.get(name, 0) for name, sent in after.items() if sent > before.get(name, 0)}
    return max(grown, key=lambda name: grown[name]) if grown else None


async def strike_in_use(
    system: System, appliances: Sequence[str], *, after_ms: int, clock: Clock, tell: Callable[[str], None]
) -> str:
    """The appliance that sent media last is dead by SIGKILL, `after_ms` after the first media was sent; its name."""
    last = before = await _bytes_sent(system, appliances)
    user, by_ms = None, None
    while user is None or by_ms is None or clock.now_ms() < by_ms:
        await clock.wait_until(clock.now_ms() + _SAMPLE_EVERY_MS)
        last, before = await _bytes_sent(system, appliances), last
        user = in_use(before, last) or user
        if user is not None and by_ms is None:
            by_ms = clock.now_ms() + after_ms
    system.strike(user)
    tell(f"Outage: {user} was killed (kill -9) and stays down.")
    return user


async def _bytes_sent(system: System, appliances: Sequence[str]) -> dict[str, int]:
    sent = {}
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        for name in appliances:
            told = await appliance_status(session, system.url(name))
            if told is not None:
                sent[name] = told.bytes_sent
    return sent
