"""A device app's first lines: play anybody's DASH title and take its pictures as they are due.

    python examples/play_a_url.py https://example.com/title/manifest.mpd

Entering the player fetches manifest, keys and first segments side by side; leaving it, however that happens, leaves
nothing behind. Which bitrate, which server, when to fetch: the player sees to all of it.
"""

import asyncio
import sys

from matinee import Player


async def main() -> None:
    async with Player.open(sys.argv[1]) as player:
        async for frame in player.video_frames():
            # frame.rgb holds the picture: three bytes for each pixel, rows from the top.
            print(frame.position_ms, frame.width, frame.height)


asyncio.run(main())
