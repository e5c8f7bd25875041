"""Running the stories of `examples/` as a newcomer would."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import NamedTuple

EXAMPLES = Path(__file__).parents[2] / "examples"
DEADLINE_S = 60


class Told(NamedTuple):
    status: int
    lines: list[str]
    """Of standard output."""
    complaint: str
    """Standard error."""


async def told_by(story: str, *arguments: str) -> Told:
    """What `python examples/<story>.py arguments…` says."""
    command = (sys.executable, str(EXAMPLES / f"{story}.py"), *arguments)
    running = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(DEADLINE_S):
            said, complaint = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert running.returncode is not None
    return Told(running.returncode, said.decode().splitlines(), complaint.decode())
