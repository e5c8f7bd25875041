"""Bar 10, the soak: ten thousand segments by a few players that never stop to look, and what has grown by then.

`python -m benchmarks soak`. Real sockets; the origin is a process of its own, segments are of one second.
"""

import asyncio
import gc
import os
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from benchmarks.bars import Measured, at_most
from benchmarks.feature import make_feature
from benchmarks.origin import origin
from matinee import Player
from matinee.clock import SystemClock
from matinee.core.delivery import MOST_REMEMBERED
from matinee.policy.settings import BufferingSettings, PlayerSettings
from matinee.runtime.http import Http

SESSIONS, SEGMENTS, SMOKE_SEGMENTS = 8, 10_000, 400
UNDER_WAY = 2 * SESSIONS
"""A request of each track comes and goes; a leak would be thousands."""
GROWN_KB = 1_024
"""An eighth of a KiB a segment: less than anything that is kept of one."""
SETTINGS = PlayerSettings(buffering=BufferingSettings(full_ms=86_400_000), decode=False, decrypt=True)
"""Nothing is ever enough: the next segment is asked for as soon as one is here."""
DEADLINE_S = 600
CLOCK = SystemClock()


class Holdings(msgspec.Struct, frozen=True):
    """What a process holds."""

    tasks: int
    sockets: int
    resident_kb: int
    objects: dict[str, int]
    """Those that the collector knows, by type."""


class Soak(msgspec.Struct, frozen=True, kw_only=True):
    """What had grown from the first fifth of the segments, when all memories are full, to the last."""

    segments: int
    tasks: int
    sockets: int
    resident_kb: int
    objects: dict[str, int]
    """By type, those that are 16 more at least."""


def measured(*, is_smoke: bool) -> Measured:
    """Ten thousand segments of eight sessions; in a smoke a few hundred of one."""
    it = asyncio.run(_held(segments=SMOKE_SEGMENTS, sessions=1) if is_smoke else _held())
    print(f"{it.segments} segments; since the first fifth grown by: {it.tasks} tasks, {it.sockets} sockets,")
    print(f"{it.resident_kb} KB resident, objects {it.objects or 'none'}", flush=True)
    who = f"a soak of {it.segments} segments"
    clauses = [
        at_most(f"{who}: tasks and sockets more", it.tasks + it.sockets, bar=UNDER_WAY, number=10),
        at_most(f"{who}: memory more", it.resident_kb, bar=GROWN_KB, number=10, unit="KB"),
    ]
    return Measured(clauses, it)


def holdings() -> Holdings:
    """As of now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Holdings(
        len(asyncio.all_tasks()),
        sockets(),
        pages * os.sysconf("SC_PAGE_SIZE") // 1024,
        dict(Counter(type(it).__qualname__ for it in gc.get_objects())),
    )


def sockets() -> int:
    """Open ones of this process."""
    paths = (f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd"))
    return sum(os.readlink(path).startswith("socket:") for path in paths if os.path.lexists(path))


def grown(before: Holdings, after: Holdings) -> dict[str, int]:
    """By how much, by type, where it is worth a word."""
    more = {name: count - before.objects.get(name, 0) for name, count in after.objects.items()}
    return {name: count for name, count in more.items() if count >= 16}


async def soaked(url: str, *, segments: int, sessions: int = SESSIONS) -> Soak:
    """So many segments in all, more than the sessions remember."""
    fetched = 0

    def witness(event: object, commands: object, now_ms: int) -> None:
        nonlocal fetched
        fetched += type(event).__name__ == "Fetched"

    async with Http() as http, AsyncExitStack() as stack, asyncio.timeout(DEADLINE_S):
        for _ in range(sessions):
            await stack.enter_async_context(Player.open(url, settings=SETTINGS, http=http, witness=witness))
        while fetched < max(segments // 5, 2 * sessions * MOST_REMEMBERED):
            await CLOCK.wait_until(CLOCK.now_ms() + 100)
        holdings()  # What this itself leaves behind is no session's.
        before = holdings()
        while fetched < segments:
            await CLOCK.wait_until(CLOCK.now_ms() + 100)
        after = holdings()
    return Soak(
        segments=fetched,
        tasks=after.tasks - before.tasks,
        sockets=after.sockets - before.sockets,
        resident_kb=after.resident_kb - before.resident_kb,
        objects=grown(before, after),
    )


async def _held(*, segments: int = SEGMENTS, sessions: int = SESSIONS) -> Soak:
    async with origin(make_feature(segment_s=1, segments=4, ladder_kbps=(200,))) as url:
        return await soaked(url, segments=segments, sessions=sessions)
