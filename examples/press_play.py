"""A viewer's evening at a Matinee service: log in, look at what is on, press play, and see how it went.

    matinee up
    python examples/press_play.py http://127.0.0.1:8400 .matinee/secrets/demo-account.json device.json

The account's file holds an e-mail address and a password; `matinee up` makes one for demonstrations. The device's
file keeps the key to which licenses are wrapped, and the login: keep it, and the next run is the same device.
"""

import asyncio
import json
import sys
from pathlib import Path

from matinee import Client, MatineeError


async def main(server: str, email: str, password: str, device: Path) -> None:
    async with Client(server, device_store=device) as client:
        await client.login(email, password)
        rows = (await client.homepage()).rows
        for row in rows:
            print(f"{row.title}: {', '.join(item.name for item in row.items)}")
        title_id = rows[0].items[0].title_id
        async with client.play(title_id) as player:
            # Nobody takes the pictures here, and it plays all the same; play_a_url.py takes them.
            async for notice in player.notices():
                print(f"{player.state.position_ms:>7} ms  {notice}")
            await player.wait_ended()
            print(player.report())


server, account_file, device_file = sys.argv[1:]
account = json.loads(Path(account_file).read_text())
try:
    asyncio.run(main(server, account["email"], account["password"], Path(device_file)))
except MatineeError as error:
    # Every error says what happened, to what, and what to do about it.
    sys.exit(str(error))
