"""How busy an appliance is."""

from pathlib import Path

from matinee.wire.steering import Utilization
from matinee_edge.gauge import ERRORS_OVER, Gauge
from matinee_edge.tally import Tally
from tests.support.clock import HandClock


class Worn:
    """An appliance of which a test says what it did."""

    def __init__(self, folder: Path) -> None:
        self.tally, self.clock, self.cpu_ms = Tally(), HandClock(), 0
        self.gauge = Gauge(
            self.tally,
            clock=self.clock,
            shelf=folder,
            link_kbps=10_000,
            most_connections=64,
            cpu_ms=lambda: self.cpu_ms,
        )

    async def after(self, ms: int) -> Utilization:
        await self.clock.advance(ms)
        return self.gauge.read()


async def test_rates_are_of_the_time_since_the_last_reading(tmp_path: Path) -> None:
    it = Worn(tmp_path)
    it.tally.bytes_sent, it.cpu_ms, it.tally.connections = 1_000_000, 500, 7
    used = await it.after(2_000)
    assert (used.sent_kbps, used.cpu_permille, used.connections) == (4_000, 250, 7)
    assert (used.link_kbps, used.most_connections) == (10_000, 64)
    used = await it.after(2_000)
    assert (used.sent_kbps, used.cpu_permille) == (0, 0)


async def test_errors_count_over_several_readings_and_one_alone_for_little(tmp_path: Path) -> None:
    it = Worn(tmp_path)
    it.tally.requests, it.tally.errors = 1, 1
    assert (await it.after(2_000)).error_permille == 50
    it.tally.requests, it.tally.errors = 101, 51
    assert (await it.after(2_000)).error_permille == 51 * 1_000 // 101
    readings = [(await it.after(2_000)).error_permille for _ in range(ERRORS_OVER)]
    assert readings[0] > 0
    assert readings[-1] == 0


async def test_the_slowest_twentieth_of_first_bytes_is_told_and_forgotten(tmp_path: Path) -> None:
    it = Worn(tmp_path)
    it.tally.first_bytes_ms.extend([3] * 95 + [700] * 5)
    assert (await it.after(2_000)).first_byte_ms == 700
    assert (await it.after(2_000)).first_byte_ms == 0


async def test_the_processor_and_the_disk_are_asked(tmp_path: Path) -> None:
    gauge = Gauge(Tally(), clock=HandClock(), shelf=tmp_path, link_kbps=0, most_connections=1)
    assert 0 < gauge.read().disk_permille <= 1_000
    nowhere = Gauge(Tally(), clock=HandClock(), shelf=tmp_path / "gone", link_kbps=0, most_connections=1)
    assert nowhere.read().disk_permille == 0
