"""The crew of a keeper: what its workers counted comes home, also when they die."""

import asyncio
import sys
from pathlib import Path

import pytest

from matinee.clock import SystemClock
from matinee_asgi.listening import listener
from matinee_edge.settings import EdgeSettings
from matinee_edge.tally import Tally
from matinee_edge.workers.crew import Crew
from tests.support.edge import Issuer, eventually, origin_settings
from tests.support.titles import write_title


async def connected(port: int) -> asyncio.StreamWriter:
    """A connection, once somebody listens. Raises TimeoutError after ten seconds."""
    clock = SystemClock()
    async with asyncio.timeout(10):
        while True:
            try:
                return (await asyncio.open_connection("127.0.0.1", port))[1]
            except OSError:
                await clock.wait_until(clock.now_ms() + 50)


async def test_what_workers_have_open_is_forgotten_when_they_are_dismissed(tmp_path: Path) -> None:
    issuer, tally = Issuer(tmp_path), Tally()
    write_title(tmp_path / "media", "heat")
    settings: EdgeSettings = origin_settings(tmp_path / "media", issuer)
    with listener("127.0.0.1", 0, is_shared=True) as reserved:
        port = reserved.getsockname()[1]
        crew = Crew(
            settings,
            port=port,
            keeper="http://127.0.0.1:1",
            tally=tally,
            asked=lambda title_id, path: None,
            clock=SystemClock(),
        )
        reserved.close()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(crew.run(1))
            writer = await connected(port)
            await eventually(lambda: tally.connections == 1)
            running.cancel()
        writer.close()
    assert tally.connections == 0


@pytest.mark.parametrize(
    ("program", "end"),
    [
        ("import time; time.sleep(60)", "has said nothing"),
        ("print('no report', flush=True)", "says what is no report"),
        ("print('x' * (5 << 20), flush=True)", "says what is no report"),
        ("raise SystemExit(3)", "ended with status 3"),
    ],
)
async def test_a_worker_that_is_none_is_replaced_and_the_keeper_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, program: str, end: str
) -> None:
    crew = Crew(
        origin_settings(tmp_path / "media", Issuer(tmp_path)),
        port=1,
        keeper="http://127.0.0.1:1",
        tally=Tally(),
        asked=lambda title_id, path: None,
        clock=SystemClock(),
        command=(sys.executable, "-c", f"import sys; {program}"),
        silence_ms=1_000,
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(crew.run(1))
        await eventually(lambda: end in caplog.text)
        assert not running.done()
        running.cancel()
