"""An hour of playback in virtual time: how many seconds of wall time it takes, against a bar of five."""

import statistics
import time

import msgspec

from benchmarks.bars import Measured, at_most
from tests.support.evenings import Evening, spent

BAR_S = 5
HOUR_MS = 3_600_000


class VirtualHour(msgspec.Struct, frozen=True, kw_only=True):
    """How long it took."""

    wall_s: float
    """Of a whole hour, median over rounds."""
    cpu_s: float
    """The processor's part of it: what an idle machine would take, since nothing is waited for."""
    requests: int
    """Made in it, each carried in pieces of 64 KiB at most."""
    log_lines: int
    rounds: int


def measured(*, is_smoke: bool) -> Measured:
    """Whole hours; in a smoke a minute."""
    hour = hours(rounds=1, share=60) if is_smoke else hours(rounds=3)
    print(
        f"{hour.wall_s} s of wall time, {hour.cpu_s} s of it on the processor, {hour.requests:,} requests", flush=True
    )
    return Measured([at_most("an hour of playback", hour.wall_s, bar=BAR_S, unit="s", is_timed=True)], hour)


def hours(*, rounds: int, share: int = 1) -> VirtualHour:
    """The real player, picture at 3 Mb/s and sound, on a link of 6 Mb/s. `share`: play that part of an hour only."""
    walls_s: list[float] = []
    cpus_s: list[float] = []
    for _ in range(rounds):
        began_s, cpu_began_s = time.perf_counter(), time.process_time()
        memory = spent(Evening(), duration_ms=HOUR_MS // share)
        walls_s.append((time.perf_counter() - began_s) * share)
        cpus_s.append((time.process_time() - cpu_began_s) * share)
    return VirtualHour(
        wall_s=round(statistics.median(walls_s), 2),
        cpu_s=round(statistics.median(cpus_s), 2),
        requests=len(memory.exchanges) * share,
        log_lines=memory.log.count("\n") * share,
        rounds=rounds,
    )
