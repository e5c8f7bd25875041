"""Serving an application: uvicorn on a port of our choice or of the kernel's, announced once it listens."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from matinee.errors import SettingsInvalid
from matinee.files import write_whole

GRACE_S = 5
"""How long what is being sent may take to finish after a stop."""


async def _nothing() -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Program:
    """What is served, and how."""

    app: ASGIApp
    before_stop: Callable[[], Awaitable[None]] = _nothing
    """Awaited after the signal to stop, while connections are still accepted."""
    connection: type[asyncio.Protocol] | None = None
    """How one connection is spoken; uvicorn's own by default."""


def serve(app: ASGIApp, *, name: str, host: str, port: int, ready_file: Path | None) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is being sent.

    `port` 0 lets the kernel choose. Once connections are accepted, `ready_file` holds
    `{"name", "pid", "url"}`, written whole or not at all, and it is removed at the end.
    Raises SettingsInvalid if the port is taken.
    """
    serve_program(lambda url: Program(app=app), name=name, host=host, port=port, ready_file=ready_file)


def serve_program(build: Callable[[str], Program], *, name: str, host: str, port: int, ready_file: Path | None) -> None:
    """As `serve`, for what must know its own URL, which is handed to `build`."""
    with _listener(host, port) as listener:
        url = f"http://{host}:{listener.getsockname()[1]}"
        program = build(url)
        # uvicorn raises the signal that ended it once more: let that end the process in order.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        config = uvicorn.Config(
            program.app,
            http=program.connection or "auto",
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
        )

        def announce() -> None:
            if ready_file is not None:
                _write_ready(ready_file, {"name": name, "pid": os.getpid(), "url": url})
            sys.stderr.write(f"{name} listens on {url}\n")

        try:
            _Server(config, announce=announce, before_stop=program.before_stop).run(sockets=[listener])
        finally:
            if ready_file is not None:
                ready_file.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, *, announce: Callable[[], None], before_stop: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._before_stop = before_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._before_stop()
        await super().shutdown(sockets)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsInvalid(
            f"{host}:{port} cannot be listened on: {error.strerror}.", host=host, port=port
        ) from error
    listener.listen(1024)
    return listener


def _write_ready(ready_file: Path, facts: dict[str, str | int]) -> None:
    write_whole(ready_file, json.dumps(facts).encode())
