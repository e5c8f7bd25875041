import pytest

from benchmarks.qoe.network import Download
from benchmarks.qoe.peers.throughput import InsufficientBuffer, Throughput, rung_within
from benchmarks.qoe.simulator import Session
from tests.support.qoe import LADDER, title


def session(*, kbps: float, latency_ms: float = 0, segments: int = 5) -> Session:
    it = Session(title(), 60_000)
    it.estimate.push(1000, kbps, latency_ms)
    it.buffer = [0] * segments
    return it


def under_way(*, ms: float, downloaded: float, quality: int = 3) -> Download:
    size = LADDER[quality] * 4000
    return Download(index=1, quality=quality, size=size, downloaded=downloaded, time=ms, time_to_first_bit=100)


@pytest.mark.parametrize(("kbps", "rung"), [(200, 0), (833, 0), (834, 1), (4700, 2), (4778, 3)])
def test_ninety_percent_of_the_link_are_spent(kbps: float, rung: int) -> None:
    assert Throughput(session(kbps=kbps)).get_quality_delay(1) == (rung, 0)


def test_latency_takes_from_the_time_that_a_segment_has() -> None:
    assert rung_within(session(kbps=1850), 1850) == 2
    assert rung_within(session(kbps=1850, latency_ms=500), 1850) == 1


def test_what_the_buffer_may_be_spent_on_falls_from_nine_tenths_to_half_of_it() -> None:
    # Of 8 s at 1850 kbps a segment of 4 s at 1850 kbps is half.
    it = InsufficientBuffer(session(kbps=1860, segments=2))
    assert [it.limit() for _ in range(8)] == [2] * 8
    it = InsufficientBuffer(session(kbps=1800, segments=2))
    assert [it.limit() for _ in range(8)] == [2] * 6 + [1] * 2


def test_a_late_download_is_left_for_one_smaller_than_what_is_left_of_it() -> None:
    it = Throughput(session(kbps=4800))
    assert it.check_abandon(under_way(ms=600, downloaded=500_000), 4000) == 1
    assert it.check_abandon(under_way(ms=400, downloaded=300_000), 4000) is None
    assert it.check_abandon(under_way(ms=3000, downloaded=10_000_000), 4000) is None
    assert it.check_abandon(under_way(ms=60_000, downloaded=16_500_000), 4000) is None
