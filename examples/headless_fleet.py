"""Twenty viewers in one process: the same player, with the decoder off, and what all of them together saw.

    python examples/headless_fleet.py https://example.com/title/manifest.mpd [VIEWERS]

Without a decoder a viewer costs next to nothing, and still fetches, buffers, switches and fails over in real time: a
soak test of a service from the viewers' side.
"""

import asyncio
import sys
from collections import Counter
from contextlib import suppress
from statistics import mean, median

from matinee import MatineeError, PlaybackReport, Player, PlayerSettings

HEADLESS = PlayerSettings(decode=False)


async def main(url: str, viewers: int) -> None:
    async with asyncio.TaskGroup() as group:
        watching = [group.create_task(watch(url)) for _ in range(viewers)]
    print(summary([task.result() for task in watching]))


async def watch(url: str) -> PlaybackReport:
    """What one viewer got; a playback that failed has the reason among its errors."""
    async with Player.open(url, settings=HEADLESS) as player:
        with suppress(MatineeError):
            await player.wait_ended()
        return player.report()


def summary(reports: list[PlaybackReport]) -> str:
    played_ms = sum(report.played_ms for report in reports)
    stall_ms = sum(report.stall_ms for report in reports)
    startups_ms = [report.startup_ms for report in reports]
    by_appliance = sum((Counter(report.bytes_by_appliance) for report in reports), Counter[str]())
    errors = Counter(error for report in reports for error in report.errors)
    return "\n".join(
        (
            f"viewers          {len(reports)}, {sum(report.ended for report in reports)} to the end",
            f"start-up         median {median(startups_ms):.0f} ms, slowest {max(startups_ms)} ms",
            f"stalls           {sum(report.stalls for report in reports)}, {stall_ms} ms in {played_ms} ms played",
            f"mean bitrate     {mean(report.mean_bitrate_kbps for report in reports):.0f} kbps",
            *(f"delivered by     {name}, {size / 1e6:.1f} MB" for name, size in by_appliance.most_common()),
            *(f"error            {count} × {error}" for error, count in errors.most_common()),
        )
    )


asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20))
