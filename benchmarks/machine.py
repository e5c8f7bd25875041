"""The machine that a trial ran on, and how much of it others took meanwhile."""

import os
import platform
from pathlib import Path

import msgspec

PROC = Path("/proc")
BUSY_PERCENT = 10
"""With more than this taken by others, what was timed is doubtful."""


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Facts to read numbers by."""

    python: str
    system: str
    processor: str
    cores: int
    others_percent: int
    """Of all cores, what was not ours while the trial ran; -1 where the system does not tell."""

    @property
    def is_busy(self) -> bool:
        return self.others_percent > BUSY_PERCENT


class Watch:
    """Begins when it is made; `machine` says what there was since."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._began = self._reading()

    def machine(self) -> Machine:
        """Children count as ours once they have ended."""
        (all_began, busy_began, own_began), (all_ended, busy_ended, own_ended) = self._began, self._reading()
        others = (busy_ended - busy_began) - (own_ended - own_began)
        passed = all_ended - all_began
        return Machine(
            python=f"{platform.python_implementation()} {platform.python_version()}",
            system=f"{platform.system()} {platform.machine()}",
            processor=_processor(self._proc),
            cores=os.cpu_count() or 1,
            others_percent=max(0, round(100 * others / passed)) if passed > 0 else -1,
        )

    def _reading(self) -> tuple[float, float, float]:
        """Seconds of all cores so far, of these the busy ones, and of these our own."""
        try:
            [_, *ticks] = (self._proc / "stat").read_text().partition("\n")[0].split()
        except OSError:
            return 0, 0, 0
        # proc(5): user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already.
        spent = [int(it) / os.sysconf("SC_CLK_TCK") for it in ticks[:8]]
        own = os.times()
        idle = spent[3] + spent[4]
        return sum(spent), sum(spent) - idle, own.user + own.system + own.children_user + own.children_system


def _processor(proc: Path) -> str:
    try:
        lines = (proc / "cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
