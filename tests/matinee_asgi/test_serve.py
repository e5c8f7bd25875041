"""Serving: announced once it listens, ended in order."""

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path

import pytest
from tests.support.edge import eventually

from matinee.errors import SettingsInvalid
from matinee_asgi.serve import serve
from matinee_asgi.service import compose

SERVED = """
import sys
from pathlib import Path
from matinee_asgi.serve import Program, serve_program
from matinee_asgi.service import compose

folder = Path(sys.argv[1])

def build(url):
    async def farewell():
        (folder / "farewell").write_text(url)
    return Program(app=compose([]), before_stop=farewell)

serve_program(build, name="x", host="127.0.0.1", port=0, ready_file=folder / "run" / "x.json")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_says_where_it_is_and_leaves_in_order(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "run" / "x.json"
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVED, str(tmp_path), stderr=asyncio.subprocess.PIPE
    )
    await eventually(ready.exists)
    announced = json.loads(ready.read_text())
    assert (announced["name"], announced["pid"]) == ("x", running.pid)
    _, writer = await asyncio.open_connection("127.0.0.1", int(announced["url"].rpartition(":")[2]))
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    running.send_signal(number)
    _, errors = await running.communicate()
    writer.close()
    assert (running.returncode, errors.decode().count("\n")) == (0, 1), errors.decode()
    assert (tmp_path / "farewell").read_text() == announced["url"]
    assert not ready.exists()


def test_a_taken_port_is_a_setting_to_correct(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsInvalid, match=str(port)):
            serve(compose([]), name="x", host="127.0.0.1", port=port, ready_file=tmp_path / "x.json")
    assert not (tmp_path / "x.json").exists()
