"""How fills come on, looked at from outside: a table for operators."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import aiohttp
import msgspec

from matinee_edge.fill.progress import FillProgress
from matinee_local.plan import table

_TIMEOUT = aiohttp.ClientTimeout(total=2)
_FAR_WALL_MS = 1 << 50
"""Beyond any date: a window without an end."""


class Filling(msgspec.Struct, frozen=True, kw_only=True):
    """What an appliance says at `/v1/status`, as far as it matters here."""

    name: str
    fill: FillProgress | None = None


async def fillings(urls: Sequence[str]) -> tuple[Filling, ...]:
    """What the appliances at these URLs say, in their order; those that fill nothing, or say nothing, are left out."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, asyncio.TaskGroup() as group:
        asked = [group.create_task(_filling(session, url)) for url in urls]
    return tuple(told for it in asked if (told := it.result()) is not None and told.fill is not None)


def fill_table(told: Sequence[Filling]) -> str:
    """`told` for people."""
    heading = ("name", "fill", "titles left", "left", "speed", "time left", "window (UTC)", "came from")
    return table(heading, [_row(it.name, it.fill) for it in told if it.fill is not None])


def _row(name: str, it: FillProgress) -> tuple[str, ...]:
    return (
        name,
        it.state + (f" ({', '.join(it.failing)})" if it.failing else ""),
        str(len(it.titles)),
        f"{it.bytes_left / 1e9:.1f} GB",
        f"{it.kbps / 1000:.1f} Mb/s" if it.kbps else "",
        "" if it.left_ms is None or not it.titles else f"{it.left_ms // 60_000} min",
        "always" if it.closes_wall_ms > _FAR_WALL_MS else f"{_hour(it.opens_wall_ms)}–{_hour(it.closes_wall_ms)}",
        _mix(it.bytes_by_source),
    )


def _hour(wall_ms: int) -> str:
    return datetime.fromtimestamp(wall_ms / 1000, tz=UTC).strftime("%H:%M")


def _mix(bytes_by_source: dict[str, int]) -> str:
    """`exchange 26 %, isp-b 74 %`."""
    total = sum(bytes_by_source.values())
    by_share = sorted(bytes_by_source.items(), key=lambda it: -it[1])
    return ", ".join(f"{name} {100 * size_bytes // total} %" for name, size_bytes in by_share if total)


async def _filling(session: aiohttp.ClientSession, url: str) -> Filling | None:
    try:
        async with session.get(f"{url}/v1/status") as answer:
            return msgspec.json.decode(await answer.read(), type=Filling) if answer.status == 200 else None
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        return None
