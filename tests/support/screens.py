"""What a program for the terminal shows, as text, and waiting for it to show something."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot

GOLDEN = Path(__file__).parents[1] / "golden" / "player"
_DEADLINE_S = 20


def screen_text(app: App[Any]) -> str:
    """The characters of the screen on top, row by row, without trailing blanks."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Returns once `condition` holds. Raises: TimeoutError."""
    async with asyncio.timeout(_DEADLINE_S):
        while not condition():
            await pilot.pause()


async def until_shown(pilot: Pilot[Any], text: str) -> None:
    """Returns once `text` is on the screen."""
    await until(pilot, lambda: text in screen_text(pilot.app))


async def until_approved(pilot: Pilot[Any], name: str) -> None:
    """Returns once the screen is the one that somebody has looked at and approved: `tests/golden/player/<name>.txt`."""
    approved = (GOLDEN / f"{name}.txt").read_text()
    try:
        await until(pilot, lambda: screen_text(pilot.app) == approved)
    except TimeoutError:
        assert screen_text(pilot.app) == approved
