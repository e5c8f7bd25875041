"""An outage on purpose: the appliance that a player uses dies in mid-play."""

from collections.abc import Callable, Mapping, Sequence

import aiohttp

from matinee.clock import Clock
from matinee_local.status import appliance_status
from matinee_local.supervisor import System

_SAMPLE_EVERY_MS = 500
_TIMEOUT = aiohttp.ClientTimeout(total=2)


def in_use(before: Mapping[str, int], after: Mapping[str, int]) -> str | None:
    """The appliance that was asked most in between, by files asked for until then; None if none was."""
    grown = {name: asked - before.get(name, 0) for name, asked in after.items() if asked > before.get(name, 0)}
    return max(grown, key=lambda name: grown[name]) if grown else None


async def strike_in_use(
    system: System, appliances: Sequence[str], *, after_ms: int, clock: Clock, tell: Callable[[str], None]
) -> str:
    """The appliance that was asked for media last is dead by SIGKILL, `after_ms` after the first; its name."""
    last = before = await _files_asked(system, appliances)
    user, by_ms = None, None
    while user is None or by_ms is None or clock.now_ms() < by_ms:
        await clock.wait_until(clock.now_ms() + _SAMPLE_EVERY_MS)
        last, before = await _files_asked(system, appliances), last
        user = in_use(before, last) or user
        if user is not None and by_ms is None:
            by_ms = clock.now_ms() + after_ms
    system.strike(user)
    tell(f"Outage: {user} was killed (kill -9) and stays down.")
    return user


async def _files_asked(system: System, appliances: Sequence[str]) -> dict[str, int]:
    asked = {}
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        for name in appliances:
            told = await appliance_status(session, system.url(name))
            if told is not None:
                asked[name] = told.hits + told.misses
    return asked
