"""A process that tells and is killed: what it had said was told is told by the next one."""

import asyncio
import sys
from pathlib import Path

from matinee.core.outbox import MOST_EVENTS
from matinee.policy.settings import RetrySettings
from matinee.runtime.courier import Courier
from matinee.runtime.http import Http
from matinee.runtime.journal import FileJournal
from matinee.runtime.service import Service
from tests.support.collector import Collector
from tests.support.servers import serving

KILLS = 4
TELLER = """
import asyncio, sys
from pathlib import Path
from matinee.policy.settings import RetrySettings
from matinee.runtime.courier import Courier
from matinee.runtime.http import Http
from matinee.runtime.journal import FileJournal
from matinee.runtime.service import Service
from matinee.wire.telemetry import StallEnded

async def tell(path, life):
    async with Http() as http:
        retry = RetrySettings()
        it = Courier(Service("http://127.0.0.1:9", http, retry=retry), retry=retry, journal=FileJournal(Path(path)))
        asyncio.get_running_loop().create_task(it.run("http://127.0.0.1:9/telemetry"))
        for number in range(1 << 30):
            it.put(StallEnded(event_id=f"{life}-{number}", session_id="s", ts=0, stall_ms=number))
            print(number, flush=True)
            await asyncio.sleep(0)

asyncio.run(tell(sys.argv[1], sys.argv[2]))
"""


async def test_no_event_is_lost_within_the_bound_and_beyond_it_all_drops_are_counted(tmp_path: Path) -> None:
    path, collector = tmp_path / "a.journal", Collector()
    # More than the bound holds in all, and each life a different part of it.
    said = [await _life(path, str(life), at_least=150 * (life + 1)) for life in range(KILLS)]
    async with serving(collector.application()) as url, Http() as http, asyncio.timeout(30):
        retry = RetrySettings()
        heir = Courier(Service(url, http, retry=retry), retry=retry, journal=FileJournal(path))
        for _ in range(MOST_EVENTS // 100):
            await heir.hurry(f"{url}/telemetry", deadline_ms=5_000)
    accounted = len(collector.heard) + collector.dropped
    assert len(collector.heard) == len(set(collector.heard))
    # A process may be killed after it has put an event, before it has said so.
    assert sum(said) <= accounted <= sum(said) + KILLS


async def _life(path: Path, name: str, *, at_least: int) -> int:
    """How many events a process has said that it put, until it was killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TELLER, str(path), name, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said = 0
    async with asyncio.timeout(60):
        while said < at_least:
            assert await process.stdout.readline()
            said += 1
        process.kill()
        said += (await process.stdout.read()).count(b"\n")
        await process.wait()
    return said
