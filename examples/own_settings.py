"""Settings of your own: a data saver, said in TOML and checked before anything plays.

    python examples/own_settings.py https://example.com/title/manifest.mpd [settings.toml]

Every knob of a player sits in one frozen tree, `PlayerSettings`; what is not named keeps its default, and a knob
that does not exist is an error rather than a surprise.
"""

import asyncio
import sys
import tomllib
from pathlib import Path

from matinee import MatineeError, Player, PlayerSettings
from matinee.policy.settings import settings_from

DATA_SAVER = """
text_language = "en"    # subtitles, where there are some

[abr]
highest_kbps = 750      # no rung above this one

[buffering]
full_ms = 10_000        # fetch little ahead: what is not watched need not be paid for
"""


async def main(url: str, settings: PlayerSettings) -> None:
    async with Player.open(url, settings=settings) as player:
        await player.wait_ended()
        report = player.report()
    print(f"Allowed: at most {settings.abr.highest_kbps} kbps. Played: {report.mean_bitrate_kbps} kbps on average.")


try:
    toml = Path(sys.argv[2]).read_text() if len(sys.argv) > 2 else DATA_SAVER
    asyncio.run(main(sys.argv[1], settings_from(tomllib.loads(toml))))
except MatineeError as error:
    # Also where a setting is wrong: it is named, with what would do.
    sys.exit(str(error))
