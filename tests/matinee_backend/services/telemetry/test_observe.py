"""The observatory."""

import asyncio

from matinee.wire.telemetry import TelemetryEvent
from matinee_backend.adapters.memory import MemoryEvents
from matinee_backend.services.telemetry.observe import Observatory
from matinee_backend.services.telemetry.quality import SPAN_MS
from matinee_backend.services.telemetry.rules import log_value
from tests.support.control_plane import AheadClock
from tests.support.tellings import failed, moved, started, told


async def test_it_counts_what_is_in_the_log_since_its_window_began_also_after_a_restart() -> None:
    log, clock = MemoryEvents(), AheadClock()
    for age_ms in (2 * SPAN_MS, 1_000, 0):
        wall_ms = clock.wall_ms() - age_ms
        await log.append([log_value(told(started(), heard_wall_ms=wall_ms))], wall_ms=wall_ms)
    await log.append([b"of another version"], wall_ms=clock.wall_ms())
    for _ in range(2):
        observatory = Observatory(log, clock=clock)
        assert await observatory.catch_up() == 4
        outlook = await observatory.outlook()
        assert (outlook.board.total.starts, outlook.behind) == (2, 0)


async def test_it_says_of_an_appliance_what_its_players_say() -> None:
    log, clock = MemoryEvents(), AheadClock()
    observatory = Observatory(log, clock=clock)
    assert observatory.error_permille("isp-a") == 0
    for number in range(40):
        events: list[TelemetryEvent] = [moved(session_id=f"s{number}")]
        events += [failed(session_id=f"s{number}")] if number < 20 else []
        it = told(*events, account_id=f"a{number}", heard_wall_ms=clock.wall_ms())
        await log.append([log_value(it)], wall_ms=clock.wall_ms())
    await observatory.catch_up()
    clock.ahead_ms += 1_000
    assert observatory.error_permille("isp-a") == 500
    assert observatory.error_permille("isp-b") == 0


async def test_running_it_notices_what_is_appended() -> None:
    class ToldEvents(MemoryEvents):
        """Tells when the observatory waits for what comes after the first record."""

        def __init__(self) -> None:
            super().__init__()
            self.was_read = asyncio.Event()

        async def wait_beyond(self, offset: int, *, timeout_ms: int) -> None:
            if offset:
                self.was_read.set()
            await super().wait_beyond(offset, timeout_ms=timeout_ms)

    log, clock = ToldEvents(), AheadClock()
    observatory = Observatory(log, clock=clock)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(observatory.run())
        await asyncio.sleep(0)
        await log.append([log_value(told(started(), heard_wall_ms=clock.wall_ms()))], wall_ms=clock.wall_ms())
        await log.was_read.wait()
        task.cancel()
    assert (await observatory.outlook()).board.total.starts == 1
