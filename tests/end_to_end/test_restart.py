"""`matinee down` and `matinee up` over the same state: everybody is gone in between, and nothing is forgotten."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from matinee import Client
from matinee.wire.title import TitleIndex
from matinee_local.processes import is_alive
from matinee_local.state import StateDir
from tests.support.system import House, copied, opened

PLACE_MS = 3_000


def test_logins_and_places_outlive_the_system(made_state: tuple[StateDir, TitleIndex], tmp_path: Path) -> None:
    made, title = made_state
    state, device_store = copied(made, tmp_path / "state"), tmp_path / "device.json"
    with opened(state, title) as house:
        asyncio.run(_leave_in_the_middle(house, device_store))
        port = house.url.rpartition(":")[2]
        processes = [entry.process for entry in house.record().entries]
        assert [is_alive(process) for process in processes] == [True] * 5
        down = [sys.executable, "-m", "matinee", "down", "--state", str(state.root)]
        told = subprocess.run(down, capture_output=True, text=True, timeout=60, check=True).stdout
        assert told == "Stopped: control-plane, origin, exchange, isp-a, isp-b.\n"
        assert [is_alive(process) for process in processes] == [False] * 5
        assert house.supervisor.wait(timeout=60) == 128 + signal.SIGTERM
    # A login is kept for an address.
    with opened(state, title, port=int(port)) as house:
        asyncio.run(_go_on(house, device_store))


async def _leave_in_the_middle(house: House, device_store: Path) -> None:
    async with Client(house.url, device_store=device_store) as client:
        await client.login(house.account.email, house.account.password)
        async with client.play(house.title.title_id) as player:
            player.seek(PLACE_MS)
            async for frame in player.video_frames():
                if frame.position_ms >= PLACE_MS:
                    break


async def _go_on(house: House, device_store: Path) -> None:
    async with Client(house.url, device_store=device_store) as client:
        assert client.is_logged_in
        rows = (await client.homepage()).rows
        assert rows[0].title == "Continue watching"
        (item,) = rows[0].items
        assert item.progress_ms == pytest.approx(PLACE_MS, abs=1_000)
        async with client.play(item.title_id) as player:
            frame = await anext(player.video_frames())
        # The picture of that moment began a little before it.
        assert item.progress_ms - 1000 // 24 - 1 <= frame.position_ms <= item.progress_ms + 1_000
