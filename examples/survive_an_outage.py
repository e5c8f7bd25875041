"""An appliance dies in mid-play, and the viewer does not notice: the next one on the list takes over at once.

    matinee up
    python examples/survive_an_outage.py .matinee

Kills (`kill -9`) the appliance that the player is using, as soon as the picture moves. `matinee up` starts it again
about a second later; by then the player is long elsewhere, and lets it cool down.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from matinee import Client, Player, PlayerSettings
from matinee.core.notices import FailedOver, FirstFrameReady
from matinee.policy.settings import BufferingSettings

# A usual buffer holds a minute: a short title would be here, all of it, before anything can fail. With this one
# the second segment is asked for half a second after the first began to play.
SETTINGS = PlayerSettings(buffering=BufferingSettings(full_ms=3_500))


async def main(state: Path) -> None:
    server, account = read(state / "run/control-plane.json"), read(state / "secrets/demo-account.json")
    async with Client(server["url"], settings=SETTINGS) as client:
        await client.login(account["email"], account["password"])
        homepage = await client.homepage()
        async with client.play(homepage.rows[0].items[0].title_id) as player:
            await watch(player, state)
            report = player.report()
    print(f"Played to the end: {report.ended}. Stalls: {report.stalls}. Delivered by: {report.bytes_by_appliance}")


async def watch(player: Player, state: Path) -> None:
    async for notice in player.notices():
        match notice:
            case FirstFrameReady():
                print(f"The picture moves after {notice.startup_ms} ms, from {player.state.appliance}.")
                strike(player.state.appliance, state)
            case FailedOver():
                print(f"{notice.from_appliance} failed ({notice.reason}); {notice.to_appliance} goes on.")
            case _:
                pass


def strike(appliance: str, state: Path) -> None:
    """`kill -9`: no goodbye, connections just end."""
    os.kill(read(state / f"run/{appliance}.json")["pid"], signal.SIGKILL)
    print(f"{appliance} was killed.")


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found


asyncio.run(main(Path(sys.argv[1])))
