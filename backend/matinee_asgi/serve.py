"""Serving an application: uvicorn on a port of our choice or of the kernel's, announced once it listens."""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from matinee.errors import SettingsInvalid

GRACE_S = 5
"""How long what is being sent may take to finish after a stop."""


def serve(app: ASGIApp, *, name: str, host: str, port: int, ready_file: Path | None) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is being sent.

    `port` 0 lets the kernel choose. Once connections are accepted, `ready_file` holds
    `{"name", "pid", "url"}`, written whole or not at all, and it is removed at the end.
    Raises SettingsInvalid if the port is taken.
    """
    listener = _listener(host, port)
    url = f"http://{host}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_S, server_header=False
    )
    if ready_file is not None:
        _announce(ready_file, {"name": name, "pid": os.getpid(), "url": url})
    signal.signal(signal.SIGTERM, _leave)
    sys.stderr.write(f"{name} listens on {url}\n")
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)


def _leave(signal_number: int, frame: FrameType | None) -> None:
    # uvicorn raises the signal again once it has shut down: by default that ends the process before its `finally`s.
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


def _announce(ready_file: Path, facts: dict[str, str | int]) -> None:
    ready_file.parent.mkdir(parents=True, exist_ok=True)
    draft = ready_file.with_suffix(".draft")
    draft.write_text(json.dumps(facts))
    draft.replace(ready_file)
