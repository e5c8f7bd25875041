"""Watching what somebody else has packaged: the real player, a real server, and what was seen and heard of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matinee.core.notices import PlaybackReport
from matinee.media.frames import SAMPLE_RATE
from matinee.policy.settings import BufferingSettings, LiveSettings, PlayerSettings
from matinee.runtime.player import Player
from tests.foreign.shapes import Case
from tests.support.servers import serving_title

AT_ONCE = 5
"""Players that share the machine: a three-second title takes three seconds, and little work."""
_DEADLINE_S = 60
_BYTES_PER_SAMPLE = 4


@dataclass(frozen=True)
class Viewing:
    """What a viewer got."""

    positions: tuple[int, ...]
    """Of the pictures, as they came."""
    sound_ms: int
    subtitles: frozenset[str]
    languages: frozenset[str]
    """Of the tracks that were chosen."""
    report: PlaybackReport

    @property
    def pictures(self) -> int:
        """Those that came too late are counted by the player."""
        return len(self.positions) + self.report.frames_dropped


async def watch_all(cases: Mapping[str, Case], folder: Path) -> dict[str, Viewing | Exception]:
    """Each case made in a folder of its own and watched, or what went wrong with it."""
    room = asyncio.Semaphore(AT_ONCE)

    async def watch_one(number: int, case: Case) -> Viewing | Exception:
        own = folder / str(number)
        own.mkdir()
        async with room:
            try:
                if case.make is not None:
                    await asyncio.to_thread(case.make, own)
                return await watch(own, case)
            except Exception as error:
                return error

    viewings = await asyncio.gather(*(watch_one(number, case) for number, case in enumerate(cases.values())))
    return dict(zip(cases, viewings, strict=True))


async def watch(folder: Path, case: Case) -> Viewing:
    """`case` to its end, if it is live three seconds behind; raises what the player raises."""
    settings = PlayerSettings(
        buffering=BufferingSettings(start_ms=2_000),
        text_language="en" if case.has_subtitles else "",
        audio_language=case.language,
        live=LiveSettings(delay_ms=3_000),
    )
    async with (
        asyncio.timeout(_DEADLINE_S),
        serving_title(folder) as server,
        Player.open(f"{server.url}/{case.manifest}", settings=settings, keys=case.keys) as player,
        asyncio.TaskGroup() as group,
    ):
        sound, pictures = group.create_task(_heard_ms(player)), group.create_task(_seen(player))
        await player.wait_ended()
        positions, subtitles = await pictures
        chosen = frozenset(it.language for it in player.state.tracks if it.is_selected)
        return Viewing(positions, await sound, subtitles, chosen, player.report())


async def _seen(player: Player) -> tuple[tuple[int, ...], frozenset[str]]:
    positions: list[int] = []
    subtitles: set[str] = set()
    async for frame in player.video_frames():
        positions.append(frame.position_ms)
        subtitles.update(player.cues_at(frame.position_ms))
    return tuple(positions), frozenset(subtitles)


async def _heard_ms(player: Player) -> int:
    samples = [len(block.pcm) // _BYTES_PER_SAMPLE async for block in player.audio_blocks()]
    return sum(samples) * 1000 // SAMPLE_RATE
