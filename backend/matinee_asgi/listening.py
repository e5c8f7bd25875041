"""Listening: a port of our choice or of the kernel's, announced once connections are accepted."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matinee.errors import SettingsInvalid
from matinee.files import write_whole

BACKLOG = 1024


def listener(host: str, port: int, *, is_shared: bool = False) -> socket.socket:
    """A socket that listens. `port` 0: the kernel chooses. `is_shared`: other processes may listen there too.

    Raises SettingsInvalid if the port is taken.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if is_shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise SettingsInvalid(
            f"{host}:{port} cannot be listened on: {error.strerror}.", host=host, port=port
        ) from error
    listening.listen(BACKLOG)
    return listening


def url_of(listening: socket.socket, host: str, *, scheme: str = "http") -> str:
    """Where clients reach it."""
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}:{listening.getsockname()[1]}"


@contextmanager
def announced(name: str, url: str, *, ready_file: Path | None) -> Iterator[None]:
    """While entered, `ready_file` holds `{"name", "pid", "url"}`, written whole or not at all; stderr has a line."""
    if ready_file is not None:
        write_whole(ready_file, json.dumps({"name": name, "pid": os.getpid(), "url": url}).encode())
    sys.stderr.write(f"{name} listens on {url}\n")
    try:
        yield
    finally:
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)
