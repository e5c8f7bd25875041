"""Processes told from later ones of the same number, and stopped with all that they started."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from matinee.clock import Clock

_POLL_MS = 20


class ProcessId(msgspec.Struct, frozen=True):
    """One process, for ever: numbers are used again, births are not."""

    pid: int
    born: str
    """When it started, in whatever the kernel counts by; only ever compared."""


def identify(pid: int) -> ProcessId | None:
    """The process that has this number now; None if there is none."""
    born = _born(pid)
    return None if born is None else ProcessId(pid, born)


def is_alive(process: ProcessId) -> bool:
    """Whether it still runs: another process of the same number does not count, nor does a zombie."""
    return _born(process.pid) == process.born


async def end(process: ProcessId, *, grace_ms: int, clock: Clock, is_leader: bool = True) -> None:
    """It is gone: asked by SIGTERM, and after `grace_ms` by SIGKILL; with its process group if it leads one.

    One that is gone already is left alone, whoever has its number now.
    """
    send = signal_group if is_leader else signal_one
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not is_alive(process):
            return
        send(process.pid, number)
        if await wait_gone(process, by_ms=clock.now_ms() + grace_ms, clock=clock):
            return


async def wait_gone(process: ProcessId, *, by_ms: int, clock: Clock) -> bool:
    """True once it has ended; False if it still runs at `by_ms`."""
    while is_alive(process):
        if clock.now_ms() >= by_ms:
            return False
        await clock.wait_until(clock.now_ms() + _POLL_MS)
    return True


def signal_group(leader_pid: int, number: signal.Signals) -> None:
    """`number` is sent to the whole group; a group that is gone is no error."""
    # macOS answers PermissionError for a group of which only zombies are left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader_pid, number)


def signal_one(pid: int, number: signal.Signals) -> None:
    """`number` is sent to this process alone; one that is gone is no error.

    For children of asyncio, too: its own `terminate` and `kill` look first whether the child has ended, and then
    reap it under the feet of whoever waits for its status.
    """
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _born(pid: int) -> str | None:
    return _born_linux(pid) if sys.platform == "linux" else _born_by_ps(pid)


def _born_linux(pid: int) -> str | None:
    """Clock ticks since boot, and which boot. Source: proc(5), `/proc/pid/stat`: state is 3, starttime is 22."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the command's name in parentheses, which may hold spaces and parentheses itself.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def _born_by_ps(pid: int) -> str | None:
    """Where there is no /proc, `ps` knows."""
    answer = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=5, check=False
    ).stdout.strip()
    return None if not answer or answer.startswith("Z") else answer.partition(" ")[2].strip()
