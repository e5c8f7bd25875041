"""Listening: a port of our choice or of the kernel's, and a file that says which."""

import json
import os
import socket
from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee_asgi.listening import announced, listener, url_of


def test_a_listener_accepts_before_anybody_is_told(tmp_path: Path) -> None:
    ready = tmp_path / "run/x.json"
    with listener("127.0.0.1", 0) as listening:
        url = url_of(listening, "127.0.0.1", scheme="https")
        with announced("x", url, ready_file=ready):
            assert json.loads(ready.read_text()) == {"name": "x", "pid": os.getpid(), "url": url}
            socket.create_connection(listening.getsockname()).close()
        assert not ready.exists()


def test_a_port_that_is_taken_is_said_with_its_number() -> None:
    with listener("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsInvalid, match=f"127.0.0.1:{port} cannot be listened on"):
            listener("127.0.0.1", port)


def test_a_shared_port_is_listened_on_by_several() -> None:
    with listener("127.0.0.1", 0, is_shared=True) as one:
        address = one.getsockname()
        with listener("127.0.0.1", address[1], is_shared=True) as other:
            assert other.getsockname() == address
