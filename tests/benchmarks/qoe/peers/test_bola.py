import pytest

from benchmarks.qoe.network import Download
from benchmarks.qoe.peers.bola import BolaE, BolaU
from benchmarks.qoe.simulator import Session
from tests.support.qoe import title

PUBLISHED = (284, 500, 768, 1110, 1500, 2500, 4000, 6000)


def session(*, segments: int, kbps: float = 100_000, full_ms: float = 60_000) -> Session:
    it = Session(title(segments=200, ladder=PUBLISHED), full_ms)
    it.estimate.push(1000, kbps, 0)
    it.buffer = [0] * segments
    return it


def test_the_rung_rises_with_the_buffer() -> None:
    rungs = []
    for segments in range(15):
        it = BolaU(session(segments=segments))
        rungs.append(it.get_quality_delay(100)[0])
    assert rungs == sorted(rungs)
    assert (rungs[0], rungs[-1]) == (0, len(PUBLISHED) - 1)


def test_it_climbs_to_one_rung_above_what_the_link_carries_and_no_further() -> None:
    assert BolaU(session(segments=14, kbps=1200)).get_quality_delay(100)[0] == PUBLISHED.index(1110) + 1


def test_the_enhanced_one_starts_with_what_the_link_carries() -> None:
    assert BolaE(session(segments=1, kbps=2600)).get_quality_delay(1) == (PUBLISHED.index(2500), 0)


@pytest.mark.parametrize(("stays_within", "excess"), [(False, 1), (True, 0)])
def test_how_far_above_the_link_the_enhanced_one_climbs(stays_within: bool, excess: int) -> None:
    it = BolaE(session(segments=14, kbps=1200), stays_within=stays_within)
    it.get_quality_delay(1)
    it.session.buffer = [0] * 14
    assert it.get_quality_delay(2)[0] == PUBLISHED.index(1110) + excess


def test_an_empty_buffer_brings_the_enhanced_one_down_at_once() -> None:
    it = BolaE(session(segments=5, kbps=2600))
    it.get_quality_delay(1)
    it.session.buffer = []
    assert it.get_quality_delay(2)[0] == 0


def test_a_crawling_download_is_abandoned_for_a_lower_rung() -> None:
    it = BolaE(session(segments=1, kbps=6000))
    it.get_quality_delay(1)
    crawling = Download(index=1, quality=7, size=24e6, downloaded=100_000, time=1000, time_to_first_bit=0)
    abandoned_for = it.check_abandon(crawling, 0)
    assert abandoned_for is not None
    assert abandoned_for < 7
