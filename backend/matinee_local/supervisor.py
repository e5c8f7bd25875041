"""Starts the processes of a plan in order, keeps them running, and leaves none behind."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import msgspec

from matinee.clock import Clock
from matinee.errors import ProcessFailed
from matinee_local.launch import Launch, how_it_ended, launch
from matinee_local.plan import Process, command_of, restart_delay_ms
from matinee_local.processes import ProcessId, end, identify, signal_group
from matinee_local.record import Entry, Record, read_ready, read_record, write_record
from matinee_local.state import StateDir
from matinee_local.status import is_healthy

_POLL_MS = 40
_HEALTH_TIMEOUT = aiohttp.ClientTimeout(total=2)


class SupervisorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How patient a supervisor is."""

    start_deadline_ms: int = 30_000
    """A process that is not healthy by then has failed. > 0."""
    restart_first_ms: int = 500
    """Before the first restart; doubles with each crash in a row. > 0."""
    restart_cap_ms: int = 30_000
    """The longest wait between two starts. >= restart_first_ms."""
    steady_ms: int = 60_000
    """After so long without a crash the next one counts as the first."""
    grace_ms: int = 8_000
    """From SIGTERM to SIGKILL; servers take up to 5 s to finish what they are sending."""


@dataclass(kw_only=True)
class Child:
    """A process of the plan, and how it fares; changed by its supervisor only."""

    process: Process
    launch: Launch | None = None
    """Its latest start."""
    identity: ProcessId | None = None
    url: str = ""
    started_wall_ms: int = 0
    started_ms: int = 0
    crashes: int = 0
    is_kept: bool = True
    """Whether it is started again when it ends."""

    @property
    def name(self) -> str:
        return self.process.name

    @property
    def pid(self) -> int:
        return self.launch.running.pid if self.launch else 0


class System:
    """The running processes of a plan; `running_system` makes one."""

    def __init__(
        self,
        plan: Sequence[Process],
        *,
        state: StateDir,
        host: str,
        clock: Clock,
        tell: Callable[[str], None],
        settings: SupervisorSettings,
    ) -> None:
        self.children = tuple(Child(process=process) for process in plan)
        self._state = state
        self._host = host
        self._clock = clock
        self._tell = tell
        self._settings = settings

    def url(self, name: str) -> str:
        """Where the process `name` listens, also after it was restarted."""
        return self._child(name).url

    def strike(self, name: str) -> None:
        """The process `name` dies by SIGKILL and stays down: an outage."""
        child = self._child(name)
        child.is_kept = False
        signal_group(child.pid, signal.SIGKILL)

    async def start(self) -> None:
        """Every process is healthy. Raises ProcessFailed for the first that is not by its deadline."""
        for child in self.children:
            began_ms = self._clock.now_ms()
            await self._start(child)
            self._tell(f"{child.name} is up after {self._clock.now_ms() - began_ms} ms: {child.url}")

    async def keep(self, child: Child) -> None:
        """`child` is started again whenever it ends, until this is cancelled or it is struck."""
        while True:
            assert child.launch is not None, "kept before it was started"
            status = await child.launch.running.wait()
            if not child.is_kept:
                return
            await self._restart(child, status)

    async def stop(self) -> None:
        """No process of the plan is left, nor any that they started."""
        async with asyncio.TaskGroup() as group:
            for child in self.children:
                group.create_task(self._end(child))
        self._state.record.unlink(missing_ok=True)

    def _child(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)

    async def _restart(self, child: Child, status: int) -> None:
        settings, now_ms = self._settings, self._clock.now_ms()
        if now_ms - child.started_ms >= settings.steady_ms:
            child.crashes = 0
        delay_ms = restart_delay_ms(child.crashes, first_ms=settings.restart_first_ms, cap_ms=settings.restart_cap_ms)
        child.crashes += 1
        self._tell(f"{child.name} ended ({how_it_ended(status)}); it is started again in {delay_ms} ms.")
        await self._clock.wait_until(now_ms + delay_ms)
        try:
            await self._start(child)
        except ProcessFailed as error:
            self._tell(str(error))
            await self._end(child)
            return
        self._tell(f"{child.name} is up again: {child.url}")

    async def _start(self, child: Child) -> None:
        """`child` is healthy, at its former address if it had one. Raises ProcessFailed."""
        ready_file = self._state.ready_file(child.name)
        ready_file.unlink(missing_ok=True)
        # Its address is known to the others: a restarted process takes the same again.
        port = urlsplit(child.url).port or child.process.port
        urls = {other.name: other.url for other in self.children}
        command = command_of(
            child.process, urls, host=self._host, port=port, ready_file=str(ready_file), python=sys.executable
        )
        child.launch = await launch(command, log=self._state.log(child.name), stdin=PIPE)
        child.started_ms, child.started_wall_ms = self._clock.now_ms(), self._clock.wall_ms()
        child.identity = identify(child.pid)
        self._write_record()
        child.url = await self._wait_healthy(child, child.launch)
        self._write_record()

    async def _wait_healthy(self, child: Child, launched: Launch) -> str:
        """The URL at which `child` says that it is well. Raises ProcessFailed if it ends or the deadline passes."""
        by_ms = self._clock.now_ms() + self._settings.start_deadline_ms
        async with aiohttp.ClientSession(timeout=_HEALTH_TIMEOUT) as session:
            while self._clock.now_ms() < by_ms:
                if launched.running.returncode is not None:
                    raise launched.failed(child.name, "ended at its start")
                ready = read_ready(self._state, child.name, pid=child.pid)
                if ready is not None and await is_healthy(session, ready.url):
                    return ready.url
                await self._clock.wait_until(self._clock.now_ms() + _POLL_MS)
        raise launched.failed(child.name, f"is not healthy after {self._settings.start_deadline_ms // 1000} s")

    async def _end(self, child: Child) -> None:
        if child.launch is None:
            return
        if child.identity is not None:
            await end(child.identity, grace_ms=self._settings.grace_ms, clock=self._clock)
        await child.launch.running.wait()
        self._state.ready_file(child.name).unlink(missing_ok=True)

    def _write_record(self) -> None:
        supervisor = identify(os.getpid())
        assert supervisor is not None, "this very process is alive"
        entries = tuple(
            Entry(name=child.name, process=child.identity, url=child.url, started_wall_ms=child.started_wall_ms)
            for child in self.children
            if child.identity is not None
        )
        write_record(self._state, Record(supervisor=supervisor, entries=entries))


@asynccontextmanager
async def running_system(
    plan: Sequence[Process],
    *,
    state: StateDir,
    host: str,
    clock: Clock,
    tell: Callable[[str], None],
    settings: SupervisorSettings,
) -> AsyncIterator[System]:
    """All processes of `plan`, healthy and kept so inside the block, gone after it however it is left.

    The caller holds the state directory. What an earlier system left behind there is ended first.
    Raises: ProcessFailed if a process does not start.
    """
    system = System(plan, state=state, host=host, clock=clock, tell=tell, settings=settings)
    failure: Exception | None = None
    try:
        if (left_behind := read_record(state)) is not None:
            await _end_entries(state, left_behind, clock=clock, grace_ms=settings.grace_ms)
        await system.start()
        async with asyncio.TaskGroup() as group:
            keepers = [group.create_task(system.keep(child)) for child in system.children]
            try:
                yield system
            except Exception as error:
                # Kept from the group, which would wrap it.
                failure = error
            finally:
                for keeper in keepers:
                    keeper.cancel()
    finally:
        await system.stop()
    if failure is not None:
        raise failure


async def stop_recorded(state: StateDir, *, clock: Clock, settings: SupervisorSettings) -> tuple[str, ...]:
    """Nothing of the recorded system is left, whether or not its supervisor still lives.

    Returns the names of the processes that were recorded.
    """
    record = read_record(state)
    if record is None:
        return ()
    # The supervisor stops its children within their grace, so its own must be longer.
    await end(record.supervisor, grace_ms=2 * settings.grace_ms, clock=clock, is_leader=False)
    await _end_entries(state, record, clock=clock, grace_ms=settings.grace_ms)
    return tuple(entry.name for entry in record.entries)


async def _end_entries(state: StateDir, record: Record, *, clock: Clock, grace_ms: int) -> None:
    async with asyncio.TaskGroup() as group:
        for entry in record.entries:
            group.create_task(end(entry.process, grace_ms=grace_ms, clock=clock))
    for entry in record.entries:
        state.ready_file(entry.name).unlink(missing_ok=True)
    state.record.unlink(missing_ok=True)
