"""Bar 10, the soak: ten thousand segments by a few players that never stop to look, and what has grown by then.

`python -m benchmarks.soak [--smoke]`. Real sockets; the origin is a process of its own, segments are of one second.
"""

import argparse
import asyncio
import gc
import os
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from benchmarks.feature import make_feature
from benchmarks.origin import origin
from matinee import Player
from matinee.clock import SystemClock
from matinee.core.delivery import MOST_REMEMBERED
from matinee.policy.settings import BufferingSettings, PlayerSettings
from matinee.runtime.http import Http

RESULT = Path(__file__).parent / "results" / "soak.json"
SESSIONS, SEGMENTS = 8, 10_000
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

    name: str = "A soak"
    segments: int
    tasks: int
    sockets: int
    resident_kb: int
    objects: dict[str, int]
    """By type, those that are 16 more at least."""


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


async def soaked(url: str, *, segments: int) -> Soak:
    """So many segments in all."""
    fetched = 0

    def witness(event: object, commands: object, now_ms: int) -> None:
        nonlocal fetched
        fetched += type(event).__name__ == "Fetched"

    async with Http() as http, AsyncExitStack() as stack, asyncio.timeout(DEADLINE_S):
        for _ in range(SESSIONS):
            await stack.enter_async_context(Player.open(url, settings=SETTINGS, http=http, witness=witness))
        while fetched < max(segments // 5, SESSIONS * MOST_REMEMBERED):
            await CLOCK.wait_until(CLOCK.now_ms() + 100)
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


async def main(*, segments: int) -> Soak:
    """The soak, kept as JSON."""
    async with origin(make_feature(segment_s=1, segments=4, ladder_kbps=(200,))) as url:
        soak = await soaked(url, segments=segments)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_bytes(msgspec.json.format(msgspec.json.encode(soak)))
    return soak


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="a fifth of it")
    it = asyncio.run(main(segments=SEGMENTS // 5 if parser.parse_args().smoke else SEGMENTS))
    print(f"{it.segments} segments; since the first fifth grown by: {it.tasks} tasks, {it.sockets} sockets,")
    print(f"{it.resident_kb} KB resident, objects {it.objects or 'none'}")
