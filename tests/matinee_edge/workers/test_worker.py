"""Workers of a real appliance: more processes on one port, of which nobody outside knows."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from matinee.clock import SystemClock
from tests.support.edge import Issuer, eventually, shelf_in, stock
from tests.support.titles import write_title


@asynccontextmanager
async def appliance_of(folder: Path, issuer: Issuer, *, workers: int) -> AsyncIterator[tuple[str, list[int]]]:
    """The URL of an ISP appliance whose shelf holds the title heat, and its workers' process ids."""
    write_title(folder / "media", "heat")
    await stock(shelf_in(folder / "shelf"), folder / "media", "heat")
    ready = folder / "ready.json"
    named = ["--name", "isp-a", "--kind", "isp", "--shelf", str(folder / "shelf"), "--trust", str(issuer.trust)]
    options = ["--workers", str(workers), "--ready-file", str(ready)]
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "matinee_edge", *named, *options)
    try:
        await eventually(ready.exists)
        await eventually(lambda: len(listening_on(port_of(ready))) == workers)
        yield json.loads(ready.read_text())["url"], children_of(running.pid)
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGTERM)
        await running.wait()


def port_of(ready: Path) -> int:
    return int(json.loads(ready.read_text())["url"].rpartition(":")[2])


def listening_on(port: int) -> list[str]:
    """A line for each socket that listens on the port (proc(5), net/tcp)."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return [line for line in lines if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"]


def children_of(process_id: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]


def parent_of(process_id: int) -> int:
    return int(Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


async def asked(url: str, path: str) -> tuple[int, bytes]:
    """Over a connection of its own, which any of the processes may accept."""
    async with aiohttp.ClientSession() as http, http.get(f"{url}{path}") as response:
        return response.status, await response.read()


async def status_of(url: str) -> dict[str, Any]:
    status: dict[str, Any] = json.loads((await asked(url, "/v1/status"))[1])
    return status


async def status_when(url: str, *, hits: int) -> dict[str, Any]:
    """The status once all reports of so many hits have come. Raises TimeoutError after ten seconds."""
    clock = SystemClock()
    async with asyncio.timeout(10):
        while (status := await status_of(url))["hits"] < hits:
            await clock.wait_until(clock.now_ms() + 100)
    return status


async def test_all_answer_alike_and_are_counted_as_one(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    token = issuer.media_token("heat")
    async with appliance_of(tmp_path, issuer, workers=3) as (url, workers):
        segment = (tmp_path / "media/heat/video/v1/1.m4s").read_bytes()
        assert len(workers) == 2
        for _ in range(12):
            assert await asked(url, f"/t/{token}/titles/heat/video/v1/1.m4s") == (200, segment)
            assert (await asked(url, f"/t/{token}/titles/heat/nowhere"))[0] == 404
        status = await status_when(url, hits=12)
    assert status["titles"] == ["heat"]
    assert status["requests"] >= 24


async def test_a_worker_that_dies_is_followed_by_another_and_none_outlives_the_keeper(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    async with appliance_of(tmp_path, issuer, workers=2) as (url, workers):
        os.kill(workers[0], signal.SIGKILL)
        port = int(url.rpartition(":")[2])
        await eventually(lambda: len(listening_on(port)) == 1)
        await eventually(lambda: len(listening_on(port)) == 2)
        assert (await asked(url, "/healthz"))[0] == 200
    await eventually(lambda: not any(is_alive(worker) for worker in workers))


async def test_workers_end_when_the_keeper_is_killed(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    async with appliance_of(tmp_path, issuer, workers=2) as (_, workers):
        os.kill(parent_of(workers[0]), signal.SIGKILL)
        await eventually(lambda: not is_alive(workers[0]))
