"""Serving an application: uvicorn, announced once it listens."""

import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from matinee_asgi.listening import announced, listener, url_of

GRACE_S = 5
"""How long what is being sent may take to finish after a stop."""


def serve(app: ASGIApp, *, name: str, host: str, port: int, ready_file: Path | None) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is being sent.

    `port` 0 lets the kernel choose. Once connections are accepted, `ready_file` holds
    `{"name", "pid", "url"}`, written whole or not at all, and it is removed at the end.
    Raises SettingsInvalid if the port is taken.
    """
    with listener(host, port) as listening, ExitStack() as announcing:
        url = url_of(listening, host)
        # uvicorn raises the signal that ended it once more: let that end the process in order.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
        )
        server = _Server(config, lambda: announcing.enter_context(announced(name, url, ready_file=ready_file)))
        server.run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
