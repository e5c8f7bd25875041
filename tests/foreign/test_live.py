"""Live presentations that FFmpeg makes while they are watched, to their end."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.foreign.shapes import Case
from tests.foreign.sources import mux_live, pictures, sound
from tests.foreign.viewing import Viewing, watch

SECONDS = 8
SOUND_TOLERANCE_MS = 250
"""Sound is handed over early: some of it before it is settled where to begin."""
EARLY_PICTURES = 3
WINDOW = {"seg_duration": "1", "window_size": "4"}
LIST = {"hls_time": "1", "hls_list_size": "4"}
SHAPES = {
    "dash by a timeline": ("manifest.mpd", WINDOW),
    "hls, transport streams": ("manifest.m3u8", LIST),
    "hls, fragments with dates": (
        "manifest.m3u8",
        LIST | {"hls_segment_type": "fmp4", "hls_flags": "program_date_time"},
    ),
}


async def test_what_is_live_is_followed_to_its_end(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with asyncio.TaskGroup() as group:
        watched = {
            shape: group.create_task(watched_live(tmp_path_factory.mktemp("live"), manifest, options))
            for shape, (manifest, options) in SHAPES.items()
        }
    for shape, viewing in watched.items():
        seen = viewing.result()
        assert (shape, seen.report.ended, seen.report.errors) == (shape, True, ())
        assert list(seen.positions) == sorted(set(seen.positions))
        shown = settled(seen.positions)
        left_ms = SECONDS * 1_000 - shown[0]
        assert len(shown) + seen.report.frames_dropped == pytest.approx(left_ms * 24 / 1_000, abs=1.5), shape
        assert seen.sound_ms == pytest.approx(left_ms, abs=SOUND_TOLERANCE_MS), shape


def settled(positions: Sequence[int]) -> Sequence[int]:
    """Without the picture or two that may be shown before it is settled where to begin, a segment later."""
    begins = next((at for at in range(1, EARLY_PICTURES + 1) if positions[at] - positions[at - 1] > 500), 0)
    return positions[begins:]


async def watched_live(folder: Path, manifest: str, options: dict[str, str]) -> Viewing:
    started = asyncio.Event()
    sources = (pictures(seconds=SECONDS), sound(seconds=SECONDS))
    container = "dash" if manifest.endswith(".mpd") else "hls"
    async with asyncio.TaskGroup() as group:
        group.create_task(mux_live(folder / manifest, sources, container=container, options=options, started=started))
        await started.wait()
        return await watch(folder, Case(manifest=manifest))
