"""Serving: a real process, a port of the kernel's choice, a ready file."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from matinee.errors import SettingsInvalid
from matinee_asgi.serve import serve
from matinee_asgi.service import Service, compose
from tests.support.edge import eventually

PROGRAM = """
import sys
from pathlib import Path
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from matinee_asgi.serve import serve
from matinee_asgi.service import Service, compose

async def greet(request):
    return PlainTextResponse("hello")

app = compose([Service(name="one", routes=(Route("/", greet),))])
serve(app, name="one", host="127.0.0.1", port=0, ready_file=Path(sys.argv[1]))
"""


def test_the_ready_file_says_where_it_listens_until_it_stops(tmp_path: Path) -> None:
    ready = tmp_path / "run" / "one.json"
    with subprocess.Popen([sys.executable, "-c", PROGRAM, ready], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        facts = json.loads(ready.read_text())
        assert said == f"one listens on {facts['url']}\n"
        assert facts["name"] == "one"
        assert facts["pid"] == process.pid
        assert httpx2.get(facts["url"], timeout=10).text == "hello"
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    assert not ready.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_leaves_in_order(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "one.json"
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(ready), stderr=asyncio.subprocess.PIPE
    )
    await eventually(ready.exists)
    url = json.loads(ready.read_text())["url"]
    _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    running.send_signal(number)
    _, errors = await running.communicate()
    writer.close()
    assert (running.returncode, errors.decode().count("\n")) == (0, 1), errors.decode()
    assert not ready.exists()


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsInvalid, match=f"127.0.0.1:{port} cannot be listened on"):
            serve(compose([Service(name="one")]), name="one", host="127.0.0.1", port=port, ready_file=None)
