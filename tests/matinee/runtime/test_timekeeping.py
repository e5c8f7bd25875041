"""The clock that a live presentation goes by."""

import pytest

from matinee.manifest.presentation import ClockSource
from matinee.runtime.timekeeping import wall_ms_of
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.link import Stretch
from matinee.testing.network import HostRequest, ScriptedNetwork

DIRECT = ClockSource(scheme="direct", value="2026-01-01T00:00:00Z")
ISO = ClockSource(scheme="http-iso", value="http://clock.test/iso")
AWAY = ClockSource(scheme="http-iso", value="http://away.test/iso")
GARBAGE = ClockSource(scheme="http-xsdate", value="http://clock.test/garbage")
NEW_YEAR_MS = 1_767_225_600_000


def clock(request: HostRequest) -> bytes | None:
    return {"/iso": b"2026-01-01T00:00:00.500Z\n", "/garbage": b"half past two"}.get(request.path)


@pytest.mark.parametrize(
    ("sources", "shown_ms"),
    [
        ((DIRECT,), NEW_YEAR_MS),
        ((AWAY, GARBAGE, DIRECT), NEW_YEAR_MS),
        ((GARBAGE,), None),
        ((), None),
    ],
)
def test_the_first_that_answers_is_believed(sources: tuple[ClockSource, ...], shown_ms: int | None) -> None:
    async def story(clock_now: VirtualClock) -> int | None:
        return await wall_ms_of(sources, ScriptedNetwork(clock_now, hosts={"clock.test": clock}))

    assert run_virtual(story) == shown_ms


def test_half_the_round_trip_counts_as_gone_by() -> None:
    async def story(clock_now: VirtualClock) -> int | None:
        trace = (Stretch(duration_ms=1_000, bandwidth_kbps=100_000, latency_ms=80),)
        return await wall_ms_of((ISO,), ScriptedNetwork(clock_now, hosts={"clock.test": clock}, trace=trace))

    assert run_virtual(story) in range(NEW_YEAR_MS + 540, NEW_YEAR_MS + 542)
