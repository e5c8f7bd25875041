"""Titles one after another, the next one fetched ahead, and what all of them together were like.

    python examples/playlist.py https://example.com/1/manifest.mpd https://example.com/2/manifest.mpd ...

A request filter names the program to every server, as it would put in a token; a policy of one's own keeps the picture
small as long as little is buffered.
"""

import asyncio
import sys

from msgspec.structs import replace

from matinee import Filters, MatineeError, PlayerSettings, Playlist, Policies
from matinee.core.notices import FirstFrameReady, ItemEntered, ItemFailed
from matinee.policy.abr.decision import AbrPolicy, AbrState, Choice
from matinee.policy.ladder import highest_within
from matinee.runtime.http import Request

SHORT_MS = 10_000


def choose(state: AbrState) -> Choice:
    """Half of what the link carries, until enough is buffered."""
    share = 1 if state.buffer_ms >= SHORT_MS else 2
    return Choice(highest_within(state.ladder, state.throughput_kbps // share))


def introduce(request: Request) -> Request:
    return replace(request, headers={**request.headers, "X-Program": "examples/playlist"})


async def main(urls: list[str]) -> None:
    policies, filters = Policies(abr=AbrPolicy(choose)), Filters(requests=(introduce,))
    async with Playlist(urls, settings=PlayerSettings(decode=False), policies=policies, filters=filters) as playlist:
        print(f"1 of {len(urls)}: {playlist.items[0]}")
        async for notice in playlist.notices():
            match notice:
                case ItemEntered(at, item):
                    print(f"{at + 1} of {len(urls)}: {item}")
                case FirstFrameReady(startup_ms):
                    print(f"    moves after {startup_ms} ms")
                case ItemFailed(failure=failure):
                    print(f"    cannot be played: {failure.error} ({failure.error.category})")
                case _:
                    pass
        stats = playlist.stats()
    print(f"Played {stats.ends} of {len(urls)}: {stats.played_ms} ms at {stats.mean_bitrate_kbps} kbps,")
    print(f"{stats.stalls} stalls ({stats.stall_ratio:.1%} of the time), {stats.switches} switches.")


try:
    asyncio.run(main(sys.argv[1:]))
except MatineeError as error:
    sys.exit(str(error))
