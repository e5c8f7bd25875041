"""A running system, looked at from outside."""

import asyncio
from typing import Literal

import aiohttp
import msgspec

from matinee.clock import Clock
from matinee_local.plan import table
from matinee_local.processes import is_alive
from matinee_local.record import Entry, read_record
from matinee_local.state import StateDir

_TIMEOUT = aiohttp.ClientTimeout(total=2)

Health = Literal["healthy", "silent", "dead"]
"""`silent`: it lives, but does not answer its health check well."""


class ProcessStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How one process fares."""

    name: str
    health: Health
    url: str
    pid: int
    uptime_ms: int
    titles: tuple[str, ...] | None = None
    """Whole on its shelf; None for what has no shelf, or does not say."""
    bytes_sent: int | None = None


class SystemStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How all of them fare."""

    is_supervised: bool
    """Whether the process lives that restarts what crashes."""
    processes: tuple[ProcessStatus, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether there is a system, and nothing of it is amiss."""
        return self.is_supervised and bool(self.processes) and all(it.health == "healthy" for it in self.processes)


class ApplianceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What an appliance says at `/v1/status`, as far as it matters here."""

    titles: tuple[str, ...] = ()
    """Whole on its shelf."""
    announced: tuple[str, ...] = ()
    """Those that the control plane has heard of."""
    bytes_sent: int = 0
    hits: int = 0
    misses: int = 0


async def system_status(state: StateDir, *, clock: Clock) -> SystemStatus:
    """How the system recorded in `state` fares now; without processes if none is recorded."""
    record = read_record(state)
    if record is None:
        return SystemStatus(is_supervised=False, processes=())
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, asyncio.TaskGroup() as group:
        looks = [group.create_task(_look(session, entry, wall_ms=clock.wall_ms())) for entry in record.entries]
    return SystemStatus(is_supervised=is_alive(record.supervisor), processes=tuple(look.result() for look in looks))


async def is_healthy(session: aiohttp.ClientSession, url: str) -> bool:
    """Whether the server at `url` answers its health check well, and in time."""
    try:
        async with session.get(f"{url}/healthz") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def appliance_status(session: aiohttp.ClientSession, url: str) -> ApplianceStatus | None:
    """What the appliance at `url` says of itself; None if nothing there says such things."""
    try:
        async with session.get(f"{url}/v1/status") as answer:
            return msgspec.json.decode(await answer.read(), type=ApplianceStatus) if answer.status == 200 else None
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        return None


def status_table(status: SystemStatus) -> str:
    """`status` for people."""
    rows = [
        (
            it.name,
            it.health,
            it.url,
            str(it.pid),
            _span(it.uptime_ms),
            "" if it.titles is None else str(len(it.titles)),
            "" if it.bytes_sent is None else f"{it.bytes_sent / 1e6:.1f} MB",
        )
        for it in status.processes
    ]
    return table(("name", "state", "url", "pid", "up", "titles", "sent"), rows)


async def _look(session: aiohttp.ClientSession, entry: Entry, *, wall_ms: int) -> ProcessStatus:
    if not is_alive(entry.process):
        return ProcessStatus(name=entry.name, health="dead", url=entry.url, pid=entry.process.pid, uptime_ms=0)
    is_well = bool(entry.url) and await is_healthy(session, entry.url)
    told = await appliance_status(session, entry.url) if is_well else None
    return ProcessStatus(
        name=entry.name,
        health="healthy" if is_well else "silent",
        url=entry.url,
        pid=entry.process.pid,
        uptime_ms=max(0, wall_ms - entry.started_wall_ms),
        titles=told.titles if told else None,
        bytes_sent=told.bytes_sent if told else None,
    )


def _span(span_ms: int) -> str:
    """`3 s`, `12 min`, `5 h 7 min`."""
    minutes, hours = span_ms // 60_000, span_ms // 3_600_000
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{span_ms // 1000} s"
