"""An appliance that is killed at random moments, while it fills and serves clients who verify every byte."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random

import aiohttp
import msgspec

from matinee.clock import SystemClock
from matinee.wire.placement import PlacedTitle, Placement
from matinee.wire.title import INDEX_NAME
from matinee_edge.fill.releases import PLACEMENT_NAME
from tests.support.edge import Issuer, appliance, eventually, origin_settings, shelf_in
from tests.support.titles import write_title

FILLED, ASKED = "heat", "alien"
"""One is placed, the other is asked for only."""
SEGMENT_BYTES = 150_000
CLIENTS = 6
LONGEST_LIFE_MS = 700
"""After it listens."""
START_S = 60
"""A busy machine takes its time."""


@dataclass
class Casualties:
    """What a series of kills came to."""

    kills: int = 0
    kills_amid: int = 0
    """While something lacked that was on its way."""
    verified: int = 0
    """Whole answers, each with the bytes that its tag names and that were published."""
    cut_short: int = 0
    """Answers that ended with the appliance, or as errors."""
    wrong: list[str] = field(default_factory=list)
    """Whole answers of other bytes."""
    disagreements: list[str] = field(default_factory=list)
    """Between inventory and disk after a restart."""


async def killed(folder: Path, *, kills: int, seed: int) -> Casualties:
    """So many lives of an appliance over one shelf, each with its titles made anew and cut off at a random moment."""
    dice, issuer, found = Random(seed), Issuer(folder), Casualties()
    published: set[str] = set()
    shelf = folder / "shelf"
    shelf.mkdir()
    (shelf / PLACEMENT_NAME).write_bytes(msgspec.json.encode(Placement(titles=(PlacedTitle(title_id=FILLED),))))
    media = folder / "media"
    for life in range(kills):
        # Every other life finds a new title to fill, the others go on where the last one was cut off.
        if life % 2 == 0:
            publish(media, published, seed=life)
        async with appliance(origin_settings(media, issuer)) as origin:
            await _live(folder, issuer, found, origin=origin, published=published, dice=dice)
        check(shelf, found)
    return found


def publish(media: Path, published: set[str], *, seed: int) -> None:
    """Both titles are made anew."""
    for place, title_id in enumerate((FILLED, ASKED)):
        index = write_title(media, title_id, rungs=2, segments=5, segment_bytes=SEGMENT_BYTES, seed=2 * seed + place)
        published |= {file.sha256 for file in index.files}
        published.add(sha256((media / title_id / INDEX_NAME).read_bytes()).hexdigest())


def check(root: Path, found: Casualties) -> None:
    """A start makes disk and inventory agree, and all that is here is what its name says."""
    shelf = shelf_in(root)
    here = shelf.inventory.here()
    on_disk = {path.parent.name + path.name: path.stat().st_size for path in (root / "objects").glob("*/*")}
    if here != on_disk:
        found.disagreements.append(f"{len(here)} objects in the inventory, {len(on_disk)} on disk")
    if shelf.inventory.used_bytes != sum(on_disk.values()):
        found.disagreements.append(f"{shelf.inventory.used_bytes} bytes used, {sum(on_disk.values())} on disk")
    for digest in on_disk:
        if sha256(shelf.objects.path(digest).read_bytes()).hexdigest() != digest:
            found.disagreements.append(f"{digest} is something else")
    for title_id, (count, objects) in shelf.catalog.progress().items():
        if count != len(shelf.catalog.hashes_here(title_id)):
            found.disagreements.append(f"{title_id} has {count} of {objects}")
    if list((root / "landing").iterdir()):
        found.disagreements.append("drafts are left")
    found.kills_amid += bool(shelf.progress())


async def _live(
    folder: Path, issuer: Issuer, found: Casualties, *, origin: str, published: set[str], dice: Random
) -> None:
    clock = SystemClock()
    async with (
        _process(folder, issuer, origin=origin) as (running, url),
        aiohttp.ClientSession() as http,
        asyncio.TaskGroup() as group,
    ):
        clients = [
            group.create_task(_ask(http, f"{url}/t/{issuer.media_token('*')}/titles", found, published, each))
            for each in (Random(dice.random()) for _ in range(CLIENTS))
        ]
        await clock.wait_until(clock.now_ms() + dice.randrange(LONGEST_LIFE_MS))
        running.kill()
        await running.wait()
        for client in clients:
            client.cancel()
    found.kills += 1


async def _ask(http: aiohttp.ClientSession, url: str, found: Casualties, published: set[str], dice: Random) -> None:
    """Ask for one file after the other, for ever."""
    folders = ("video/v1", "video/v2", "audio/a1")
    while True:
        path = f"{dice.choice((FILLED, ASKED))}/{dice.choice(folders)}/{dice.randrange(1, 6)}.m4s"
        try:
            async with http.get(f"{url}/{path}") as response:
                body = await response.read()
                tag = response.headers.get("ETag", "")
                is_whole = response.status == 200
        except aiohttp.ClientError:
            found.cut_short += 1
            await asyncio.sleep(0)
            continue
        digest = sha256(body).hexdigest()
        if not is_whole:
            found.cut_short += 1
        elif tag == f'"{digest}"' and digest in published:
            found.verified += 1
        else:
            found.wrong.append(path)


@asynccontextmanager
async def _process(
    folder: Path, issuer: Issuer, *, origin: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    options = {
        "--name": "isp-a",
        "--kind": "isp",
        "--shelf": folder / "shelf",
        "--trust": issuer.trust,
        "--parent": origin,
        "--media-token-file": issuer.media_token_file,
        "--ready-file": ready,
    }
    with (folder / "appliance.log").open("ab") as log:
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "matinee_edge",
            *(str(word) for option in options.items() for word in option),
            stderr=log,
        )
    try:
        await eventually(lambda: ready.exists() or running.returncode is not None, deadline_s=START_S)
        yield running, json.loads(ready.read_text())["url"]
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()
