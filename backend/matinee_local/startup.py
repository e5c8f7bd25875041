"""From a state directory, perhaps empty, to a system that runs."""

import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from matinee.clock import Clock
from matinee.errors import SettingsInvalid
from matinee_local.launch import run_to_end
from matinee_local.plan import Process
from matinee_local.state import StateDir
from matinee_local.supervisor import SupervisorSettings, System, running_system

_INIT_DEADLINE_MS = 60_000
_DEFAULT_SETTINGS = SupervisorSettings()


@asynccontextmanager
async def started(
    plan: Sequence[Process],
    *,
    init: Sequence[str],
    state: StateDir,
    host: str,
    clock: Clock,
    tell: Callable[[str], None],
    settings: SupervisorSettings = _DEFAULT_SETTINGS,
) -> AsyncIterator[System]:
    """The system of `plan` runs inside the block, and nobody else's in this state directory.

    `init` is the module, with its arguments, that is run to its end before. Raises AlreadyRunning, SettingsInvalid
    for a port that is taken, ProcessFailed.
    """
    with state.held("up"):
        for process in plan:
            _check_free(host, process.port)
        command = (sys.executable, "-m", *init)
        await run_to_end(command, name="init", log=state.log("init"), deadline_ms=_INIT_DEADLINE_MS)
        async with running_system(plan, state=state, host=host, clock=clock, tell=tell, settings=settings) as system:
            yield system


def _check_free(host: str, port: int) -> None:
    """Raises SettingsInvalid if `port` is taken, before anything is started for nothing."""
    if port == 0:
        return
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = addresses[0]
        with socket.socket(family, kind, protocol) as probe:
            # As servers do: a port whose last connections are still fading is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsInvalid(
            f"{host}:{port} cannot be listened on: {error.strerror}. Name another with --port.", host=host, port=port
        ) from error
